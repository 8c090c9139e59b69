"""The configuration of a field: an entry that AppSync does not support is rejected when created."""

import re
from typing import Any

import pytest

from data.errors import TryAgain
from resolvers import properties
from resolvers.field_config import COGNITO, AuthMode, Batch, Cache, CacheEviction, FieldConfig

SUBSCRIPTION_REASON = "a subscription, and no other field, must name its mutations"
EVICTION = CacheEviction("Query.property", {"arguments.id": "arguments.id"})


@pytest.mark.parametrize("size", [0, -1, 2_001])
def test_a_batch_size_is_within_appsyncs_limits(size: int) -> None:
    with pytest.raises(ValueError, match=f"batch size {size}: AppSync allows 1 to 2,000"):
        Batch(size)


@pytest.mark.parametrize("seconds", [0, -1, 3_601])
def test_a_cache_lifetime_is_within_appsyncs_limits(seconds: int) -> None:
    with pytest.raises(ValueError, match=f"cached for {seconds} s: AppSync allows 1 to 3,600"):
        Cache(seconds, keys=("arguments",))


@pytest.mark.parametrize(
    "keys", [(), ("arguments",) * 26, ("id",), ("arguments.id", "request.headers"), ("argumentsid",)]
)
def test_caching_keys_are_paths_that_appsync_allows(keys: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="AppSync allows 1 to 25 paths into arguments, source, identity"):
        Cache(60, keys=keys)


@pytest.mark.parametrize(
    ("path", "options", "reason"),
    [
        ("Query.property", {"batch": Batch(10)}, "a root field has no parents to batch"),
        ("Mutation.updateProperty", {"batch": Batch(10)}, "a root field has no parents to batch"),
        ("Mutation.updateProperty", {"cache": Cache(60, keys=("arguments",))}, "only results of queries can be cached"),
        ("Subscription.onChange", {"cache": Cache(60, keys=("arguments",))}, "only results of queries can be cached"),
        ("Query.property", {"evictions": (EVICTION,)}, "only a mutation can evict"),
        ("Property.owner", {"evictions": (EVICTION,)}, "only a mutation can evict"),
        (
            "Query.property",
            {"subscribes_to": ("publish",)},
            SUBSCRIPTION_REASON,
        ),
        ("Subscription.onChange", {}, SUBSCRIPTION_REASON),
        (
            "Query.property",
            {"none_data_source": True, "errors": (TryAgain,)},
            "AppSync itself resolves it, so no function returns TryAgain",
        ),
        (
            "Property.owner",
            {"batch": Batch(10), "cache": Cache(60, keys=("source.id",))},
            "AppSync does not document how it caches a batch",
        ),
    ],
)
def test_an_entry_has_only_options_of_its_type_of_field(path: str, options: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"{path}: {reason}")):
        FieldConfig(path, properties.by_id, (COGNITO,), **options)


@pytest.mark.parametrize(("path", "modes"), [("Property", (COGNITO,)), (".owner", (COGNITO,)), ("Query.me", ())])
def test_an_entry_has_a_type_a_field_and_an_auth_mode(path: str, modes: tuple[AuthMode, ...]) -> None:
    with pytest.raises(ValueError, match=f"{path!r} must be Type.field with at least one auth mode"):
        FieldConfig(path, properties.by_id, modes)


def test_an_entry_has_its_type_its_field_and_its_function() -> None:
    config = FieldConfig("Query.property", properties.by_id, (COGNITO,))
    assert (config.parent, config.name, config.function) == ("Query", "property", "properties")


def test_the_minimum_and_the_maximum_are_allowed() -> None:
    assert (Batch(1).size, Batch(2_000).size) == (1, 2_000)
    assert (Cache(1, keys=("source",)).seconds, Cache(3_600, keys=("identity.sub",) * 25).seconds) == (1, 3_600)
