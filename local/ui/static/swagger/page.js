// Shows the REST contract in Swagger UI, and signs each of its requests in as the chosen caller.

const field = id => document.getElementById(id);
const credentials = new Map();

// Returns a token or an API key; it requests a new one if a field has changed or the server has rejected the old one.
async function getCredential(path, form, name) {
  const body = JSON.stringify(form);
  if (!credentials.has(path + body)) {
    const response = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body });
    const content = await response.json();
    if (!response.ok) throw new Error(content.error_description);
    credentials.set(path + body, content[name]);
  }
  return credentials.get(path + body);
}

async function requestInterceptor(request) {
  if (request.loadSpec) return request;
  const caller = { user: field("user").value, groups: field("groups").value };
  request.headers["Authorization"] = await getCredential("/token", caller, "access_token");
  request.headers["x-api-key"] = await getCredential("/key", { plan: field("plan").value }, "key");
  return request;
}

function responseInterceptor(response) {
  if ([401, 403].includes(response.status)) credentials.clear();
  return response;
}

if (window.SwaggerUIBundle) {
  const presets = [SwaggerUIBundle.presets.apis];
  const options = { deepLinking: true, defaultModelsExpandDepth: 0, displayRequestDuration: true, tryItOutEnabled: true };
  SwaggerUIBundle({ url: "/openapi.yaml", domNode: document.querySelector("main"), presets, requestInterceptor,
    responseInterceptor, validatorUrl: null, ...options });
}
