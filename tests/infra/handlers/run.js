// Runs each handler with its context and prints the outcomes. Replaces the parts of AppSync's module that the handlers
// use: `util.error` ends a handler, `evictFromApiCache` records an eviction.

const utils = `
export const evictions = [];
export const util = { error(message, type, data, info) { throw { message, type, data, info }; } };
export const extensions = { evictFromApiCache(type, field, keys) { evictions.push([type, field, keys]); } };
`;

const address = (text) => `data:text/javascript,${encodeURIComponent(text)}`;

async function outcome({ code, handler, context }, n) {
  const own = address(`${utils}//${n}`);
  const module = await import(address(code.replace("'@aws-appsync/utils'", JSON.stringify(own))));
  const { evictions } = await import(own);
  try {
    return { value: module[handler](context) ?? null, evicted: evictions };
  } catch (error) {
    if (error instanceof Error) throw error;
    return { error, evicted: evictions };
  }
}

let text = '';
for await (const part of process.stdin) text += part;
console.log(JSON.stringify(await Promise.all(JSON.parse(text).map(outcome))));
