// Creates elements, numbers and bars for both pages.

export function h(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value != null) element.setAttribute(key, value);
  element.append(...children.flat(2).filter(child => child != null && child !== false));
  return element;
}

export const ms = n => `${n < 10 ? n.toFixed(1) : Math.round(n)} ms`;
export const usd = n => `$${n < 100 ? n.toFixed(2) : Math.round(n).toLocaleString("en")}`;
export const number = n => n.toLocaleString("en", { maximumFractionDigits: 4 });
export const count = (n, one, more = `${one}s`) => `${number(n)} ${n === 1 ? one : more}`;
export const sum = (list, of) => list.reduce((total, one) => total + of(one), 0);
export const title = ({ operation, query }) =>
  operation ?? /^(?:\s|#.*\n)*(?:query|mutation)\s+(\w+)/.exec(query)?.[1] ?? query.replace(/\s+/g, " ");
export const time = at => new Date(at).toLocaleTimeString("en-GB");

// Returns a bar of a waterfall that is `total` ms wide. A bar is at least 3 px wide, so a duration of 0 is visible.
export function bar(kind, at, took, total) {
  const left = Math.min(at / total * 100, 100), width = Math.min(took / total * 100, 100 - left);
  return h("i", { class: `bar ${kind}`, style: `left: min(${left}%, 100% - 3px); width: max(${width}%, 3px)` });
}

// Returns the distance between the lines of a scale in ms: 1, 2 or 5 times a power of ten; two to five fit in `total`.
export function step(total) {
  const power = 10 ** Math.floor(Math.log10(total / 2));
  return [5, 2, 1].map(times => times * power).find(width => width <= total / 2);
}
