// Draws the waterfall of a request: its invocations, each with its DynamoDB requests, and its cache hits.

import { badge, bar, byTime, count, h, joined, legend, ms, number, sum } from "./drawing.js";
import { zoomable } from "./zoom.js";

export function waterfall(trace) {
  const entries = [
    ...trace.resolvers.map((entry, position) => ({ at: entry.at, rows: invocationRows(trace, entry, position) })),
    ...trace.cache.map(hit => ({ at: hit.at, rows: [cacheHit(hit)] })),
  ];
  if (!entries.length) return h("p", { class: "muted" }, "This request invoked no function.");
  const kinds = [["lambda", "Lambda function"], ["waiting", "waits for a process"], ["dynamodb", "DynamoDB"],
    ["cache", "cache hit"], ["failed", "failed"]];
  return zoomable(trace.ms, legend(...kinds), entries.sort(byTime).flatMap(entry => entry.rows));
}

function invocationRows(trace, entry, position) {
  const calls = trace.dynamodb.filter(call => call.invocation === position).sort(byTime);
  return [invocation(trace, entry, position), ...foldRepeated(calls).map(group => callRow(group, entry))];
}

// Groups successful calls of one operation on one index, in the order of their first call. A failed call stays alone.
function foldRepeated(calls) {
  const groups = new Map();
  for (const call of calls) {
    const key = call.error ? call : `${call.operation} ${call.index}`;
    groups.set(key, [...groups.get(key) ?? [], call]);
  }
  return [...groups.values()];
}

function row({ kind, label, about, bars, duration, badges = [], open = false }, ...content) {
  const summary = h("summary", { class: "row" },
    h("span", { class: "label" }, h("b", {}, label), badges, " ", h("small", { class: "muted" }, about)),
    h("span", { class: "track" }, bars), h("span", { class: "duration" }, duration));
  return h("details", { class: kind, open }, summary, h("div", { class: "content" }, content));
}

function invocation(trace, entry, position) {
  const tracebacks = trace.tracebacks.filter(traceback => traceback.invocation === position);
  const failed = entry.error || tracebacks.length > 0;
  const isNested = trace.protocol === "GraphQL" && !/^(Query|Mutation)\./.test(entry.field);
  const wait = Math.max(entry.start - entry.at, 0);
  const findings = new Set(trace.findings.filter(({ fields }) => fields.includes(entry.field)).map(({ name }) => name));
  return row({
    kind: "invocation",
    label: entry.field,
    about: joined(shortPath(entry), entry.function, isNested && `batch of ${number(entry.batch)}`),
    bars: [bar("waiting", entry.at, wait), bar(failed ? "failed" : "lambda", entry.start, entry.ms)],
    duration: ms(entry.ms),
    badges: [failed && badge("failed"), ...[...findings].map(name => badge(name))],
    open: tracebacks.length > 0,
  },
  pathList(entry),
  h("p", {}, `Sent at ${ms(entry.at)}, waited ${ms(wait)} for a process, took ${ms(entry.ms)} in process ${entry.pid}.`,
    isNested && ` Its batch had ${count(entry.batch, "parent")}, of at most ${number(entry.maxBatch)}.`),
  entry.error && h("p", { class: "finding" }, entry.error),
  tracebacks.map(({ text }) => h("pre", { class: "traceback", tabindex: 0 }, text)));
}

// Returns the first path and the number of further ones, or nothing for a root field without an alias.
function shortPath({ field, paths: [path, ...others] }) {
  if (!path || field.endsWith(`.${path}`)) return null;
  return others.length ? `${path} and ${count(others.length, "more path")}` : path;
}

const pathList = ({ paths }) => paths.length > 0
  && h("p", {}, paths.length > 1 ? "Paths: " : "Path: ", paths.flatMap((path, index) =>
    [index > 0 && ", ", h("code", {}, path)]));

function callRow(calls, { batch }) {
  const [first] = calls;
  const start = first.at, end = Math.max(...calls.map(call => call.at + call.ms));
  const operation = first.index ? `${first.operation} ${first.index}` : first.operation;
  return row({
    kind: "call",
    label: calls.length > 1 ? `${number(calls.length)} × ${operation}` : operation,
    about: joined(calls.length > 1 && calls.length === batch && "one for each parent",
      `${requested(calls)} → ${count(sum(calls, call => call.items), "item")}`, units(calls)),
    bars: calls.map(call => bar(call.error ? "failed" : "dynamodb", call.at, call.ms)),
    duration: ms(end - start),
    badges: [first.error && badge(first.error)],
  }, calls.length > 1
    ? h("ol", { class: "calls" }, calls.map(call => h("li", {}, callDetails(call))))
    : callDetails(first));
}

const requested = calls => count(sum(calls, call => call.keys), calls[0].operation === "Query" ? "range" : "key");

function units(calls) {
  const [read, write] = [sum(calls, call => call.readUnits), sum(calls, call => call.writeUnits)];
  return write ? `${number(write)} WU` : `${number(read)} RU`;
}

function callDetails(call) {
  return [
    h("p", {}, `Sent at ${ms(call.at)}, answered after ${ms(call.ms)}: ${count(call.items, "item")}, ${units([call])}.`,
      call.scanned > call.items
        && ` Read ${count(call.scanned, "item")}; its filter let ${number(call.items)} through.`),
    call.error && h("p", { class: "finding" }, call.error),
    h("ul", { class: "keys" }, call.keyNames.map(key => h("li", {}, key))),
    call.keys > call.keyNames.length && call.keyNames.length > 0
      && h("p", {}, `and ${number(call.keys - call.keyNames.length)} more`),
  ].flat();
}

function cacheHit(hit) {
  return row({ kind: "hit", label: hit.field, about: "from the cache", bars: bar("cache", hit.at, 0), duration: "" },
    pathList(hit), h("p", {}, `Cache hit at ${ms(hit.at)}.`));
}
