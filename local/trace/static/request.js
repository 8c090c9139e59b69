// Draws one request: figures, findings, errors, waterfall, response, query, and the bill for a million such requests.

import { count, dateTime, h, ms, number, sum, title, usd } from "./drawing.js";
import { waterfall } from "./waterfall.js";

export function requestPage(trace) {
  document.title = title(trace);
  return [
    h("h1", {}, title(trace)),
    h("p", { class: "muted" }, `${dateTime(trace.startedAt)} · `, h("a", { href: `/trace/${trace.id}.json` }, "JSON"),
      ` · ${trace.id} · ${trace.caller}`),
    figures(trace),
    trace.findings.map(({ name, text }) => h("p", { class: "finding" }, h("b", {}, name), " ", text)),
    trace.errors.map(error),
    waterfall(trace),
    section("Response", formatJson(trace.response), hiddenPart(trace)),
    trace.protocol === "REST" ? [] : section("Query", trace.query.trim()),
    section(trace.protocol === "REST" ? "Request body" : "Variables", formatJson(trace.variables)),
    bill(trace),
  ].flat(2);
}

function figures({ protocol, status, ms: duration, resolvers, dynamodb, cache, usdPerMillion }) {
  const figure = (value, label) => h("div", {}, h("dd", {}, value), h("dt", {}, label));
  return h("dl", { class: "numbers" },
    figure(ms(duration), "total"),
    protocol === "REST" && figure(String(status), "status"),
    figure(number(resolvers.length), "invocations"),
    figure(number(cache.length), "cache hits"),
    figure(number(dynamodb.length), "DynamoDB requests"),
    figure(number(sum(dynamodb, call => call.readUnits)), "read units"),
    figure(number(sum(dynamodb, call => call.writeUnits)), "write units"),
    figure(usd(usdPerMillion), "per million requests"));
}

function error({ errorType, message, path, errorInfo }) {
  return h("p", { class: "finding" }, h("b", {}, errorType ?? "Error"), " ", message,
    path?.length > 0 && h("small", { class: "muted" }, ` at ${path.join(".")}`),
    errorInfo && h("small", { class: "muted" }, ` ${JSON.stringify(errorInfo)}`));
}

function section(heading, text, note = []) {
  return text && text !== "{}" ? [h("h2", {}, heading), h("pre", { tabindex: 0 }, text), note] : [];
}

const hiddenPart = ({ response, responseCharacters }) => responseCharacters > response.length
  ? h("p", { class: "muted" }, `The first ${number(response.length)} of ${count(responseCharacters, "character")}.`)
  : [];

function formatJson(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text; // cut, or not JSON
  }
}

function bill(trace) {
  const line = ({ price, quantity, usd: dollars }) => h("tr", {},
    h("th", { scope: "row" }, h("a", { href: price.source, rel: "noreferrer" }, price.of)),
    h("td", {}, number(quantity)), h("td", {}, usd(dollars)));
  return [
    h("h2", {}, "Cost of a million requests like this"),
    h("table", {},
      h("thead", {}, h("tr", {}, h("td", {}), h("th", {}, "per request"), h("th", {}, "per million"))),
      h("tbody", {}, trace.bill.map(line)),
      h("tfoot", {}, h("tr", {}, h("th", {}, "Total"), h("td", {}), h("td", {}, usd(trace.usdPerMillion))))),
    h("p", { class: "muted note" }, `An estimate from the list prices of us-east-1 as of ${trace.pricesAsOf} and the `
      + "durations on this machine. Data transfer, subscriptions, the hours of a cache, storage and logs are extra."),
  ];
}
