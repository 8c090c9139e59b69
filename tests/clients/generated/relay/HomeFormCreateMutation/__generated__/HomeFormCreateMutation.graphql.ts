/**
 * @generated SignedSource<<4f87e54181b3ecc22037fe0afe1a417c>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
export type ListingStatus = "ACTIVE" | "CLOSED" | "COMING_SOON" | "PENDING" | "WITHDRAWN" | "%future added value";
export type CreatePropertyInput = {
  address: string;
  bathrooms?: number | null | undefined;
  bedrooms?: number | null | undefined;
  description?: string | null | undefined;
  latitude?: number | null | undefined;
  livingAreaSqft?: number | null | undefined;
  longitude?: number | null | undefined;
  lotSizeSqft?: number | null | undefined;
  ownerId?: string | null | undefined;
  price: number;
  status?: ListingStatus;
  yearBuilt?: number | null | undefined;
  zipCode?: string | null | undefined;
};
export type HomeFormCreateMutation$variables = {
  idempotencyKey?: string | null | undefined;
  input: CreatePropertyInput;
};
export type HomeFormCreateMutation$data = {
  readonly createProperty: {
    readonly address: string;
    readonly id: string;
    readonly price: number;
    readonly status: ListingStatus;
    readonly version: number;
    readonly zipCode: string | null | undefined;
  } | null | undefined;
};
export type HomeFormCreateMutation = {
  response: HomeFormCreateMutation$data;
  variables: HomeFormCreateMutation$variables;
};

const node: ConcreteRequest = (function(){
var v0 = {
  "defaultValue": null,
  "kind": "LocalArgument",
  "name": "idempotencyKey"
},
v1 = {
  "defaultValue": null,
  "kind": "LocalArgument",
  "name": "input"
},
v2 = [
  {
    "alias": null,
    "args": [
      {
        "kind": "Variable",
        "name": "idempotencyKey",
        "variableName": "idempotencyKey"
      },
      {
        "kind": "Variable",
        "name": "input",
        "variableName": "input"
      }
    ],
    "concreteType": "Property",
    "kind": "LinkedField",
    "name": "createProperty",
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
      }
    ],
    "storageKey": null
  }
];
return {
  "fragment": {
    "argumentDefinitions": [
      (v0/*:: as any*/),
      (v1/*:: as any*/)
    ],
    "kind": "Fragment",
    "metadata": null,
    "name": "HomeFormCreateMutation",
    "selections": (v2/*:: as any*/),
    "type": "Mutation",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": [
      (v1/*:: as any*/),
      (v0/*:: as any*/)
    ],
    "kind": "Operation",
    "name": "HomeFormCreateMutation",
    "selections": (v2/*:: as any*/)
  },
  "params": {
    "cacheID": "ba599fea8420bf381e869ee5f9fc9ead",
    "id": null,
    "metadata": {},
    "name": "HomeFormCreateMutation",
    "operationKind": "mutation",
    "text": "mutation HomeFormCreateMutation(\n  $input: CreatePropertyInput!\n  $idempotencyKey: String\n) {\n  createProperty(input: $input, idempotencyKey: $idempotencyKey) {\n    id\n    version\n    address\n    zipCode\n    price\n    status\n  }\n}\n"
  }
};
})();

(node as any).hash = "ae71169a7b4a83a34e2013ef3291822a";

export default node;
