// Draws one request: its figures, findings, waterfall, bill for a million requests like it, query and variables.

import { bar, count, h, ms, number, step, sum, time, title, usd } from "./drawing.js";

export function request(trace) {
  document.title = title(trace);
  return [
    h("h1", {}, title(trace)),
    h("p", { class: "quiet" }, `${time(trace.beganAt)} · ${trace.asker}`),
    numbers(trace),
    trace.findings.map(found => h("p", { class: "finding" }, h("b", {}, found.name), " ", found.text)),
    trace.errors.map(error => h("p", { class: "finding" }, h("b", {}, error.errorType ?? "Error"), " ", error.message)),
    waterfall(trace),
    bill(trace),
    h("h2", {}, "Query"),
    h("pre", {}, trace.query.trim()),
    trace.variables === "{}" ? [] : h("pre", {}, trace.variables),
  ].flat();
}

function numbers({ ms: took, resolvers, dynamodb, cache, usdForAMillion }) {
  const figure = (value, of) => h("div", {}, h("dd", {}, value), h("dt", {}, of));
  return h("dl", { class: "numbers" },
    figure(ms(took), "total"),
    figure(number(resolvers.length), "invocations"),
    figure(number(cache.length), "cache hits"),
    figure(number(dynamodb.length), "DynamoDB calls"),
    figure(number(sum(dynamodb, call => call.readUnits)), "read units"),
    figure(number(sum(dynamodb, call => call.writeUnits)), "write units"),
    figure(usd(usdForAMillion), "per million requests"));
}

function waterfall(trace) {
  const found = field => new Set(trace.findings.filter(({ fields }) => fields.includes(field)).map(({ name }) => name));
  const rows = [
    ...trace.resolvers.map((one, place) => [one.at, [
      invocation(one, trace.ms, [...found(one.field)]),
      ...trace.dynamodb.filter(of => of.invocation === place).sort(byTime).map(of => call(of, trace.ms)),
    ]]),
    ...trace.cache.map(hit => [hit.at, [cacheHit(hit, trace.ms)]]),
  ];
  const width = step(trace.ms);
  return h("section", { class: "waterfall", style: `--step: ${width / trace.ms * 100}%` },
    legend(), scale(width, trace.ms), rows.sort(([one], [other]) => one - other).map(([, drawn]) => drawn));
}

const byTime = (one, other) => one.at - other.at;

function legend() {
  const of = (kind, text) => h("span", {}, h("i", { class: `bar ${kind}` }), text);
  return h("p", { class: "legend quiet" },
    of("lambda", "Lambda function"), of("waiting", "waits for a process"), of("dynamodb", "DynamoDB"),
    of("cache", "cache hit"), of("failed", "failed"));
}

function scale(width, total) {
  const steps = Array.from({ length: Math.floor(total / width) + 1 }, (_, n) => n * width);
  return h("div", { class: "row scale quiet" }, h("span", {}), h("span", { class: "track" },
    steps.map(at => h("span", { style: `left: ${at / total * 100}%` }, at ? number(at) : "0 ms"))));
}

function row(kind, label, about, bars, took, inside, mark) {
  const summary = h("summary", { class: "row" },
    h("span", { class: "label" }, h("b", {}, label), mark ?? [], " ", h("small", { class: "quiet" }, about)),
    h("span", { class: "track" }, bars), h("span", { class: "took" }, took));
  return h("details", { class: kind }, summary, h("div", { class: "inside" }, inside));
}

function invocation(one, total, found) {
  const alone = /^(Query|Mutation)\./.test(one.field);
  const about = alone ? one.function : `${one.function} · batch of ${number(one.batch)}`;
  const kind = one.failed ? "failed" : "lambda";
  const waited = one.began - one.at;
  const bars = [waited > 0 && bar("waiting", one.at, waited, total), bar(kind, one.began, one.ms, total)];
  const mark = found.map(name => h("em", { class: "badge" }, name));
  const inside = [
    `Sent at ${ms(one.at)}, waited ${ms(waited)} for a process, took ${ms(one.ms)} in process ${one.pid}.`,
    !alone && ` Its batch had ${count(one.batch, "parent")}, of at most ${number(one.most)}.`,
    one.failed && h("p", { class: "finding" }, one.failed),
  ];
  return row("invocation", one.field, about, bars, ms(one.ms), inside, mark);
}

function call(one, total) {
  const units = one.writeUnits ? `${number(one.writeUnits)} WU` : `${number(one.readUnits)} RU`;
  const asked = count(one.keys, one.operation === "Query" ? "range" : "key");
  const inside = [
    `Sent at ${ms(one.at)}, answered after ${ms(one.ms)}.`,
    one.scanned > one.items && ` Read ${count(one.scanned, "item")}; its filter let ${number(one.items)} through.`,
    one.error && h("p", { class: "finding" }, one.error),
    h("ul", { class: "keys" }, one.keyNames.map(key => h("li", {}, key))),
    one.keys > one.keyNames.length && one.keyNames.length > 0 && `and ${number(one.keys - one.keyNames.length)} more`,
  ];
  const label = one.index ? `${one.operation} ${one.index}` : one.operation;
  const about = `${asked} → ${count(one.items, "item")} · ${units}`;
  return row("call", label, about, bar(one.error ? "failed" : "dynamodb", one.at, one.ms, total), ms(one.ms), inside);
}

function cacheHit(hit, total) {
  return row("hit", hit.field, "from the cache", bar("cache", hit.at, 0, total), "", `Cache hit at ${ms(hit.at)}.`);
}

function bill(trace) {
  const line = ({ price, quantity, usd: dollars }) => h("tr", {},
    h("th", {}, h("a", { href: price.source, rel: "noreferrer" }, price.of)),
    h("td", {}, number(quantity)), h("td", {}, usd(dollars)));
  return h("section", {},
    h("h2", {}, "Cost of a million requests like this"),
    h("table", {},
      h("thead", {}, h("tr", {}, h("th", {}, ""), h("th", {}, "per request"), h("th", {}, "per million"))),
      h("tbody", {}, trace.bill.map(line)),
      h("tfoot", {}, h("tr", {}, h("th", {}, "Total"), h("td", {}), h("td", {}, usd(trace.usdForAMillion))))),
    h("p", { class: "quiet" }, `An estimate from the list prices of us-east-1 as of ${trace.pricesReadOn} and the `
      + "durations on this machine. Data transfer, subscriptions, the hours of a cache, storage and logs are extra."));
}
