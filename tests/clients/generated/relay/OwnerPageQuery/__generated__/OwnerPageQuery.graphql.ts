/**
 * @generated SignedSource<<545cddb09ce7ab60279e507083895a11>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
export type ListingStatus = "ACTIVE" | "CLOSED" | "COMING_SOON" | "PENDING" | "WITHDRAWN" | "%future added value";
export type OwnerPageQuery$variables = {
  id: string;
};
export type OwnerPageQuery$data = {
  readonly user: {
    readonly createdAt: string | null | undefined;
    readonly id: string;
    readonly name: string;
    readonly properties: {
      readonly nodes: ReadonlyArray<{
        readonly address: string;
        readonly id: string;
        readonly price: number;
        readonly status: ListingStatus;
      }>;
    } | null | undefined;
    readonly propertyCount: number;
  } | null | undefined;
};
export type OwnerPageQuery = {
  response: OwnerPageQuery$data;
  variables: OwnerPageQuery$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "id"
  }
],
v1 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "id",
  "storageKey": null
},
v2 = [
  {
    "alias": null,
    "args": [
      {
        "kind": "Variable",
        "name": "id",
        "variableName": "id"
      }
    ],
    "concreteType": "User",
    "kind": "LinkedField",
    "name": "user",
    "plural": false,
    "selections": [
      (v1/*:: as any*/),
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "name",
        "storageKey": null
      },
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "propertyCount",
        "storageKey": null
      },
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "createdAt",
        "storageKey": null
      },
      {
        "alias": null,
        "args": [
          {
            "kind": "Literal",
            "name": "first",
            "value": 10
          }
        ],
        "concreteType": "PropertyConnection",
        "kind": "LinkedField",
        "name": "properties",
        "plural": false,
        "selections": [
          {
            "alias": null,
            "args": null,
            "concreteType": "Property",
            "kind": "LinkedField",
            "name": "nodes",
            "plural": true,
            "selections": [
              (v1/*:: as any*/),
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "address",
                "storageKey": null
              },
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "price",
                "storageKey": null
              },
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "status",
                "storageKey": null
              }
            ],
            "storageKey": null
          }
        ],
        "storageKey": "properties(first:10)"
      }
    ],
    "storageKey": null
  }
];
return {
  "fragment": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Fragment",
    "metadata": null,
    "name": "OwnerPageQuery",
    "selections": (v2/*:: as any*/),
    "type": "Query",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "OwnerPageQuery",
    "selections": (v2/*:: as any*/)
  },
  "params": {
    "cacheID": "117b2b6a9290d32ab64b02bde66e770d",
    "id": null,
    "metadata": {},
    "name": "OwnerPageQuery",
    "operationKind": "query",
    "text": "query OwnerPageQuery(\n  $id: ID!\n) {\n  user(id: $id) {\n    id\n    name\n    propertyCount\n    createdAt\n    properties(first: 10) {\n      nodes {\n        id\n        address\n        price\n        status\n      }\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "8c3915e4485a5ec68ac9f1c9590433c4";

export default node;
