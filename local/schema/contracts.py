"""The contracts in addition to the schema: the table's keys, the configuration of each field, and the errors.

`make schema` writes them as `contracts/*.json` from the values that the code uses. They name items, fields and errors
as stored data and clients know them: renaming a function or a constant does not change them.
"""

import inspect
import json
from dataclasses import MISSING, asdict, fields
from typing import Any

from data import keys, listings, properties
from data.dynamodb.requests import Item
from data.errors import ApiError
from data.keys import Index
from data.records import ID, DateTime, ListingStatus, Property
from local import assumptions
from local.paths import ROOT
from resolvers.field_config import FieldConfig
from resolvers.runtime import encoding
from resolvers.runtime.encoding import camel_case
from resolvers.wiring import CALLER_ERRORS, FIELDS, FUNCTION_ERRORS, LIMITS, REST, USAGE_PLANS

FOLDER = ROOT / "contracts"
VERSION = 1  # the files' format
JSON_TYPES = {str: "string", int: "integer"}
Json = dict[str, Any]

PROPERTY, IMAGE, USER = ID("property-1"), ID("image-1"), ID("user-1")
ZIP_CODE, TIMESTAMP = "94110", "2026-01-31T12:00:00.000Z"
PROPERTY_VALUES: dict[str, Any] = {
    "id": PROPERTY,
    "version": 1,
    "address": "1 Elm Street",
    "zip_code": ZIP_CODE,
    "price": 450_000.0,
    "status": ListingStatus.ACTIVE,
    "owner_id": USER,
    "created_at": DateTime(TIMESTAMP),
    "updated_at": DateTime(TIMESTAMP),
}


class MissingDefault(TypeError):
    """An attribute of a record has no default, although existing items lack it."""


def render_files() -> dict[str, str]:
    """Returns the content of each file by its name."""
    contents = {"errors.json": errors_contract(), "fields.json": fields_contract(), "table.json": table_contract()}
    return {name: json.dumps({"version": VERSION} | content, indent=2) + "\n" for name, content in contents.items()}


def write_files() -> list[str]:
    """Writes the files and returns their names."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in render_files().items():
        (FOLDER / name).write_text(text)
    return [f"{FOLDER.name}/{name}" for name in render_files()]


def table_contract() -> Json:
    """Returns the table's key attributes and indexes, the keys of its items, and the ids that are parsed from keys."""
    partition_keys = (keys.property(PROPERTY).pk, keys.user(USER).pk)
    return {
        "partitionKey": asdict(keys.PARTITION),
        "sortKey": asdict(keys.SORT),
        "ttlAttribute": keys.TTL_ATTRIBUTE,
        "indexes": {index.name: index_entry(index) for index in sorted(keys.INDEXES, key=lambda index: index.name)},
        "items": example_items(),
        "partitions": {"listings": keys.zip_code(ZIP_CODE)},
        "ids": {key: keys.parse_id(key) for key in partition_keys},
    }


def index_entry(index: Index) -> Json:
    return {
        "partitionKey": asdict(index.partition),
        "sortKey": asdict(index.sort),
        "projection": index.projection,
    }


def example_items() -> Json:
    """Returns an example of each kind of item: its key attributes in the table and in the indexes."""
    property_ = example_property(Property)
    listing = listings.listing_of(property_)
    assert listing
    examples: dict[str, Item] = {
        "historyEvent": keys.history_event(PROPERTY, property_.updated_at, 7)._asdict(),
        "idempotency": keys.idempotency(USER, "key-1")._asdict(),
        "image": keys.image(PROPERTY, IMAGE)._asdict(),
        "listing": listings.to_item(listing),
        "ownership": properties.ownership_item(property_),
        "property": keys.property(PROPERTY)._asdict(),
        "user": keys.user(USER)._asdict(),
    }
    attributes = [keys.PARTITION, keys.SORT, *(key for index in keys.INDEXES for key in (index.partition, index.sort))]
    names = dict.fromkeys(attribute.name for attribute in attributes)
    return {kind: {name: item[name] for name in names if name in item} for kind, item in examples.items()}


def example_property(type_: type[Property]) -> Property:
    """Returns the property of the examples. Raises MissingDefault if an attribute that it lacks has no default."""
    for field in fields(type_):
        if field.default is MISSING and field.default_factory is MISSING and field.name not in PROPERTY_VALUES:
            raise MissingDefault(
                f"{type_.__name__}.{field.name} has no default, and existing items lack it: "
                "give it a default in data/records.py"
            )
    return type_(**PROPERTY_VALUES)


def fields_contract() -> Json:
    """Returns each field's configuration, the limits of the API, and the assumptions about AppSync by name."""
    return {
        "fields": {config.path: field_entry(config) for config in configs_by_path()},
        "limits": camel_case_settings(LIMITS),
        "usagePlans": {name: camel_case_settings(plan) for name, plan in sorted(USAGE_PLANS.items())},
        "rest": camel_case_settings(REST),
        "assumptions": {name: value for name, value in vars(assumptions).items() if name.isupper()},
    }


def field_entry(config: FieldConfig) -> Json:
    batch, cache = config.batch, config.cache
    return {
        "auth": [f"@{mode.directive}" for mode in config.auth_modes],
        "function": None if config.none_data_source else config.function,
        "batch": {"size": batch.size, "by": camel_case(batch.by) if batch.by else None} if batch else None,
        "cache": {"seconds": cache.seconds, "keys": sorted(cache.keys)} if cache else None,
        "evicts": [
            {"field": eviction.field, "keys": dict(sorted(eviction.keys.items()))} for eviction in config.evictions
        ],
        "subscribesTo": [f"Mutation.{name}" for name in config.subscribes_to],
        "deprecated": config.deprecated,
    }


def errors_contract() -> Json:
    """Returns each error type: its errorInfo, whether a retry may succeed, and the fields that may return it."""
    paths: dict[type[Exception], list[str]] = {}
    for config in configs_by_path():
        for error in possible_errors(config):
            paths.setdefault(error, []).append(config.path)
    sorted_errors = sorted(paths, key=lambda error: error.__name__)
    return {"errors": {error.__name__: {**error_entry(error), "fields": paths[error]} for error in sorted_errors}}


def possible_errors(config: FieldConfig) -> tuple[type[Exception], ...]:
    """Returns the errors that a field may return: those of its configuration, and those of every function or caller."""
    if config.none_data_source:
        return ()
    return (*config.errors, *FUNCTION_ERRORS, *(CALLER_ERRORS if encoding.caller_parameter(config.resolver) else ()))


def error_entry(error: type[Exception]) -> Json:
    """Returns the JSON types of an error's errorInfo, and whether it is retryable."""
    parameters = inspect.signature(error).parameters.values()
    example = error(**{parameter.name: parameter.annotation() for parameter in parameters})
    info = {name: JSON_TYPES[type(value)] for name, value in encoding.error_info(example).items()}
    return {"errorInfo": info, "retryable": issubclass(error, ApiError) and error.retryable}


def configs_by_path() -> list[FieldConfig]:
    return sorted(FIELDS, key=lambda config: config.path)


def camel_case_settings(settings: Any) -> Json:
    """Returns the fields of a dataclass with camelCase names."""
    return {camel_case(name): value for name, value in asdict(settings).items()}
