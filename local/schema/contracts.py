"""The contracts beside the schema: the table's keys, the configuration of each field, and the errors.

`make schema` writes them as `contracts/*.json`, from the values that the code itself uses. They name items, fields and
errors as stored data and clients know them, so that renaming a function or a constant changes nothing in them.
"""

import inspect
import json
from dataclasses import asdict
from typing import Any

from data import keys, listings, properties
from data.dynamodb.requests import Item
from data.errors import Refusal
from data.keys import Index
from data.records import ID, DateTime, ListingStatus, Property
from local import assumptions
from local.paths import ROOT
from resolvers.field_config import Field
from resolvers.runtime import encoding
from resolvers.runtime.encoding import camel
from resolvers.wiring import FIELDS, LIMITS, OF_ANY_CALLER, OF_ANY_FUNCTION, PLANS, REST

FOLDER = ROOT / "contracts"
VERSION = 1  # of the files' format
JSON_TYPES = {str: "string", int: "integer"}
Json = dict[str, Any]

PROPERTY, IMAGE, USER, ZIP_CODE, AT = ID("property-1"), ID("image-1"), ID("user-1"), "94110", "2026-01-31T12:00:00.000Z"
EXAMPLE = Property(
    id=PROPERTY,
    version=1,
    address="1 Elm Street",
    zip_code=ZIP_CODE,
    price=450_000.0,
    status=ListingStatus.ACTIVE,
    owner_id=USER,
    created_at=DateTime(AT),
    updated_at=DateTime(AT),
)


def files() -> dict[str, str]:
    """The text of each file, by its name."""
    contents = {"errors.json": errors(), "fields.json": fields(), "table.json": table()}
    return {name: json.dumps({"version": VERSION} | content, indent=2) + "\n" for name, content in contents.items()}


def write() -> list[str]:
    """Writes the files and returns their names."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in files().items():
        (FOLDER / name).write_text(text)
    return [f"{FOLDER.name}/{name}" for name in files()]


def table() -> Json:
    """The table's key attributes and indexes, the keys of its items, and the ids that are read from keys."""
    parts = (keys.property(PROPERTY).pk, keys.user(USER).pk)
    return {
        "partitionKey": asdict(keys.PARTITION),
        "sortKey": asdict(keys.SORT),
        "ttlAttribute": keys.EXPIRES,
        "indexes": {index.name: index_entry(index) for index in sorted(keys.INDEXES, key=lambda index: index.name)},
        "items": items(),
        "partitions": {"listings": keys.zip_code(ZIP_CODE)},
        "ids": {part: keys.id_in(part) for part in parts},
    }


def index_entry(index: Index) -> Json:
    return {
        "partitionKey": asdict(index.partition),
        "sortKey": asdict(index.sort),
        "projection": index.projection,
    }


def items() -> Json:
    """An example of each kind of item, by the attributes that the keys of the table and of its indexes are made of."""
    listing = listings.card(EXAMPLE)
    assert listing
    examples: dict[str, Item] = {
        "historyEvent": keys.event(PROPERTY, EXAMPLE.updated_at, 7)._asdict(),
        "idempotency": keys.idempotency(USER, "key-1")._asdict(),
        "image": keys.image(PROPERTY, IMAGE)._asdict(),
        "listing": listings.to_item(listing),
        "ownership": properties.edge(EXAMPLE),
        "property": keys.property(PROPERTY)._asdict(),
        "user": keys.user(USER)._asdict(),
    }
    attributes = [keys.PARTITION, keys.SORT, *(key for index in keys.INDEXES for key in (index.partition, index.sort))]
    names = dict.fromkeys(attribute.name for attribute in attributes)
    return {kind: {name: item[name] for name in names if name in item} for kind, item in examples.items()}


def fields() -> Json:
    """How each field is resolved, the limits of the API, and the assumptions about AppSync by name."""
    return {
        "fields": {row.path: field_entry(row) for row in by_path()},
        "limits": spelled(LIMITS),
        "usagePlans": {name: spelled(plan) for name, plan in sorted(PLANS.items())},
        "rest": spelled(REST),
        "assumptions": {name: value for name, value in vars(assumptions).items() if name.isupper()},
    }


def field_entry(row: Field) -> Json:
    batch, cache = row.batch, row.cache
    return {
        "auth": [f"@{mode.directive}" for mode in row.who],
        "function": None if row.local else row.function,
        "batch": {"size": batch.size, "by": camel(batch.by) if batch.by else None} if batch else None,
        "cache": {"seconds": cache.seconds, "keys": sorted(cache.by)} if cache else None,
        "evicts": [{"field": evict.field, "keys": dict(sorted(evict.keys.items()))} for evict in row.evicts],
        "subscribesTo": [f"Mutation.{name}" for name in row.follows],
        "deprecated": row.deprecated,
    }


def errors() -> Json:
    """Each error type: its facts, whether the same request may succeed later, and the fields that may return it."""
    paths: dict[type[Exception], list[str]] = {}
    for row in by_path():
        for error in possible_errors(row):
            paths.setdefault(error, []).append(row.path)
    ordered = sorted(paths, key=lambda error: error.__name__)
    return {"errors": {error.__name__: {**error_entry(error), "fields": paths[error]} for error in ordered}}


def possible_errors(row: Field) -> tuple[type[Exception], ...]:
    """The errors that a field may return: its own, and those of any function."""
    if row.local:
        return ()
    return (*row.errors, *OF_ANY_FUNCTION, *(OF_ANY_CALLER if encoding.takes_caller(row.resolver) else ()))


def error_entry(error: type[Exception]) -> Json:
    """What an example of this error carries."""
    parameters = inspect.signature(error).parameters.values()
    example = error(**{parameter.name: parameter.annotation() for parameter in parameters})
    info = {name: JSON_TYPES[type(value)] for name, value in encoding.facts(example).items()}
    return {"errorInfo": info, "retryable": issubclass(error, Refusal) and error.retryable}


def by_path() -> list[Field]:
    return sorted(FIELDS, key=lambda row: row.path)


def spelled(settings: Any) -> Json:
    """The settings of a dataclass, by the names that the API's JSON gives them."""
    return {camel(name): value for name, value in asdict(settings).items()}
