"""How each field that a function answers is asked for, at a home made for it, and with which credentials."""

import itertools
import uuid
from copy import copy
from dataclasses import replace

from data import history, images, listings, properties, users
from data.records import ID, Email, User
from tests.local import dataset
from tests.local.external_issuer import RSA
from tests.local.server_fixture import Desk

AT = 'version: 1, at: "2026-01-01T00:00:00.000Z"'
CHANGE = f"kind: CREATED, {AT}"
ASKED = {
    "Query.property": 'property(id: "HOME") { id }',
    "Query.properties": 'properties(ids: ["HOME"]) { id }',
    "Query.listingsByZip": 'listingsByZip(zipCode: "ZIP") { nodes { id } }',
    "Query.user": 'user(id: "owen") { id }',
    "Query.me": "me { id }",
    "Mutation.createProperty": 'createProperty(input: {address: "1 Elm Street", price: 1}) { id }',
    "Mutation.createProperty for another": (
        'createProperty(input: {address: "1 Elm Street", price: 1, ownerId: "owen"}) { id }'
    ),
    "Mutation.updateProperty": 'updateProperty(id: "HOME", expectedVersion: 1, input: {price: 2}) { id }',
    "Mutation.deleteProperty": 'deleteProperty(id: "HOME", expectedVersion: 1)',
    "Mutation.addImage": 'addImage(propertyId: "HOME", input: {url: "https://example.com/1"}) { id }',
    "Mutation.updateImage": 'updateImage(propertyId: "HOME", imageId: "p1", input: {caption: "x"}) { id }',
    "Mutation.removeImage": 'removeImage(propertyId: "HOME", imageId: "p1") { id }',
    "Mutation.reorderImages": 'reorderImages(propertyId: "HOME", imageIds: ["p2", "p1"]) { id }',
    "Mutation.updateMe": 'updateMe(input: {name: "Somebody"}) { id }',
    "Mutation.publishPropertyChange": (
        f'publishPropertyChange(input: {{propertyId: "HOME", {CHANGE}, changes: []}}) {{ version }}'
    ),
    "Mutation.publishZipChange": (
        f'publishZipChange(input: {{zipCode: "ZIP", propertyId: "HOME", {CHANGE}, listed: true}}) {{ version }}'
    ),
    "Subscription.onPropertyChange": 'onPropertyChange(propertyId: "HOME") { version }',
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
REACHED: dict[str, tuple[str, list[str | int]]] = {
    "Query": ("{ __typename FIELD }", []),
    "Mutation": ("mutation { __typename FIELD }", []),
    "Subscription": ("subscription { FIELD }", []),
    "Property": ('{ property(id: "HOME") { __typename FIELD } }', ["property"]),
    "Listing": ('{ listingsByZip(zipCode: "ZIP") { nodes { __typename FIELD } } }', ["listingsByZip", "nodes", 0]),
    "HistoryEvent": (
        '{ property(id: "HOME") { history { nodes { __typename FIELD } } } }',
        ["property", "history", "nodes", 0],
    ),
    "User": ('{ user(id: "owen") { __typename FIELD } }', ["user"]),
}
zips = itertools.count(70_000)


def query(line: str, home: str = "h1", zip_code: str = "94110") -> str:
    """What asks for the field of a line, at a home."""
    text = REACHED[line.partition(".")[0]][0].replace("FIELD", ASKED[line])
    return text.replace("HOME", home).replace("ZIP", zip_code)


def asked_of_owens(desk: Desk, line: str) -> str:
    """The same at a new home of owen's: two pictures, in a ZIP of its own."""
    id, zip_code = ID(str(uuid.uuid4())), f"{next(zips)}"
    pictures = [dataset.picture(id, ID(name)) for name in ("p1", "p2")]
    home = replace(dataset.home(0), id=id, zip_code=zip_code, owner_id=ID("owen"), image_ids=(ID("p1"), ID("p2")))
    event = replace(dataset.event(home, 1), changed_by_id=ID("owen"))
    owner = User(id=ID("owen"), name="Owen", email=Email("owen@example.com"), property_count=1_000)
    card = listings.card(home)
    assert card
    kept = [users.to_item(owner), properties.to_item(home), properties.edge(home), listings.to_item(card)]
    desk.put([*kept, *(images.to_item(picture) for picture in pictures), history.to_item(id, event)])
    return query(line, id, zip_code)


def credentials(desk: Desk, caller: str, path: str, body: str) -> dict[str, str]:
    """What a caller of this kind sends along to have a body taken at a path."""
    if caller == "backend":
        return desk.iam.sign("POST", f"{desk.url}{path}", body.encode())
    own, forged = desk.issuer, copy(desk.issuer)
    forged.private_key = RSA
    tokens = {
        "cognito": lambda: own.token("vera"),
        "oidc": lambda: own.token("otto", kind="oidc"),
        "owner": lambda: own.token("owen"),
        "admin": lambda: own.token("root", ["admins"]),
        "expired": lambda: own.token("owen", seconds=-60),
        "expired oidc": lambda: own.token("owen", seconds=-60, kind="oidc"),
        "forged": lambda: forged.token("owen"),
        "forged oidc": lambda: forged.token("owen", kind="oidc"),
    }
    return {"authorization": tokens[caller]()} if caller in tokens else {}
