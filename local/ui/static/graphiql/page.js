// Renders GraphiQL with the example operations, as the caller that the page's header selects.

import { readAddress, writeAddress } from "./address.js";
import { listUsers } from "./caller.js";
import { fetcher } from "./fetcher.js";
import { SelectOperation } from "./operation.js";

const { users, examples } = await (await fetch("/graphiql/content.json")).json();
listUsers(users);

if (window.GraphiQL) {
  const address = readAddress();
  const options = {
    ...address,
    fetcher,
    defaultQuery: "", // of a new tab
    defaultTabs: address.query ? [address, ...examples] : examples,
    defaultEditorToolsVisibility: !matchMedia("(max-width: 700px)").matches && "variables", // phones have no space
    onTabChange: ({ tabs, activeTabIndex }) => writeAddress(tabs[activeTabIndex]),
    storage: GraphiQL.createLocalStorage({ namespace: "homes" }), // other projects use the same origin
    toolbar: { additionalContent: React.createElement(SelectOperation, { name: address.operationName }) },
    operationName: undefined, // it would disable the menu of operations
  };
  const footer = React.createElement(GraphiQL.Footer, {}, React.createElement("output", { id: "status" }));
  ReactDOM.createRoot(document.querySelector("main")).render(React.createElement(GraphiQL, options, footer));
}
