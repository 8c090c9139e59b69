// Subscribes over AppSync's real-time protocol, with one WebSocket for each subscription.
// https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html

import { credentials, discardToken } from "./caller.js";

const ID = "1"; // of the only subscription of a connection

// Returns an observable of the changes; GraphiQL subscribes to it, and unsubscribes if the user stops the operation.
export function subscription(request, headers) {
  return { subscribe: observer => new Subscription(request, headers, observer) };
}

class Subscription {
  constructor(request, headers, observer) {
    Object.assign(this, { request, headers, observer, changes: 0, ended: false, canRetry: true });
    this.attempt(this.connect());
  }

  async connect() {
    report("Connecting…");
    const protocols = ["graphql-ws", `header-${base64url(await this.credentials("/graphql/connect", "{}"))}`];
    if (this.ended) return;
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/graphql/realtime`, protocols);
    socket.onopen = () => this.send({ type: "connection_init" });
    socket.onmessage = ({ data }) => this.receive(JSON.parse(data));
    socket.onclose = ({ code }) => this.lose(`closed with code ${code}`);
    this.socket = socket;
  }

  // Returns the headers that authenticate a message; those of GraphiQL's headers editor win.
  async credentials(path, body) {
    const all = new Headers(await credentials(path, body));
    for (const [name, value] of Object.entries(this.headers)) all.set(name, value);
    return { host: location.host, ...Object.fromEntries(all) };
  }

  receive({ type, payload }) {
    this.expectMessage(payload?.connectionTimeoutMs);
    if (type === "connection_ack") this.attempt(this.start());
    else if (type === "start_ack") report("Subscribed, no change yet");
    else if (type === "data") this.deliver(payload);
    else if (type === "complete") this.end(), this.observer.complete();
    else if (type === "connection_error" || type === "error") this.reject([payload.errors].flat());
  }

  async start() {
    const data = JSON.stringify(this.request);
    const authorization = await this.credentials("/graphql", data);
    this.send({ id: ID, type: "start", payload: { data, extensions: { authorization } } });
  }

  deliver(payload) {
    this.changes += 1;
    report(`Subscribed, ${this.changes} ${this.changes === 1 ? "change" : "changes"}`);
    this.observer.next(payload);
  }

  // After a restart the server may sign with another key: if it rejects the token, connect once more with a new one.
  reject(errors) {
    const retry = this.canRetry && errors.some(({ errorType }) => errorType === "UnauthorizedException");
    if (!retry) return this.fail(errors);
    this.canRetry = false;
    discardToken();
    this.disconnect();
    this.attempt(this.connect());
  }

  // Fails the subscription if the promise is rejected: the server issued no credentials.
  attempt(promise) {
    promise.catch(error => this.fail([{ message: error.message }]));
  }

  // The server sends a message (`ka` if there is no change) at least every `timeoutMs`.
  expectMessage(timeoutMs = this.timeoutMs) {
    clearTimeout(this.timer);
    this.timeoutMs = timeoutMs;
    if (timeoutMs) this.timer = setTimeout(() => this.lose(`no message for ${timeoutMs / 1000} seconds`), timeoutMs);
  }

  lose(reason) {
    this.fail([{ message: `The real-time connection is lost: ${reason}. Run the subscription again.` }]);
  }

  fail(errors) {
    if (this.ended) return;
    this.end();
    this.observer.error(errors);
  }

  unsubscribe() {
    if (this.ended) return;
    this.send({ id: ID, type: "stop" });
    this.end();
  }

  end() {
    this.ended = true;
    this.disconnect();
    report("");
  }

  disconnect() {
    clearTimeout(this.timer);
    if (this.socket) this.socket.onclose = this.socket.onmessage = null;
    this.socket?.close();
  }

  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}

function report(text) {
  document.getElementById("status").textContent = text;
}

function base64url(value) {
  return btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
