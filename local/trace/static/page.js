// The script of both pages: /trace lists the latest requests and polls for new ones, /trace/<id> draws one request.

import { listPage } from "./list.js";
import { requestPage } from "./request.js";

const POLL_MS = 2000;
const main = document.querySelector("main");
const id = location.pathname.split("/")[2];

async function showList() {
  const page = listPage(main);
  let text = null;
  for (;;) {
    if (document.visibilityState === "visible") {
      const latest = await fetch("/trace.json").then(response => response.text(), () => text); // it may be restarting
      if (latest !== text) page.update(JSON.parse(latest));
      text = latest;
    }
    await new Promise(resolve => setTimeout(resolve, POLL_MS));
  }
}

async function showRequest() {
  const response = await fetch(`/trace/${id}.json`);
  if (response.ok) return main.replaceChildren(...requestPage(await response.json()));
  main.replaceChildren("This request is not stored: the server keeps the latest 200 requests until they are cleared.");
}

await (id ? showRequest() : showList());
