// Lists the latest requests: for each the operation, the caller, a small waterfall, the duration and the cost.

import { bar, count, h, ms, time, title, usd } from "./drawing.js";

const MOST_LANES = 24;

export function list(traces) {
  const none = h("p", { class: "quiet" }, "No requests yet: run a query in GraphiQL.");
  return [h("h1", {}, "Requests"), traces.length ? h("ol", { class: "list" }, traces.map(row)) : none];
}

function row(trace) {
  const { invocations, calls, cacheHits } = trace;
  return h("li", {}, h("a", { href: `/trace/${trace.id}` },
    h("span", { class: "what" }, h("b", {}, title(trace)), badges(trace)),
    h("span", { class: "who quiet" }, `${time(trace.beganAt)} · ${trace.asker}`),
    h("span", { class: "small" }, lanes(trace)),
    h("span", { class: "took" }, ms(trace.ms)),
    h("span", { class: "cost quiet" },
      [count(invocations.length, "invocation"), count(calls.length, "DynamoDB call"),
        cacheHits.length ? count(cacheHits.length, "cache hit") : null].filter(Boolean).join(" · ")),
    h("span", { class: "usd quiet" }, `${usd(trace.usdForAMillion)} per million`)));
}

function badges(trace) {
  return [
    trace.findings.map(name => h("em", { class: "badge" }, name)),
    trace.errors ? h("em", { class: "badge" }, count(trace.errors, "error")) : null,
  ];
}

function lanes(trace) {
  const of = (kind, bars) => bars.map(([at, took]) => ({ kind, at, took }));
  const all = [...of("lambda", trace.invocations), ...of("dynamodb", trace.calls), ...of("cache", trace.cacheHits)];
  return all.sort((one, other) => one.at - other.at).slice(0, MOST_LANES)
    .map(({ kind, at, took }) => h("span", {}, bar(kind, at, took, trace.ms)));
}
