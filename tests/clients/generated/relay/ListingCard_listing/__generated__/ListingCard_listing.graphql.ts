/**
 * @generated SignedSource<<a3268bd6943b950b18b0e85415771492>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ReaderFragment } from 'relay-runtime';
export type ListingStatus = "ACTIVE" | "CLOSED" | "COMING_SOON" | "PENDING" | "WITHDRAWN" | "%future added value";
import { FragmentRefs } from "relay-runtime";
export type ListingCard_listing$data = {
  readonly address: string;
  readonly bathrooms: number | null | undefined;
  readonly bedrooms: number | null | undefined;
  readonly coverImageUrl: string | null | undefined;
  readonly id: string;
  readonly listedAt: string;
  readonly livingAreaSqft: number | null | undefined;
  readonly price: number;
  readonly status: ListingStatus;
  readonly " $fragmentType": "ListingCard_listing";
};
export type ListingCard_listing$key = {
  readonly " $data"?: ListingCard_listing$data;
  readonly " $fragmentSpreads": FragmentRefs<"ListingCard_listing">;
};

const node: ReaderFragment = {
  "argumentDefinitions": [],
  "kind": "Fragment",
  "metadata": null,
  "name": "ListingCard_listing",
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
  "type": "Listing",
  "abstractKey": null
};

(node as any).hash = "c72377af16a3e794f5cf86cf34cfdeef";

export default node;
