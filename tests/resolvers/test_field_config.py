"""A row of the wiring that AppSync could not follow is refused when it is made."""

import re
from typing import Any

import pytest

from data.errors import TryAgain
from resolvers import properties
from resolvers.field_config import COGNITO, Batch, Cache, Evict, Field, Mode

FOLLOWS = "a subscription, and nothing else, names the mutations it follows"
EVICT = Evict("Query.property", {"arguments.id": "arguments.id"})


@pytest.mark.parametrize("size", [0, -1, 2_001])
def test_a_batch_has_a_size_that_appsync_takes(size: int) -> None:
    with pytest.raises(ValueError, match=f"a batch of {size}: AppSync takes 1 to 2,000"):
        Batch(size)


@pytest.mark.parametrize("seconds", [0, -1, 3_601])
def test_answers_are_kept_for_as_long_as_appsync_can(seconds: int) -> None:
    with pytest.raises(ValueError, match=f"cached for {seconds} s: AppSync takes 1 to 3,600"):
        Cache(seconds, by=("arguments",))


@pytest.mark.parametrize(
    "by", [(), ("arguments",) * 26, ("id",), ("arguments.id", "request.headers"), ("argumentsid",)]
)
def test_answers_are_kept_by_paths_that_appsync_knows(by: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="AppSync takes 1 to 25 paths into arguments, source, identity"):
        Cache(60, by=by)


@pytest.mark.parametrize(
    ("path", "words", "why"),
    [
        ("Query.property", {"batch": Batch(10)}, "a root field has no siblings to be batched with"),
        ("Mutation.updateProperty", {"batch": Batch(10)}, "a root field has no siblings to be batched with"),
        ("Mutation.updateProperty", {"cache": Cache(60, by=("arguments",))}, "only a query's answers can be kept"),
        ("Subscription.onChange", {"cache": Cache(60, by=("arguments",))}, "only a query's answers can be kept"),
        ("Query.property", {"evicts": (EVICT,)}, "only a mutation can evict"),
        ("Property.owner", {"evicts": (EVICT,)}, "only a mutation can evict"),
        (
            "Query.property",
            {"follows": ("publish",)},
            FOLLOWS,
        ),
        ("Subscription.onChange", {}, FOLLOWS),
        (
            "Query.property",
            {"local": True, "errors": (TryAgain,)},
            "AppSync itself resolves it, so no function returns TryAgain",
        ),
        (
            "Property.owner",
            {"batch": Batch(10), "cache": Cache(60, by=("source.id",))},
            "AppSync does not tell what it keeps of a batch",
        ),
    ],
)
def test_a_row_says_what_its_kind_of_field_can(path: str, words: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"{path}: {why}")):
        Field(path, properties.by_id, (COGNITO,), **words)


@pytest.mark.parametrize(("path", "modes"), [("Property", (COGNITO,)), (".owner", (COGNITO,)), ("Query.me", ())])
def test_a_row_has_a_type_a_field_and_a_caller(path: str, modes: tuple[Mode, ...]) -> None:
    with pytest.raises(ValueError, match=f"{path!r} must be a type and its field, open to somebody"):
        Field(path, properties.by_id, modes)


def test_a_row_knows_its_type_its_field_and_its_function() -> None:
    row = Field("Query.property", properties.by_id, (COGNITO,))
    assert (row.parent, row.name, row.function) == ("Query", "property", "properties")


def test_the_bounds_themselves_are_allowed() -> None:
    assert (Batch(1).size, Batch(2_000).size) == (1, 2_000)
    assert (Cache(1, by=("source",)).seconds, Cache(3_600, by=("identity.sub",) * 25).seconds) == (1, 3_600)
