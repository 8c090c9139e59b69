// Runs GraphiQL, and signs each of its requests in as the chosen caller.

const DEFAULT_QUERY = `# Ctrl-Enter runs the query; the book icon opens the schema.

query HomesOfAZip {
  listingsByZip(zipCode: "94110", first: 5) {
    nodes {
      id
      address
      price
      property {
        owner { name }
        images { url }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`;

const field = id => document.getElementById(id);
const json = { "content-type": "application/json" };
let signedIn = { as: null };

// Returns the headers that authenticate the caller: a signature of the body for IAM, else a token of the chosen user.
async function credential(body) {
  if (field("kind").value !== "iam") return { authorization: await token() };
  const asked = JSON.stringify({ body, path: "/graphql" });
  return (await fetch("/sign", { method: "POST", headers: json, body: asked })).json();
}

// Returns a token; it requests a new one if a field has changed, or one minute before the old one expires.
async function token() {
  const [user, groups, kind] = ["user", "groups", "kind"].map(id => field(id).value);
  const as = JSON.stringify({ user, groups, kind });
  if (signedIn.as === as && Date.now() < signedIn.until) return signedIn.token;
  const response = await fetch("/token", { method: "POST", headers: json, body: as });
  const answer = await response.json();
  if (!response.ok) throw { message: `No token: ${answer.error_description}` }; // GraphiQL shows an Error's stack too
  signedIn = { as, token: answer.access_token, until: Date.now() + (answer.expires_in - 60) * 1000 };
  return signedIn.token;
}

async function ask(request, headers) {
  const body = JSON.stringify(request);
  const cost = field("cost").checked ? { "x-trace": "1" } : {};
  const all = new Headers({ ...json, ...cost, ...await credential(body) });
  for (const [name, value] of Object.entries(headers ?? {})) all.set(name, value);
  return fetch("/graphql", { method: "POST", headers: all, body });
}

// After a restart the server may sign with another key: if it rejects a token, request a new one and retry once.
async function fetcher(request, { headers } = {}) {
  let response = await ask(request, headers);
  if (response.status === 401) {
    signedIn = { as: null };
    response = await ask(request, headers);
  }
  if (response.ok && request.operationName !== "IntrospectionQuery") offerTrace(response.headers.get("x-amzn-requestid"));
  return response.json();
}

function offerTrace(id) {
  field("trace").href = `/trace/${id}`;
  field("trace").textContent = "open its trace";
}

if (window.GraphiQL) {
  const page = React.createElement(GraphiQL, { fetcher, defaultQuery: DEFAULT_QUERY });
  ReactDOM.createRoot(document.querySelector("main")).render(page);
}
