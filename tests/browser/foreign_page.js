// What a page tries in order to use a local server: each attempt resolves with what the page got, or with its error.

const json = { "content-type": "application/json" };
const ADMIN = JSON.stringify({ user: "ada", groups: "admins" });

// Gets a token and an API key, then deletes a property; returns the data of the response.
async function deleteProperty(server, id, version) {
  const response = await fetch(`${server}/token`, { method: "POST", headers: json, body: ADMIN });
  const { access_token: authorization } = await response.json();
  const query = `mutation { deleteProperty(id: "${id}", expectedVersion: ${version}) }`;
  const body = JSON.stringify({ query });
  return (await (await fetch(`${server}/graphql`, { method: "POST", headers: { ...json, authorization }, body })).json()).data;
}

// Sends a request without preflight, whose response the page may not read.
async function sendOpaque(url, options) {
  const response = await fetch(url, { mode: "no-cors", ...options });
  return `${response.type} ${await response.text()}`;
}

// Loads a script, an image or a frame; returns the event that follows.
function load(name, url, attribute = "src") {
  return new Promise(resolve => {
    const element = document.createElement(name);
    for (const type of ["load", "error"]) element.addEventListener(type, () => resolve(type));
    element[attribute] = url;
    document.body.append(element);
  });
}

// Submits a form into a frame.
async function submit(url) {
  const loaded = load("iframe", "about:blank");
  const frame = document.querySelector("iframe:last-of-type");
  frame.name = "target";
  await loaded;
  const form = document.createElement("form");
  Object.assign(form, { action: url, method: "POST", target: "target" });
  document.body.append(form);
  return new Promise(resolve => {
    frame.addEventListener("load", () => resolve(frame.contentDocument), { once: true });
    form.submit();
  });
}
