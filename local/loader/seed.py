"""The sample properties of an empty table, written through the access patterns that the API uses."""

import json
from pathlib import Path
from typing import Any

from data import clock, images, properties
from data.dynamodb import table
from data.records import ID, DateTime, Image, Property, Url, User
from data.serialization import camel_case, from_plain
from local.paths import ROOT

FILE = ROOT / "data" / "sample" / "homes.json"


def sample_users() -> list[dict[str, str]]:
    """Returns the owners of the sample properties: of each its `id`, `name` and `email`."""
    users: list[dict[str, str]] = json.loads(FILE.read_text())["people"]
    return users


def seed_if_empty(marker: Path | None = None) -> int:
    """Writes all sample properties if the table is empty, and returns how many the sample has; 0 if it is not empty.

    The file `marker` exists while they are written. If an earlier run was interrupted, this one writes the rest.
    """
    is_incomplete = marker is not None and marker.exists()
    if not is_incomplete and next(table.scan(limit=1), None):
        return 0
    if marker:
        marker.touch()
    sample = json.loads(FILE.read_text())
    people = {person["id"]: from_plain(User, person, camel_case) for person in sample["people"]}
    for values in sample["homes"]:
        write_sample_property(values, people[values["ownerId"]])
    if marker:
        marker.unlink()
    return len(sample["homes"])


def write_sample_property(sample: dict[str, Any], owner: User) -> None:
    """Creates one property at its first price, adds its images, then sets each later price.

    Each write makes a version of the property; those that the table has already are not repeated.
    """
    at = DateTime(sample["at"])
    prices = sample["prices"]
    attributes = {"version": 1, "price": prices[0], "createdAt": at, "updatedAt": at, **sample}
    property_ = properties.by_id(ID(sample["id"])) or properties.create(
        from_plain(Property, attributes, camel_case), owner.id, User(**vars(owner) | {"created_at": at}), None
    )
    for version, name in enumerate(sample["pictures"], 1):
        if property_.version == version:
            url = Url(f"https://images.example.com/{property_.id}/{name}.jpg")
            id = clock.uuid7(at, name.encode().ljust(10))
            image = Image(id=id, property_id=property_.id, url=url, caption=name, created_at=at)
            property_ = images.add(property_, image, owner.id)
    for version, price in enumerate(prices[1:], 1 + len(sample["pictures"])):
        if property_.version == version:
            property_ = properties.update(property_, {"price": float(price)}, property_.version, ID(owner.id))
