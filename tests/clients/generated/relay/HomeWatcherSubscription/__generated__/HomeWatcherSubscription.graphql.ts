/**
 * @generated SignedSource<<da3433dc551e71089989fea465a64b85>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
export type HistoryKind = "CREATED" | "DELETED" | "DETAILS_CHANGED" | "PICTURES_CHANGED" | "PRICE_CHANGED" | "STATUS_CHANGED" | "%future added value";
export type ListingStatus = "ACTIVE" | "CLOSED" | "COMING_SOON" | "PENDING" | "WITHDRAWN" | "%future added value";
export type HomeWatcherSubscription$variables = {
  id: string;
};
export type HomeWatcherSubscription$data = {
  readonly onPropertyChange: {
    readonly address: string | null | undefined;
    readonly at: string;
    readonly changes: ReadonlyArray<{
      readonly after: string | null | undefined;
      readonly before: string | null | undefined;
      readonly field: string;
    }>;
    readonly kind: HistoryKind;
    readonly price: number | null | undefined;
    readonly propertyId: string;
    readonly status: ListingStatus | null | undefined;
    readonly version: number;
  } | null | undefined;
};
export type HomeWatcherSubscription = {
  response: HomeWatcherSubscription$data;
  variables: HomeWatcherSubscription$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "id"
  }
],
v1 = [
  {
    "alias": null,
    "args": [
      {
        "kind": "Variable",
        "name": "propertyId",
        "variableName": "id"
      }
    ],
    "concreteType": "PropertyChange",
    "kind": "LinkedField",
    "name": "onPropertyChange",
    "plural": false,
    "selections": [
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "propertyId",
        "storageKey": null
      },
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "kind",
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
        "name": "at",
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
        "concreteType": "FieldChange",
        "kind": "LinkedField",
        "name": "changes",
        "plural": true,
        "selections": [
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "field",
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "before",
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "after",
            "storageKey": null
          }
        ],
        "storageKey": null
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
    "name": "HomeWatcherSubscription",
    "selections": (v1/*:: as any*/),
    "type": "Subscription",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "HomeWatcherSubscription",
    "selections": (v1/*:: as any*/)
  },
  "params": {
    "cacheID": "be7ed1d4ca51625acc06e0c65ff8f854",
    "id": null,
    "metadata": {},
    "name": "HomeWatcherSubscription",
    "operationKind": "subscription",
    "text": "subscription HomeWatcherSubscription(\n  $id: ID!\n) {\n  onPropertyChange(propertyId: $id) {\n    propertyId\n    kind\n    version\n    at\n    address\n    price\n    status\n    changes {\n      field\n      before\n      after\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "8a0846b2063298869caf0cb37cf4b2e7";

export default node;
