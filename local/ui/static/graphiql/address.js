// Keeps the operation of the active tab in the page's address: ?query=…&variables=…&operationName=…

const NAMES = ["query", "variables", "operationName"];
const MAX_LENGTH = 16_000; // of an address; the server refuses a request line above 64 KB

// Returns the operation in the address; an empty object if it has none.
export function readAddress() {
  const parameters = new URLSearchParams(location.search);
  if (!parameters.get("query")) return {};
  return Object.fromEntries(NAMES.map(name => [name, parameters.get(name) ?? ""]));
}

export function writeAddress(tab) {
  const parameters = new URLSearchParams(NAMES.filter(name => tab[name]).map(name => [name, tab[name]]));
  const address = `/?${parameters}`;
  if (address.length <= MAX_LENGTH && address !== location.pathname + location.search) {
    history.replaceState(null, "", address);
  }
}
