"""The sample homes that an empty table starts with, written through the same access patterns as any other."""

import json
from typing import Any

from data import clock, images, properties
from data.dynamodb import table
from data.records import ID, DateTime, Image, Property, Url, User
from data.serialization import camel, load
from local.paths import ROOT

FILE = ROOT / "data" / "sample" / "homes.json"


def fill_if_empty() -> int:
    """How many homes were written: all of the sample where the table held nothing, else none."""
    if next(table.scan(limit=1), None):
        return 0
    sample = json.loads(FILE.read_text())
    people = {person["id"]: load(User, person, camel) for person in sample["people"]}
    for home in sample["homes"]:
        write(home, people[home["ownerId"]])
    return len(sample["homes"])


def write(told: dict[str, Any], owner: User) -> None:
    """Makes one home at its first price, adds its pictures, then sets each later price."""
    at = DateTime(told["at"])
    prices = told["prices"]
    attributes = {"version": 1, "price": prices[0], "createdAt": at, "updatedAt": at, **told}
    home = properties.create(
        load(Property, attributes, camel), owner.id, User(**vars(owner) | {"created_at": at}), None
    )
    for name in told["pictures"]:
        url = Url(f"https://images.example.com/{home.id}/{name}.jpg")
        image = Image(
            id=clock.uuid7(at, name.encode().ljust(10)), property_id=home.id, url=url, caption=name, created_at=at
        )
        home = images.add(home, image, owner.id)
    for price in prices[1:]:
        home = properties.update(home, {"price": float(price)}, home.version, ID(owner.id))
