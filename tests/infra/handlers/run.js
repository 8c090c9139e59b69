// Runs handlers on contexts, each once, and tells what came of it. Of AppSync's own module it has what the handlers
// use: an error ends a handler, an eviction is noted.

const utils = `
export const noted = [];
export const util = { error(message, type, data, info) { throw { message, type, data, info }; } };
export const extensions = { evictFromApiCache(type, field, keys) { noted.push([type, field, keys]); } };
`;

const address = (text) => `data:text/javascript,${encodeURIComponent(text)}`;

async function outcome({ code, handler, context }, n) {
  const own = address(`${utils}//${n}`);
  const module = await import(address(code.replace("'@aws-appsync/utils'", JSON.stringify(own))));
  const { noted } = await import(own);
  try {
    return { value: module[handler](context) ?? null, evicted: noted };
  } catch (error) {
    if (error instanceof Error) throw error;
    return { error, evicted: noted };
  }
}

let text = '';
for await (const part of process.stdin) text += part;
console.log(JSON.stringify(await Promise.all(JSON.parse(text).map(outcome))));
