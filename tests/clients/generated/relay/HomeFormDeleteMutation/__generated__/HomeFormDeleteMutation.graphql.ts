/**
 * @generated SignedSource<<209c0ccfe1792074eca92eeb860263db>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
export type HomeFormDeleteMutation$variables = {
  expectedVersion: number;
  id: string;
};
export type HomeFormDeleteMutation$data = {
  readonly deleteProperty: string | null | undefined;
};
export type HomeFormDeleteMutation = {
  response: HomeFormDeleteMutation$data;
  variables: HomeFormDeleteMutation$variables;
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
v2 = [
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
      }
    ],
    "kind": "ScalarField",
    "name": "deleteProperty",
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
    "name": "HomeFormDeleteMutation",
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
    "name": "HomeFormDeleteMutation",
    "selections": (v2/*:: as any*/)
  },
  "params": {
    "cacheID": "8b466ded7a0779f9b9f687a0e5f86117",
    "id": null,
    "metadata": {},
    "name": "HomeFormDeleteMutation",
    "operationKind": "mutation",
    "text": "mutation HomeFormDeleteMutation(\n  $id: ID!\n  $expectedVersion: Int!\n) {\n  deleteProperty(id: $id, expectedVersion: $expectedVersion)\n}\n"
  }
};
})();

(node as any).hash = "8cc3742034df681d23a0f96de9cc1097";

export default node;
