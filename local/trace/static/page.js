// The script of both pages: /trace lists the latest requests and polls for new ones, /trace/<id> draws one request.

import { list } from "./list.js";
import { request } from "./request.js";

const EVERY = 2000;
const main = document.querySelector("main");
const id = location.pathname.split("/")[2];
let shown = null;

async function follow() {
  if (document.visibilityState === "visible") {
    const text = await fetch("/trace.json").then(answer => answer.text(), () => shown); // the server may be restarting
    if (text !== shown) main.replaceChildren(...list(JSON.parse(text)));
    shown = text;
  }
  setTimeout(follow, EVERY);
}

async function draw() {
  const answer = await fetch(`/trace/${id}.json`);
  if (answer.ok) return main.replaceChildren(...request(await answer.json()));
  main.replaceChildren("This request is not stored: the server keeps the latest 200 requests until it restarts.");
}

await (id ? draw() : follow());
