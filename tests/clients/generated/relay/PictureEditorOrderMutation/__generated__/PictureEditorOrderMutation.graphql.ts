/**
 * @generated SignedSource<<8a1b24e2295230fe2a8fd39b0025b17d>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
import { FragmentRefs } from "relay-runtime";
export type PictureEditorOrderMutation$variables = {
  imageIds: ReadonlyArray<string>;
  propertyId: string;
};
export type PictureEditorOrderMutation$data = {
  readonly reorderImages: {
    readonly id: string;
    readonly version: number;
    readonly " $fragmentSpreads": FragmentRefs<"PictureStrip_property">;
  } | null | undefined;
};
export type PictureEditorOrderMutation = {
  response: PictureEditorOrderMutation$data;
  variables: PictureEditorOrderMutation$variables;
};

const node: ConcreteRequest = (function(){
var v0 = {
  "defaultValue": null,
  "kind": "LocalArgument",
  "name": "imageIds"
},
v1 = {
  "defaultValue": null,
  "kind": "LocalArgument",
  "name": "propertyId"
},
v2 = [
  {
    "kind": "Variable",
    "name": "imageIds",
    "variableName": "imageIds"
  },
  {
    "kind": "Variable",
    "name": "propertyId",
    "variableName": "propertyId"
  }
],
v3 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "id",
  "storageKey": null
},
v4 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "version",
  "storageKey": null
};
return {
  "fragment": {
    "argumentDefinitions": [
      (v0/*:: as any*/),
      (v1/*:: as any*/)
    ],
    "kind": "Fragment",
    "metadata": null,
    "name": "PictureEditorOrderMutation",
    "selections": [
      {
        "alias": null,
        "args": (v2/*:: as any*/),
        "concreteType": "Property",
        "kind": "LinkedField",
        "name": "reorderImages",
        "plural": false,
        "selections": [
          (v3/*:: as any*/),
          (v4/*:: as any*/),
          {
            "args": null,
            "kind": "FragmentSpread",
            "name": "PictureStrip_property"
          }
        ],
        "storageKey": null
      }
    ],
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
    "name": "PictureEditorOrderMutation",
    "selections": [
      {
        "alias": null,
        "args": (v2/*:: as any*/),
        "concreteType": "Property",
        "kind": "LinkedField",
        "name": "reorderImages",
        "plural": false,
        "selections": [
          (v3/*:: as any*/),
          (v4/*:: as any*/),
          {
            "alias": null,
            "args": null,
            "concreteType": "Image",
            "kind": "LinkedField",
            "name": "images",
            "plural": true,
            "selections": [
              (v3/*:: as any*/),
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
        "storageKey": null
      }
    ]
  },
  "params": {
    "cacheID": "df5c981f9bce9264addc0d74bea039d1",
    "id": null,
    "metadata": {},
    "name": "PictureEditorOrderMutation",
    "operationKind": "mutation",
    "text": "mutation PictureEditorOrderMutation(\n  $propertyId: ID!\n  $imageIds: [ID!]!\n) {\n  reorderImages(propertyId: $propertyId, imageIds: $imageIds) {\n    id\n    version\n    ...PictureStrip_property\n  }\n}\n\nfragment PictureStrip_property on Property {\n  images {\n    id\n    url\n    caption\n    width\n    height\n  }\n}\n"
  }
};
})();

(node as any).hash = "b9e9a78b73df2d3fb086053369bc435f";

export default node;
