/**
 * @generated SignedSource<<11fbefa6957097caeff5779e8d7570d5>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
export type ListingStatus = "ACTIVE" | "CLOSED" | "COMING_SOON" | "PENDING" | "WITHDRAWN" | "%future added value";
export type UpdatePropertyInput = {
  address?: string | null | undefined;
  bathrooms?: number | null | undefined;
  bedrooms?: number | null | undefined;
  description?: string | null | undefined;
  latitude?: number | null | undefined;
  livingAreaSqft?: number | null | undefined;
  longitude?: number | null | undefined;
  lotSizeSqft?: number | null | undefined;
  price?: number | null | undefined;
  status?: ListingStatus | null | undefined;
  yearBuilt?: number | null | undefined;
  zipCode?: string | null | undefined;
};
export type HomeFormUpdateMutation$variables = {
  expectedVersion: number;
  id: string;
  input: UpdatePropertyInput;
};
export type HomeFormUpdateMutation$data = {
  readonly updateProperty: {
    readonly address: string;
    readonly description: string | null | undefined;
    readonly id: string;
    readonly price: number;
    readonly status: ListingStatus;
    readonly updatedAt: string;
    readonly version: number;
    readonly zipCode: string | null | undefined;
  } | null | undefined;
};
export type HomeFormUpdateMutation = {
  response: HomeFormUpdateMutation$data;
  variables: HomeFormUpdateMutation$variables;
};

const node: ConcreteRequest = (function(){
var v0 = {
  "defaultValue": null,
  "kind": "LocalArgument",
  "name": "expectedVersion"
},
v1 = {
  "defaultValue": null,
  "kind": "LocalArgument",
  "name": "id"
},
v2 = {
  "defaultValue": null,
  "kind": "LocalArgument",
  "name": "input"
},
v3 = [
  {
    "alias": null,
    "args": [
      {
        "kind": "Variable",
        "name": "expectedVersion",
        "variableName": "expectedVersion"
      },
      {
        "kind": "Variable",
        "name": "id",
        "variableName": "id"
      },
      {
        "kind": "Variable",
        "name": "input",
        "variableName": "input"
      }
    ],
    "concreteType": "Property",
    "kind": "LinkedField",
    "name": "updateProperty",
    "plural": false,
    "selections": [
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "id",
        "storageKey": null
      },
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "version",
        "storageKey": null
      },
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
        "name": "zipCode",
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
      },
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "description",
        "storageKey": null
      },
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "updatedAt",
        "storageKey": null
      }
    ],
    "storageKey": null
  }
];
return {
  "fragment": {
    "argumentDefinitions": [
      (v0/*:: as any*/),
      (v1/*:: as any*/),
      (v2/*:: as any*/)
    ],
    "kind": "Fragment",
    "metadata": null,
    "name": "HomeFormUpdateMutation",
    "selections": (v3/*:: as any*/),
    "type": "Mutation",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": [
      (v1/*:: as any*/),
      (v2/*:: as any*/),
      (v0/*:: as any*/)
    ],
    "kind": "Operation",
    "name": "HomeFormUpdateMutation",
    "selections": (v3/*:: as any*/)
  },
  "params": {
    "cacheID": "9c007996f345b982725f91ac5cb10865",
    "id": null,
    "metadata": {},
    "name": "HomeFormUpdateMutation",
    "operationKind": "mutation",
    "text": "mutation HomeFormUpdateMutation(\n  $id: ID!\n  $input: UpdatePropertyInput!\n  $expectedVersion: Int!\n) {\n  updateProperty(id: $id, input: $input, expectedVersion: $expectedVersion) {\n    id\n    version\n    address\n    zipCode\n    price\n    status\n    description\n    updatedAt\n  }\n}\n"
  }
};
})();

(node as any).hash = "1d3070be7b0c7c973ab9a8aa9b60637f";

export default node;
