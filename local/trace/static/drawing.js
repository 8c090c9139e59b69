// Creates elements, texts of numbers and times, and the bars of a time axis.

const ROUNDING = 1e-9; // of a quotient of two numbers of milliseconds

// Returns an element. `style` is an object of CSS properties: the content security policy forbids style attributes.
export function h(name, { style = {}, ...attributes }, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value != null && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  for (const [key, value] of Object.entries(style)) element.style.setProperty(key, value);
  element.append(...children.flat(2).filter(child => child != null && child !== false));
  return element;
}

export const ms = value => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
export const usd = value => `$${value < 100 ? value.toFixed(2) : Math.round(value).toLocaleString("en")}`;
export const number = value => value.toLocaleString("en", { maximumFractionDigits: 4 });
export const count = (value, noun) => `${number(value)} ${value === 1 ? noun : `${noun}s`}`;
export const joined = (...texts) => texts.filter(Boolean).join(" · ");
export const sum = (list, amount) => list.reduce((total, item) => total + amount(item), 0);
export const byTime = (left, right) => left.at - right.at;

export const dateTime = text => new Date(text).toLocaleString("en-GB",
  { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });

// Returns the name of a request: its operation, or the beginning of its query.
export function title({ protocol, operation, query }) {
  if (protocol === "REST") return query;
  return operation ?? /^(?:\s|#.*\n)*(?:query|mutation)\s+(\w+)/.exec(query)?.[1] ?? query.replace(/\s+/g, " ");
}

export const badge = (text, kind = "bad") => h("em", { class: `badge ${kind}` }, text);

// Returns a bar from `at`, `duration` ms long. `place` gives it its position.
export const bar = (kind, at, duration) =>
  h("i", { class: `bar ${kind}`, "data-at": at, "data-duration": duration });

// Moves all bars of an element to their position on an axis `from` … `to` in ms. A bar is at least 3 px wide, so that a
// duration of 0 is visible, and hidden if it is outside of the axis.
export function place(element, from, to) {
  const share = time => Math.min(Math.max((time - from) / (to - from), 0), 1) * 100;
  for (const { dataset, style, classList } of element.querySelectorAll(".bar[data-at]")) {
    const start = Number(dataset.at), end = start + Number(dataset.duration);
    classList.toggle("outside", end < from || start > to);
    classList.toggle("cut", end > to && start <= to);
    style.left = `min(${share(start)}%, 100% - 3px)`;
    style.width = `max(${share(end) - share(start)}%, 3px)`;
  }
}

// Returns the labels of the lines of an axis.
export function scale(from, to) {
  const { width, first } = lines(from, to);
  const length = Math.floor((to - first) / width + ROUNDING) + 1;
  const times = Array.from({ length }, (_, index) => first + index * width);
  return times.map((time, index) => h("span", { style: { left: `${(time - from) / (to - from) * 100}%` } },
    index ? number(time) : `${number(time)} ms`));
}

// Draws the lines of an axis behind the tracks of an element, by the position and size of a background. CSS counts a
// position in percent of the width without the size.
export function setLines(element, from, to) {
  const { width, first } = lines(from, to), share = width / (to - from);
  element.style.setProperty("--step", `${share * 100}%`);
  element.style.setProperty("--first", `${(first - from) / (to - from) / (1 - share) * 100}%`);
}

// Returns the distance between the lines of an axis in ms (1, 2 or 5 times a power of ten, two to five fit in the axis)
// and the time of the first line.
function lines(from, to) {
  const half = (to - from) / 2, power = 10 ** Math.floor(Math.log10(half));
  const width = [5, 2, 1].map(factor => factor * power).find(size => size <= half) ?? power;
  return { width, first: Math.ceil(from / width - ROUNDING) * width };
}

export function legend(...kinds) {
  return h("p", { class: "legend muted" },
    kinds.map(([kind, text]) => h("span", {}, h("i", { class: `bar ${kind}` }), text)));
}
