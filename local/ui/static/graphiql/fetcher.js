// Sends the operations of GraphiQL: queries and mutations over HTTP, subscriptions over a WebSocket.

import { credentials, discardToken } from "./caller.js";
import { subscription } from "./realtime.js";

const field = id => document.getElementById(id);

// Returns a promise of the response or, for a subscription, an observable of responses. What it throws is an object
// with a message, because GraphiQL shows the stack of an Error.
export function fetcher(request, { headers, documentAST } = {}) {
  if (isSubscription(documentAST, request.operationName)) return subscription(request, headers ?? {});
  return execute(request, headers ?? {});
}

function isSubscription(document, name) {
  const operations = document?.definitions.filter(definition => definition.kind === "OperationDefinition") ?? [];
  const operation = name ? operations.find(definition => definition.name?.value === name) : operations[0];
  return operation?.operation === "subscription";
}

// After a restart the server may sign with another key: if it rejects a token, request a new one and retry once.
async function execute(request, headers) {
  let response = await post(request, headers);
  if (response.status === 401) {
    discardToken();
    response = await post(request, headers);
  }
  if (response.ok && request.operationName !== "IntrospectionQuery") linkTrace(response.headers.get("x-amzn-requestid"));
  return response.json();
}

async function post(request, headers) {
  const body = JSON.stringify(request);
  const cost = field("cost").checked ? { "x-trace": "1" } : {};
  try {
    const all = new Headers({ "content-type": "application/json", ...cost, ...await credentials("/graphql", body) });
    for (const [name, value] of Object.entries(headers)) all.set(name, value);
    return await fetch("/graphql", { method: "POST", headers: all, body });
  } catch (error) {
    throw error instanceof TypeError ? { message: `No response from ${location.origin}: ${error.message}` } : error;
  }
}

function linkTrace(id) {
  field("trace").href = `/trace/${id}`;
  field("trace").hidden = false;
}
