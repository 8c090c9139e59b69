// A waterfall whose time axis can be zoomed: by its buttons, or by dragging over its scale.

import { h, number, place, scale, setLines } from "./drawing.js";

const MIN_SPAN_MS = 0.1;

export function zoomable(total, legend, rows) {
  const track = h("span", { class: "track", title: "Drag to zoom" });
  const range = h("output", { class: "muted" });
  const button = (text, label, action) => h("button", { type: "button", "aria-label": label, onclick: action }, text);
  const buttons = [
    button("−", "Zoom out", () => resize(2)), button("+", "Zoom in", () => resize(0.5)),
    button("←", "Earlier", () => move(-0.5)), button("→", "Later", () => move(0.5)),
    button("Whole request", "Whole request", () => show(0, total)),
  ];
  const section = h("section", { class: "waterfall" },
    h("div", { class: "toolbar" }, legend, h("div", { class: "zoom" }, range, buttons)),
    h("div", { class: "row scale muted" }, h("span", {}), track), rows);
  let [from, to] = [0, total];

  // Shows the times `start` … `end`, at least MIN_SPAN_MS and inside of the request.
  function show(start, end) {
    const span = Math.min(Math.max(end - start, MIN_SPAN_MS), total);
    from = Math.min(Math.max(start, 0), total - span);
    to = from + span;
    range.value = span < total ? `${number(round(from))}–${number(round(to))} ms` : "";
    track.replaceChildren(...scale(from, to));
    setLines(section, from, to);
    place(section, from, to);
  }

  function resize(factor) {
    const middle = (from + to) / 2, half = (to - from) / 2 * factor;
    show(middle - half, middle + half);
  }

  function move(share) {
    const distance = (to - from) * share;
    show(from + distance, to + distance);
  }

  const timeAt = event => {
    const { left, width } = track.getBoundingClientRect();
    return from + (event.clientX - left) / width * (to - from);
  };
  track.addEventListener("pointerdown", event => {
    const start = timeAt(event);
    track.setPointerCapture(event.pointerId);
    track.addEventListener("pointerup", last => {
      const end = timeAt(last);
      if (Math.abs(end - start) > (to - from) / 100) show(Math.min(start, end), Math.max(start, end));
    }, { once: true });
  });
  show(0, total);
  return section;
}

const round = time => Math.round(time * 10) / 10;
