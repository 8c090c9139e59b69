"""The configuration of fields: callers, batches, caches and limits, if they alter what a client is answered."""

import re
from pathlib import Path
from typing import Any

import pytest

from local.paths import ROOT
from schema_diff.compare import compared
from schema_diff.contracts import fields
from schema_diff.sources.source import FIELDS, SCHEMA
from tests.schema_diff.helpers import TODAY, app, edited, graded, tree


def field(path: str, **members: Any) -> Any:
    return lambda told: told["fields"][path].update(members)


def limit(section: str, **members: int) -> Any:
    return lambda told: told[section].update(members)


EVICTED = {"field": "Query.property", "keys": {"arguments.id": "arguments.id"}}


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (
            field("Query.property", cache={"seconds": 90, "keys": ["arguments.id"]}),
            [("cache-longer:Query.property:90", "dangerous")],
        ),
        (
            field("Query.property", cache={"seconds": 30, "keys": ["arguments.id"]}),
            [("cache-shorter:Query.property:30", "safe")],
        ),
        (field("Query.property", cache=None), [("cache-removed:Query.property", "safe")]),
        (
            field("Query.properties", cache={"seconds": 9, "keys": ["arguments"]}),
            [("cache-added:Query.properties:9", "dangerous")],
        ),
        (
            field("Query.property", cache={"seconds": 60, "keys": ["arguments.id", "identity.sub"]}),
            [("cache-split:Query.property:arguments.id+identity.sub", "safe")],
        ),
        (
            field("Query.listingsByZip", cache={"seconds": 30, "keys": ["arguments.zipCode"]}),
            [("cache-shared:Query.listingsByZip:arguments.zipCode", "breaking")],
        ),
        (field("Property.images", batch=None), [("batch-removed:Property.images", "safe")]),
        (field("Query.user", batch={"size": 9, "by": None}), [("batch-added:Query.user", "dangerous")]),
        (
            field("Property.coverImage", batch={"size": 50, "by": None}),
            [("batch-changed:Property.coverImage:50", "safe")],
        ),
        (
            field("Property.history", batch={"size": 50, "by": "id"}),
            [("batch-changed:Property.history:50-by-id", "safe")],
        ),
        (field("Mutation.updateProperty", evicts=[]), [("evicts-less:Mutation.updateProperty", "dangerous")]),
        (
            field("Mutation.updateMe", evicts=[EVICTED]),
            [("evicts-more:Mutation.updateMe:Query.property(arguments.id=arguments.id)", "safe")],
        ),
        (
            field("Mutation.addImage", evicts=[EVICTED]),
            [("evicts-less:Mutation.addImage:Query.property(arguments.id=arguments.id)", "dangerous")],
        ),
        (
            field("Query.me", auth=["@aws_cognito_user_pools"]),
            [("access-lost:Query.me:Cognito", "breaking")],
        ),
        (
            field("Query.me", auth=["@aws_cognito_user_pools", "@aws_oidc", "@aws_iam"]),
            [("access-gained:Query.me:Cognito+IAM+OpenID-Connect", "dangerous")],
        ),
        (field("Query.me", auth=["@aws_oidc", "@aws_cognito_user_pools"]), []),
        (field("Query.me", function="people"), [("function-changed:Query.me:people", "safe")]),
        (limit("limits", depth=10), [("limit-lowered:limits.depth:10", "dangerous")]),
        (limit("limits", tokens=20_000), [("limit-raised:limits.tokens:20000", "safe")]),
        (limit("rest", rate=1), [("limit-lowered:rest.rate:1", "dangerous")]),
        (limit("rest", cacheSeconds=90), [("cache-longer:rest.cacheSeconds:90", "dangerous")]),
        (limit("rest", compressedBytes=9), []),
        (
            lambda told: told["usagePlans"]["government"].update(quota=1),
            [("limit-lowered:usagePlans.government.quota:1", "dangerous")],
        ),
        (
            lambda told: told["usagePlans"].pop("government"),
            [("usage-plan-removed:usagePlans.government", "breaking")],
        ),
        (lambda told: told["fields"].pop("Query.me"), []),
    ],
)
def test_a_change_of_the_configuration_is_found(edit: Any, expected: list[tuple[str, str]]) -> None:
    assert graded(fields.changes(*edited(FIELDS, edit))) == expected


def asked() -> dict[str, str]:
    return app("relay", 'query Zip { listingsByZip(zipCode: "1") { nodes { id } } }\nquery Me { me { id } }')


def test_a_cache_that_is_shared_breaks_the_operations_that_ask_for_the_field(tmp_path: Path) -> None:
    sdl = (ROOT / SCHEMA).read_text()
    shared = {"seconds": 30, "keys": ["arguments.zipCode"]}
    old, new = edited(FIELDS, field("Query.listingsByZip", cache=shared))
    base = tree(tmp_path / "base", {**asked(), SCHEMA: sdl, FIELDS: old.text})
    head = tree(tmp_path / "head", {**asked(), SCHEMA: sdl, FIELDS: new.text})
    (one,) = compared(base, head, head, TODAY).findings
    assert (one.broken, one.stops) == (("app/1.0 Zip",), True)
    assert new.text.splitlines()[(one.change.line or 0) - 1].lstrip().startswith('"Query.listingsByZip"')


def test_access_that_is_lost_in_the_schema_too_is_told_once(tmp_path: Path) -> None:
    sdl = (ROOT / SCHEMA).read_text()
    narrower = re.sub(r"(  me: User) @aws_cognito_user_pools @aws_oidc", r"\1 @aws_cognito_user_pools", sdl)
    assert narrower != sdl
    old, new = edited(FIELDS, field("Query.me", auth=["@aws_cognito_user_pools"]))
    base = tree(tmp_path / "base", {**asked(), SCHEMA: sdl, FIELDS: old.text})
    head = tree(tmp_path / "head", {**asked(), SCHEMA: narrower, FIELDS: new.text})
    (one,) = compared(base, head, head, TODAY).findings
    assert (one.change.id, one.change.contract, one.broken) == ("access-lost:Query.me:Cognito", SCHEMA, ("app/1.0 Me",))
