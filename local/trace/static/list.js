// Lists the latest requests on a common time axis: for each the operation, the caller, a small waterfall and the cost.

import {
  badge, bar, byTime, count, dateTime, h, joined, legend, ms, place, scale, setLines, title, usd,
} from "./drawing.js";
import { Filter } from "./filter.js";

const MAX_LANES = 3; // of each kind
const UUID = /\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const KINDS = [["lambda", "invocations"], ["dynamodb", "calls"], ["cache", "cacheHits"]];

// Builds the page in `main`. `update` shows the latest traces.
export function listPage(main) {
  let traces = [];
  const filter = new Filter(draw);
  const matches = h("output", { class: "muted" });
  const axis = h("div", { class: "axis muted" }, h("span", { class: "track" }));
  const rows = h("ol", { class: "list" });
  const clear = h("button", { type: "button", id: "clear", onclick: clearTraces }, "Clear");
  main.replaceChildren(
    h("header", { class: "heading" }, h("h1", {}, "Requests"), matches, clear),
    filter.form,
    legend(["total", "whole request"], ["lambda", "Lambda function"], ["dynamodb", "DynamoDB"],
      ["cache", "cache hit"], ["failed", "failed"], ["lambda cut", "longer than the axis"]),
    axis, rows);

  function draw() {
    const visible = traces.filter(trace => filter.matches(trace));
    const end = axisEnd(visible.map(trace => trace.ms));
    const focused = document.activeElement?.getAttribute("href");
    matches.value = visible.length === traces.length ? "" : `${visible.length} of ${count(traces.length, "request")}`;
    axis.hidden = !visible.length;
    axis.firstChild.replaceChildren(...scale(0, end));
    rows.replaceChildren(...visible.length ? visible.map(row) : [h("li", { class: "muted empty" }, hint(traces))]);
    setLines(rows, 0, end);
    setLines(axis, 0, end);
    place(rows, 0, end);
    if (focused) rows.querySelector(`a[href="${focused}"]`)?.focus({ preventScroll: true });
  }

  function update(latest) {
    traces = latest;
    filter.setCallers(latest.map(trace => trace.caller));
    clear.disabled = !latest.length;
    draw();
  }

  async function clearTraces() {
    if ((await fetch("/trace", { method: "DELETE" })).ok) update([]);
  }

  return { update };
}

const hint = traces => traces.length
  ? "No request matches the filter."
  : "No requests yet: run a query in GraphiQL.";

// Returns the end of the axis: the 90th percentile of the durations, so that one slow request does not shrink the rest.
function axisEnd(durations) {
  const sorted = durations.toSorted((left, right) => left - right);
  return Math.max(sorted[Math.ceil(sorted.length * 0.9) - 1] ?? 1, 1);
}

function row(trace) {
  const { invocations, calls, cacheHits } = trace;
  const counts = [[invocations, "invocation"], [calls, "DynamoDB request"], [cacheHits, "cache hit"]]
    .filter(([list]) => list.length).map(([list, noun]) => count(list.length, noun));
  return h("li", {}, h("a", { href: `/trace/${trace.id}` },
    h("span", { class: "name" }, h("b", { title: trace.query }, title(trace).replace(UUID, "$1…")), badges(trace)),
    h("span", { class: "details muted" }, `${dateTime(trace.startedAt)} · ${trace.caller} · `,
      h("span", { class: "id", title: trace.id }, trace.id.slice(0, 8))),
    h("span", { class: "lanes" }, lanes(trace)),
    h("span", { class: "duration" }, ms(trace.ms)),
    h("span", { class: "counts muted" }, joined(...counts) || "no invocation"),
    h("span", { class: "cost muted" }, `${usd(trace.usdPerMillion)} per million`)));
}

function badges(trace) {
  return [
    trace.protocol === "REST" && badge(`REST ${trace.status}`, trace.status < 400 ? "plain" : "bad"),
    trace.exceptions > 0 && badge(count(trace.exceptions, "exception")),
    trace.protocol !== "REST" && trace.errors > trace.exceptions && badge(count(trace.errors, "error")),
    trace.findings.map(name => badge(name)),
  ];
}

// Returns the lanes of a request: first its duration, then its bars. Bars of one kind share a lane if they do not
// overlap; further lanes are left out.
function lanes(trace) {
  const total = h("span", { class: "track" }, bar("total", 0, trace.ms));
  return [total, ...KINDS.flatMap(([kind, name]) => {
    const packed = [];
    const bars = trace[name].map(([at, duration, failed]) => ({ at, duration, failed })).sort(byTime);
    for (const item of bars) {
      const free = packed.find(lane => lane.end <= item.at) ?? packed[packed.push({ bars: [], end: 0 }) - 1];
      free.bars.push(bar(item.failed ? "failed" : kind, item.at, item.duration));
      free.end = item.at + item.duration;
    }
    return packed.slice(0, MAX_LANES).map(lane => h("span", { class: "track" }, lane.bars));
  })];
}
