/**
 * @generated SignedSource<<30c6594f19139fc7bad4a301d7806d11>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
import { FragmentRefs } from "relay-runtime";
export type UpdateImageInput = {
  caption?: string | null | undefined;
  height?: number | null | undefined;
  url?: string | null | undefined;
  width?: number | null | undefined;
};
export type PictureEditorUpdateMutation$variables = {
  imageId: string;
  input: UpdateImageInput;
  propertyId: string;
};
export type PictureEditorUpdateMutation$data = {
  readonly updateImage: {
    readonly id: string;
    readonly version: number;
    readonly " $fragmentSpreads": FragmentRefs<"PictureStrip_property">;
  } | null | undefined;
};
export type PictureEditorUpdateMutation = {
  response: PictureEditorUpdateMutation$data;
  variables: PictureEditorUpdateMutation$variables;
};

const node: ConcreteRequest = (function(){
var v0 = {
  "defaultValue": null,
  "kind": "LocalArgument",
  "name": "imageId"
},
v1 = {
  "defaultValue": null,
  "kind": "LocalArgument",
  "name": "input"
},
v2 = {
  "defaultValue": null,
  "kind": "LocalArgument",
  "name": "propertyId"
},
v3 = [
  {
    "kind": "Variable",
    "name": "imageId",
    "variableName": "imageId"
  },
  {
    "kind": "Variable",
    "name": "input",
    "variableName": "input"
  },
  {
    "kind": "Variable",
    "name": "propertyId",
    "variableName": "propertyId"
  }
],
v4 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "id",
  "storageKey": null
},
v5 = {
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
      (v1/*:: as any*/),
      (v2/*:: as any*/)
    ],
    "kind": "Fragment",
    "metadata": null,
    "name": "PictureEditorUpdateMutation",
    "selections": [
      {
        "alias": null,
        "args": (v3/*:: as any*/),
        "concreteType": "Property",
        "kind": "LinkedField",
        "name": "updateImage",
        "plural": false,
        "selections": [
          (v4/*:: as any*/),
          (v5/*:: as any*/),
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
      (v2/*:: as any*/),
      (v0/*:: as any*/),
      (v1/*:: as any*/)
    ],
    "kind": "Operation",
    "name": "PictureEditorUpdateMutation",
    "selections": [
      {
        "alias": null,
        "args": (v3/*:: as any*/),
        "concreteType": "Property",
        "kind": "LinkedField",
        "name": "updateImage",
        "plural": false,
        "selections": [
          (v4/*:: as any*/),
          (v5/*:: as any*/),
          {
            "alias": null,
            "args": null,
            "concreteType": "Image",
            "kind": "LinkedField",
            "name": "images",
            "plural": true,
            "selections": [
              (v4/*:: as any*/),
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
    "cacheID": "49b2c92666863640298c3dec289f8d2b",
    "id": null,
    "metadata": {},
    "name": "PictureEditorUpdateMutation",
    "operationKind": "mutation",
    "text": "mutation PictureEditorUpdateMutation(\n  $propertyId: ID!\n  $imageId: ID!\n  $input: UpdateImageInput!\n) {\n  updateImage(propertyId: $propertyId, imageId: $imageId, input: $input) {\n    id\n    version\n    ...PictureStrip_property\n  }\n}\n\nfragment PictureStrip_property on Property {\n  images {\n    id\n    url\n    caption\n    width\n    height\n  }\n}\n"
  }
};
})();

(node as any).hash = "eded5bde7f863bc88eb90c01f87ffa9a";

export default node;
