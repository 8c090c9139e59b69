// The filter of the list. The address holds it, so that a reload and a link keep it.

import { h, title } from "./drawing.js";

export class Filter {
  constructor(onchange) {
    const values = new URLSearchParams(location.search);
    this.text = h("input", { type: "search", id: "text", placeholder: "operation, query, path or id", size: 26 });
    this.caller = h("select", { id: "caller" });
    this.errors = h("input", { type: "checkbox", id: "errors" });
    this.introspection = h("input", { type: "checkbox", id: "introspection" });
    this.text.value = values.get("text") ?? "";
    this.errors.checked = values.has("errors");
    this.introspection.checked = values.has("introspection");
    this.setCallers([], values.get("caller") ?? "");
    this.form = h("form", { class: "filter", role: "search",
      oninput: () => { this.writeAddress(); onchange(); }, onsubmit: event => event.preventDefault() },
    h("label", {}, "Search", this.text), h("label", {}, "Caller", this.caller),
    h("label", {}, this.errors, "only errors"), h("label", {}, this.introspection, "introspection"));
  }

  // Offers each caller once, and keeps the chosen one.
  setCallers(callers, chosen = this.caller.value) {
    const options = [...new Set([...callers, chosen])].filter(Boolean).sort();
    this.caller.replaceChildren(...["", ...options].map(value => h("option", { value }, value || "all")));
    this.caller.value = chosen;
  }

  writeAddress() {
    const values = new URLSearchParams();
    if (this.text.value) values.set("text", this.text.value);
    if (this.caller.value) values.set("caller", this.caller.value);
    if (this.errors.checked) values.set("errors", "1");
    if (this.introspection.checked) values.set("introspection", "1");
    history.replaceState(null, "", values.size ? `?${values}` : location.pathname);
  }

  matches(trace) {
    const texts = [title(trace), trace.query, trace.id].join("\n").toLowerCase();
    return texts.includes(this.text.value.trim().toLowerCase())
      && (!this.caller.value || trace.caller === this.caller.value)
      && (!this.errors.checked || hasFailed(trace))
      && (this.introspection.checked || !trace.isIntrospection);
  }
}

export const hasFailed = trace => trace.errors > 0 || trace.exceptions > 0;
