"""The wiring: batches, caches and limits, where they alter what a client is answered."""

from pathlib import Path

import pytest

from local.schema_diff import source, wired
from local.schema_diff.judge import compared
from local.schema_diff.rules_beside import BESIDE
from local.schema_diff.sides import SCHEMA, WIRING, Text
from local.workers import ROOT
from resolvers.wiring import ROWS
from tests.local.schema_diff.comparing import TODAY, app, tree

NOW = (ROOT / WIRING).read_text()
HOME = 'Field("Query.property", properties.by_id, SIGNED_IN, cache=Cache(60, by=("arguments.id",)))'


def found(old: str, new: str) -> list[tuple[str, str]]:
    """Ids and grades."""
    assert NOW.count(old) == 1
    changes = wired.changes(Text("old", NOW), Text("new", NOW.replace(old, new)))
    return [(change.id, str(BESIDE[change.kind].grade)) for change in changes]


def test_the_wiring_as_it_is_does_not_differ_from_itself() -> None:
    assert list(wired.changes(Text("old", NOW), Text("new", NOW))) == []


def test_each_row_is_read_without_running_its_code() -> None:
    told = wired.rows(source.module(Text("wiring.py", NOW)))
    assert told.keys() == ROWS.keys()
    assert {path for path, row in told.items() if "cache" in row} == {path for path, row in ROWS.items() if row.cache}
    assert {path for path, row in told.items() if "batch" in row} == {path for path, row in ROWS.items() if row.batch}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Cache(60,", "Cache(90,", [("cache-longer:Query.property:90", "dangerous")]),
        ("Cache(60,", "Cache(30,", [("cache-shorter:Query.property:30", "safe")]),
        (', cache=Cache(60, by=("arguments.id",))', "", [("cache-removed:Query.property", "safe")]),
        (
            "properties.by_ids, SIGNED_IN)",
            'properties.by_ids, SIGNED_IN, cache=Cache(9, by=("arguments",)))',
            [("cache-added:Query.properties:9", "dangerous")],
        ),
        (
            'Cache(60, by=("arguments.id",))',
            'Cache(60, by=("arguments.id", "identity.sub"))',
            [("cache-split:Query.property:arguments.id+identity.sub", "safe")],
        ),
        (
            'Cache(30, by=("arguments",))',
            'Cache(30, by=("arguments.zipCode",))',
            [("cache-shared:Query.listingsByZip:arguments.zipCode", "breaking")],
        ),
        (
            "images.of_properties, SIGNED_IN, batch=Batch(100)",
            "images.of_properties, SIGNED_IN",
            [("batch-removed:Property.images", "safe")],
        ),
        ("users.by_id, SIGNED_IN", "users.by_id, SIGNED_IN, batch=Batch(9)", [("batch-added:Query.user", "dangerous")]),
        (
            "images.covers, SIGNED_IN, batch=Batch(100)",
            "images.covers, SIGNED_IN, batch=Batch(50)",
            [("batch-changed:Property.coverImage:Batch(50)", "safe")],
        ),
        (
            "images.add, SIGNED_IN, evicts=BY_PROPERTY",
            "images.add, SIGNED_IN",
            [("evicts-less:Mutation.addImage", "dangerous")],
        ),
        (
            "users.update_me, SIGNED_IN",
            "users.update_me, SIGNED_IN, evicts=BY_ID",
            [("evicts-more:Mutation.updateMe:(Evict('Query.property',{'arguments.id':'arguments.id'}),)", "safe")],
        ),
        ("depth=20", "depth=10", [("limit-lowered:LIMITS.depth:10", "dangerous")]),
        ("tokens=15_000", "tokens=20_000", [("limit-raised:LIMITS.tokens:20000", "safe")]),
        ("seconds=30", "seconds=5 * 4", [("limit-lowered:LIMITS.seconds:20", "dangerous")]),
        (
            "PARENTS_OF_PAGES = 25 ",
            "PARENTS_OF_PAGES = 50 ",
            [
                ("batch-changed:Property.history:Batch(50,by='id')", "safe"),
                ("batch-changed:User.properties:Batch(50,by='id')", "safe"),
            ],
        ),
        (f"    {HOME},\n", "", []),
        ("MEMORY_MB = 256", "MEMORY_MB = 512", []),
    ],
)
def test_a_change_of_the_wiring_is_found(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    assert found(old, new) == expected


def test_what_a_function_of_the_wiring_evicts_is_read_from_the_function() -> None:
    changed = found('"Query.property", {"arguments.id": path}', '"Query.property", {"arguments.no": path}')
    assert len(changed) == sum(bool(row.evicts) for row in ROWS.values())
    assert changed[0] == (
        "evicts-less:Mutation.addImage:(Evict('Query.property',{'arguments.no':'arguments.propertyId'}),)",
        "dangerous",
    )


def test_a_cache_that_is_shared_breaks_the_operations_that_ask_for_the_field(tmp_path: Path) -> None:
    sdl = (ROOT / SCHEMA).read_text()
    asked = app("relay", 'query Zip { listingsByZip(zipCode: "1") { nodes { id } } }\nquery Me { me { id } }')
    base = tree(tmp_path / "base", {**asked, SCHEMA: sdl, WIRING: NOW})
    shared = NOW.replace('Cache(30, by=("arguments",))', 'Cache(30, by=("arguments.zipCode",))')
    head = tree(tmp_path / "head", {**asked, SCHEMA: sdl, WIRING: shared})
    (one,) = compared(base, head, head, TODAY).findings
    assert (one.broken, one.stops) == (("app/1.0 Zip",), True)
    assert shared.splitlines()[(one.change.line or 0) - 1].lstrip().startswith('Field("Query.listingsByZip"')
