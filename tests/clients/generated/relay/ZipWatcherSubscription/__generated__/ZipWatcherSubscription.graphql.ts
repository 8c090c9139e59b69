/**
 * @generated SignedSource<<5ed7ed593983c2f3297592b52dec1636>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
import { FragmentRefs } from "relay-runtime";
export type HistoryKind = "CREATED" | "DELETED" | "DETAILS_CHANGED" | "PICTURES_CHANGED" | "PRICE_CHANGED" | "STATUS_CHANGED" | "%future added value";
export type ZipWatcherSubscription$variables = {
  zipCode: string;
};
export type ZipWatcherSubscription$data = {
  readonly onZipChange: {
    readonly at: string;
    readonly kind: HistoryKind;
    readonly listed: boolean;
    readonly listing: {
      readonly id: string;
      readonly " $fragmentSpreads": FragmentRefs<"ListingCard_listing">;
    } | null | undefined;
    readonly propertyId: string;
    readonly version: number;
    readonly zipCode: string;
  } | null | undefined;
};
export type ZipWatcherSubscription = {
  response: ZipWatcherSubscription$data;
  variables: ZipWatcherSubscription$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "zipCode"
  }
],
v1 = [
  {
    "kind": "Variable",
    "name": "zipCode",
    "variableName": "zipCode"
  }
],
v2 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "zipCode",
  "storageKey": null
},
v3 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "propertyId",
  "storageKey": null
},
v4 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "kind",
  "storageKey": null
},
v5 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "version",
  "storageKey": null
},
v6 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "at",
  "storageKey": null
},
v7 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "listed",
  "storageKey": null
},
v8 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "id",
  "storageKey": null
};
return {
  "fragment": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Fragment",
    "metadata": null,
    "name": "ZipWatcherSubscription",
    "selections": [
      {
        "alias": null,
        "args": (v1/*:: as any*/),
        "concreteType": "ZipChange",
        "kind": "LinkedField",
        "name": "onZipChange",
        "plural": false,
        "selections": [
          (v2/*:: as any*/),
          (v3/*:: as any*/),
          (v4/*:: as any*/),
          (v5/*:: as any*/),
          (v6/*:: as any*/),
          (v7/*:: as any*/),
          {
            "alias": null,
            "args": null,
            "concreteType": "Listing",
            "kind": "LinkedField",
            "name": "listing",
            "plural": false,
            "selections": [
              (v8/*:: as any*/),
              {
                "args": null,
                "kind": "FragmentSpread",
                "name": "ListingCard_listing"
              }
            ],
            "storageKey": null
          }
        ],
        "storageKey": null
      }
    ],
    "type": "Subscription",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "ZipWatcherSubscription",
    "selections": [
      {
        "alias": null,
        "args": (v1/*:: as any*/),
        "concreteType": "ZipChange",
        "kind": "LinkedField",
        "name": "onZipChange",
        "plural": false,
        "selections": [
          (v2/*:: as any*/),
          (v3/*:: as any*/),
          (v4/*:: as any*/),
          (v5/*:: as any*/),
          (v6/*:: as any*/),
          (v7/*:: as any*/),
          {
            "alias": null,
            "args": null,
            "concreteType": "Listing",
            "kind": "LinkedField",
            "name": "listing",
            "plural": false,
            "selections": [
              (v8/*:: as any*/),
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
                "kind": "ScalarField",
                "name": "bedrooms",
                "storageKey": null
              },
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "bathrooms",
                "storageKey": null
              },
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "livingAreaSqft",
                "storageKey": null
              },
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "coverImageUrl",
                "storageKey": null
              },
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "listedAt",
                "storageKey": null
              }
            ],
            "storageKey": null
          }
        ],
        "storageKey": null
      }
    ]
  },
  "params": {
    "cacheID": "dbfa68a45c0593fe59bed07ff90643f3",
    "id": null,
    "metadata": {},
    "name": "ZipWatcherSubscription",
    "operationKind": "subscription",
    "text": "subscription ZipWatcherSubscription(\n  $zipCode: String!\n) {\n  onZipChange(zipCode: $zipCode) {\n    zipCode\n    propertyId\n    kind\n    version\n    at\n    listed\n    listing {\n      id\n      ...ListingCard_listing\n    }\n  }\n}\n\nfragment ListingCard_listing on Listing {\n  id\n  address\n  price\n  status\n  bedrooms\n  bathrooms\n  livingAreaSqft\n  coverImageUrl\n  listedAt\n}\n"
  }
};
})();

(node as any).hash = "80887f596428bfd2d7fe1292e0e24691";

export default node;
