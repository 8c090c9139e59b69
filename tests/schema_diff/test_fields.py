"""contracts/fields.json: auth modes, batches, caches and limits that change a client's result."""

import re
from pathlib import Path
from typing import Any

import pytest

from local.paths import ROOT
from schema_diff.compare import compare
from schema_diff.contracts import fields
from schema_diff.sources.source import FIELDS, SCHEMA
from tests.schema_diff.comparisons import TODAY, app, edited, ids_with_severity, tree


def field(path: str, **members: Any) -> Any:
    return lambda contract: contract["fields"][path].update(members)


def limit(section: str, **members: int) -> Any:
    return lambda contract: contract[section].update(members)


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
            [("cache-key-added:Query.property:arguments.id+identity.sub", "safe")],
        ),
        (
            field("Query.listingsByZip", cache={"seconds": 30, "keys": ["arguments.zipCode"]}),
            [("cache-key-removed:Query.listingsByZip:arguments.zipCode", "breaking")],
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
        (field("Mutation.updateProperty", evicts=[]), [("eviction-removed:Mutation.updateProperty", "dangerous")]),
        (
            field("Mutation.updateMe", evicts=[EVICTED]),
            [("eviction-added:Mutation.updateMe:Query.property(arguments.id=arguments.id)", "safe")],
        ),
        (
            field("Mutation.addImage", evicts=[EVICTED]),
            [("eviction-removed:Mutation.addImage:Query.property(arguments.id=arguments.id)", "dangerous")],
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
            lambda contract: contract["usagePlans"]["government"].update(quota=1),
            [("limit-lowered:usagePlans.government.quota:1", "dangerous")],
        ),
        (
            lambda contract: contract["usagePlans"].pop("government"),
            [("usage-plan-removed:usagePlans.government", "breaking")],
        ),
        (lambda contract: contract["fields"].pop("Query.me"), []),
    ],
)
def test_each_change_of_the_configuration_is_found(edit: Any, expected: list[tuple[str, str]]) -> None:
    assert ids_with_severity(fields.changes(*edited(FIELDS, edit))) == expected


def app_files() -> dict[str, str]:
    return app("relay", 'query Zip { listingsByZip(zipCode: "1") { nodes { id } } }\nquery Me { me { id } }')


def test_a_removed_cache_key_breaks_the_operations_that_select_the_field(tmp_path: Path) -> None:
    sdl = (ROOT / SCHEMA).read_text()
    shared = {"seconds": 30, "keys": ["arguments.zipCode"]}
    old, new = edited(FIELDS, field("Query.listingsByZip", cache=shared))
    base = tree(tmp_path / "base", {**app_files(), SCHEMA: sdl, FIELDS: old.text})
    head = tree(tmp_path / "head", {**app_files(), SCHEMA: sdl, FIELDS: new.text})
    (finding,) = compare(base, head, head, TODAY).findings
    assert (finding.broken, finding.blocks) == (("app/1.0 Zip",), True)
    assert new.text.splitlines()[(finding.change.line or 0) - 1].lstrip().startswith('"Query.listingsByZip"')


def test_access_that_the_schema_also_removes_is_reported_once(tmp_path: Path) -> None:
    sdl = (ROOT / SCHEMA).read_text()
    narrower = re.sub(r"(  me: User) @aws_cognito_user_pools @aws_oidc", r"\1 @aws_cognito_user_pools", sdl)
    assert narrower != sdl
    old, new = edited(FIELDS, field("Query.me", auth=["@aws_cognito_user_pools"]))
    base = tree(tmp_path / "base", {**app_files(), SCHEMA: sdl, FIELDS: old.text})
    head = tree(tmp_path / "head", {**app_files(), SCHEMA: narrower, FIELDS: new.text})
    (finding,) = compare(base, head, head, TODAY).findings
    assert (finding.change.id, finding.change.contract, finding.broken) == (
        "access-lost:Query.me:Cognito",
        SCHEMA,
        ("app/1.0 Me",),
    )
