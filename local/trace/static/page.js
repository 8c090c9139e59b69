// One page for two addresses: /trace lists the latest requests and follows them, /trace/<id> draws one.

import { list } from "./list.js";
import { request } from "./request.js";

const EVERY = 2000;
const main = document.querySelector("main");
const id = location.pathname.split("/")[2];
let shown = null;

async function follow() {
  if (document.visibilityState === "visible") {
    const text = await fetch("/trace.json").then(answer => answer.text(), () => shown); // the desk may be away a while
    if (text !== shown) main.replaceChildren(...list(JSON.parse(text)));
    shown = text;
  }
  setTimeout(follow, EVERY);
}

async function draw() {
  const answer = await fetch(`/trace/${id}.json`);
  if (answer.ok) return main.replaceChildren(...request(await answer.json()));
  main.replaceChildren("This request is no longer known: the desk keeps the latest 200, until it starts again.");
}

await (id ? draw() : follow());
