"""A query for each field with a resolver, a property to query, and the credentials of each kind of caller."""

import itertools
import uuid
from copy import copy
from dataclasses import replace

from data import history, images, listings, properties, users
from data.records import ID, Email, User
from tests.local import dataset
from tests.local.external_issuer import RSA
from tests.local.server_fixture import LocalServer

VERSION_AND_TIME = 'version: 1, at: "2026-01-01T00:00:00.000Z"'
CHANGE_FIELDS = f"kind: CREATED, {VERSION_AND_TIME}"
FIELD_SELECTIONS = {
    "Query.property": 'property(id: "PROPERTY_ID") { id }',
    "Query.properties": 'properties(ids: ["PROPERTY_ID"]) { id }',
    "Query.listingsByZip": 'listingsByZip(zipCode: "ZIP") { nodes { id } }',
    "Query.user": 'user(id: "owen") { id }',
    "Query.me": "me { id }",
    "Mutation.createProperty": 'createProperty(input: {address: "1 Elm Street", price: 1}) { id }',
    "Mutation.createProperty for another": (
        'createProperty(input: {address: "1 Elm Street", price: 1, ownerId: "owen"}) { id }'
    ),
    "Mutation.updateProperty": 'updateProperty(id: "PROPERTY_ID", expectedVersion: 1, input: {price: 2}) { id }',
    "Mutation.deleteProperty": 'deleteProperty(id: "PROPERTY_ID", expectedVersion: 1)',
    "Mutation.addImage": 'addImage(propertyId: "PROPERTY_ID", input: {url: "https://example.com/1"}) { id }',
    "Mutation.updateImage": 'updateImage(propertyId: "PROPERTY_ID", imageId: "p1", input: {caption: "x"}) { id }',
    "Mutation.removeImage": 'removeImage(propertyId: "PROPERTY_ID", imageId: "p1") { id }',
    "Mutation.reorderImages": 'reorderImages(propertyId: "PROPERTY_ID", imageIds: ["p2", "p1"]) { id }',
    "Mutation.updateMe": 'updateMe(input: {name: "Owen Green"}) { id }',
    "Mutation.publishPropertyChange": (
        f'publishPropertyChange(input: {{propertyId: "PROPERTY_ID", {CHANGE_FIELDS}, changes: []}}) {{ version }}'
    ),
    "Mutation.publishZipChange": (
        f'publishZipChange(input: {{zipCode: "ZIP", propertyId: "PROPERTY_ID", {CHANGE_FIELDS}, listed: true}}) '
        "{ version }"
    ),
    "Subscription.onPropertyChange": 'onPropertyChange(propertyId: "PROPERTY_ID") { version }',
    "Subscription.onZipChange": 'onZipChange(zipCode: "ZIP") { version }',
    "Property.owner": "owner { id }",
    "Property.images": "images { id }",
    "Property.coverImage": "coverImage { id }",
    "Property.history": "history { nodes { id } }",
    "Listing.property": "property { id }",
    "HistoryEvent.changedBy": "changedBy { id }",
    "User.email": "email",
    "User.properties": "properties { nodes { id } }",
}
PARENT_QUERIES: dict[str, tuple[str, list[str | int]]] = {
    "Query": ("{ __typename FIELD }", []),
    "Mutation": ("mutation { __typename FIELD }", []),
    "Subscription": ("subscription { FIELD }", []),
    "Property": ('{ property(id: "PROPERTY_ID") { __typename FIELD } }', ["property"]),
    "Listing": ('{ listingsByZip(zipCode: "ZIP") { nodes { __typename FIELD } } }', ["listingsByZip", "nodes", 0]),
    "HistoryEvent": (
        '{ property(id: "PROPERTY_ID") { history { nodes { __typename FIELD } } } }',
        ["property", "history", "nodes", 0],
    ),
    "User": ('{ user(id: "owen") { __typename FIELD } }', ["user"]),
}
unused_zip_codes = itertools.count(70_000)


def build_query(entry: str, property_id: str = "h1", zip_code: str = "94110") -> str:
    """Returns the query for an entry's field, for this property and ZIP."""
    text = PARENT_QUERIES[entry.partition(".")[0]][0].replace("FIELD", FIELD_SELECTIONS[entry])
    return text.replace("PROPERTY_ID", property_id).replace("ZIP", zip_code)


def query_for_owned_property(server: LocalServer, entry: str) -> str:
    """Returns the query for a new property of the user owen, with two images and in an unused ZIP."""
    id, zip_code = ID(str(uuid.uuid4())), f"{next(unused_zip_codes)}"
    property_images = [dataset.make_image(id, ID(name)) for name in ("p1", "p2")]
    property_ = replace(
        dataset.make_property(0), id=id, zip_code=zip_code, owner_id=ID("owen"), image_ids=(ID("p1"), ID("p2"))
    )
    event = replace(dataset.make_event(property_, 1), changed_by_id=ID("owen"))
    owner = User(id=ID("owen"), name="Owen", email=Email("owen@example.com"), property_count=1_000)
    listing = listings.listing_of(property_)
    assert listing
    items = [
        users.to_item(owner),
        properties.to_item(property_),
        properties.ownership_item(property_),
        listings.to_item(listing),
    ]
    server.put_items([*items, *(images.to_item(image) for image in property_images), history.to_item(id, event)])
    return build_query(entry, id, zip_code)


def credentials(server: LocalServer, caller: str, path: str, body: str) -> dict[str, str]:
    """Returns the headers with which a caller of this kind authenticates a POST of this body."""
    if caller == "backend":
        return server.iam.sign("POST", f"{server.url}{path}", body.encode())
    issuer, forger = server.issuer, copy(server.issuer)
    forger.private_key = RSA
    tokens = {
        "cognito": lambda: issuer.token("vera"),
        "oidc": lambda: issuer.token("otto", kind="oidc"),
        "owner": lambda: issuer.token("owen"),
        "admin": lambda: issuer.token("root", ["admins"]),
        "expired": lambda: issuer.token("owen", seconds=-60),
        "expired oidc": lambda: issuer.token("owen", seconds=-60, kind="oidc"),
        "forged": lambda: forger.token("owen"),
        "forged oidc": lambda: forger.token("owen", kind="oidc"),
    }
    return {"authorization": tokens[caller]()} if caller in tokens else {}
