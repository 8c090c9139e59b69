// The caller that the page's header selects: a sample user, another user, or the backend.

const field = id => document.getElementById(id);
const json = { "content-type": "application/json" };
let sampleUsers = [];
let signedIn = { as: null };

// Offers the sample users and selects the first one.
export function listUsers(users) {
  sampleUsers = users;
  field("caller").prepend(...users.map(({ id, name }) => new Option(`${name} (${id})`, id)));
  field("caller").value = users[0].id;
  field("caller").addEventListener("change", () => isAnother() && field("user").focus());
}

const isAnother = () => field("caller").value === "another";

// Returns the headers that authenticate a request: a signature of its path and body for IAM, else a token.
export async function credentials(path, body) {
  if (field("caller").value !== "iam") return { authorization: await token() };
  return post("/sign", { path, body });
}

// The next request gets a new token: the server has rejected this one.
export function discardToken() {
  signedIn = { as: null };
}

// Returns a token; requests a new one if the selection has changed, or one minute before the old one expires.
async function token() {
  const user = selectedUser();
  const as = JSON.stringify(user);
  if (signedIn.as === as && Date.now() < signedIn.until) return signedIn.token;
  const credentials = await post("/token", user);
  signedIn = { as, token: credentials.access_token, until: Date.now() + (credentials.expires_in - 60) * 1000 };
  return signedIn.token;
}

function selectedUser() {
  const id = field("caller").value;
  const { name, email } = sampleUsers.find(user => user.id === id) ?? {};
  const groups = field("admin").checked ? ["admins"] : [];
  return { user: isAnother() ? field("user").value : id, name, email, groups, kind: field("kind").value };
}

async function post(path, body) {
  const response = await fetch(path, { method: "POST", headers: json, body: JSON.stringify(body) });
  const credentials = await response.json();
  if (!response.ok) throw { message: `No credentials: ${credentials.error_description ?? credentials.error}` };
  return credentials;
}
