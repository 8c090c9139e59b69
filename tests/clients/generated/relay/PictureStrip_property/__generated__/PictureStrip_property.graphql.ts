/**
 * @generated SignedSource<<b57c50382e8e3512b6d07c000fa6feed>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ReaderFragment } from 'relay-runtime';
import { FragmentRefs } from "relay-runtime";
export type PictureStrip_property$data = {
  readonly images: ReadonlyArray<{
    readonly caption: string | null | undefined;
    readonly height: number | null | undefined;
    readonly id: string;
    readonly url: string;
    readonly width: number | null | undefined;
  }> | null | undefined;
  readonly " $fragmentType": "PictureStrip_property";
};
export type PictureStrip_property$key = {
  readonly " $data"?: PictureStrip_property$data;
  readonly " $fragmentSpreads": FragmentRefs<"PictureStrip_property">;
};

const node: ReaderFragment = {
  "argumentDefinitions": [],
  "kind": "Fragment",
  "metadata": null,
  "name": "PictureStrip_property",
  "selections": [
    {
      "alias": null,
      "args": null,
      "concreteType": "Image",
      "kind": "LinkedField",
      "name": "images",
      "plural": true,
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
          "name": "url",
          "storageKey": null
        },
        {
          "alias": null,
          "args": null,
          "kind": "ScalarField",
          "name": "caption",
          "storageKey": null
        },
        {
          "alias": null,
          "args": null,
          "kind": "ScalarField",
          "name": "width",
          "storageKey": null
        },
        {
          "alias": null,
          "args": null,
          "kind": "ScalarField",
          "name": "height",
          "storageKey": null
        }
      ],
      "storageKey": null
    }
  ],
  "type": "Property",
  "abstractKey": null
};

(node as any).hash = "e4623e15874e4675347afa5292451e08";

export default node;
