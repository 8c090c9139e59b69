"""contracts/table.json: a changed key pattern or index makes stored items unreachable."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local.paths import ROOT
from schema_diff.contracts import table
from schema_diff.rules_other_contracts import NON_SCHEMA_RULES
from schema_diff.sources.source import TABLE, SourceText
from tests.schema_diff.comparisons import edited, ids_with_severity

BREAKING = "breaking"


def item(name: str, **attributes: str) -> Any:
    return lambda table: table["items"][name].update(attributes)


def rename_image(table: Any) -> None:
    table["items"] = {"picture" if name == "image" else name: entry for name, entry in table["items"].items()}


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (
            item("image", sk="PIC#image-1"),
            [("key-pattern-changed:image:pk=PROP#property-1,sk=PIC#image-1", BREAKING)],
        ),
        (
            item("image", pk="PROP#image-1", sk="IMG#property-1"),
            [("key-pattern-changed:image:pk=PROP#image-1,sk=IMG#property-1", BREAKING)],
        ),
        (
            item("historyEvent", sk="HIST#2026-01-31T12:00:00.000Z#000000000007"),
            [
                (
                    "key-pattern-changed:historyEvent:pk=PROP#property-1,sk=HIST#2026-01-31T12:00:00.000Z#000000000007",
                    BREAKING,
                )
            ],
        ),
        (
            item("ownership", inverse_pk="USER#user-1", inverse_sk="PROP#property-1"),
            [
                (
                    "key-pattern-changed:ownership:"
                    "inverse_pk=USER#user-1,inverse_sk=PROP#property-1,pk=USER#user-1,sk=PROP#property-1",
                    BREAKING,
                )
            ],
        ),
        (
            item("user", inverse_pk="PROFILE"),
            [("index-item-added:user:inverse_pk=PROFILE,pk=USER#user-1,sk=PROFILE", "dangerous")],
        ),
        (
            lambda table: table["items"]["ownership"].pop("inverse_pk"),
            [
                (
                    "key-pattern-changed:ownership:inverse_sk=USER#user-1,pk=USER#user-1,sk=PROP#property-1",
                    BREAKING,
                )
            ],
        ),
        (lambda table: table["items"].pop("user"), [("key-pattern-changed:user", BREAKING)]),
        (rename_image, []),
        (
            lambda table: table["items"].update(tour={"pk": "PROP#property-1", "sk": "TOUR"}),
            [("key-pattern-added:tour", "safe")],
        ),
        (
            lambda table: table["partitions"].update(listings="PLACE#94110"),
            [("key-pattern-changed:listings:PLACE#94110", BREAKING)],
        ),
        (
            lambda table: table["ids"].update({"USER#user-1": "USER"}),
            [("key-parsing-changed:USER#user-1:USER", BREAKING)],
        ),
        (lambda table: table["indexes"].pop("inverse"), [("index-removed:inverse", BREAKING)]),
        (
            lambda table: table["indexes"]["inverse"].update(projection="ALL"),
            [("index-changed:inverse:inverse_pk/S/inverse_sk/S/ALL", BREAKING)],
        ),
        (
            lambda table: table["indexes"]["by_price"]["sortKey"].update(type="S"),
            [("index-changed:by_price:pk/S/list_price/S/ALL", BREAKING)],
        ),
        (
            lambda table: table["indexes"].update(by_cost=table["indexes"].pop("by_price")),
            [("index-removed:by_price", BREAKING), ("index-added:by_cost", "dangerous")],
        ),
        (
            lambda table: table.update(ttlAttribute="ends_at"),
            [("key-attribute-changed:ttlAttribute:ends_at", BREAKING)],
        ),
        (
            lambda table: table["partitionKey"].update(name="id"),
            [("key-attribute-changed:partitionKey:id/S", BREAKING)],
        ),
    ],
)
def test_each_change_of_the_keys_is_found(edit: Any, expected: list[tuple[str, str]]) -> None:
    assert ids_with_severity(table.changes(*edited(TABLE, edit))) == expected


@pytest.fixture(scope="module")
def code_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copies the code, so that a test can edit its keys."""
    folder = tmp_path_factory.mktemp("copy")
    for package in ("data", "resolvers", "local"):
        ignored = shutil.ignore_patterns("__pycache__", "node_modules", "schema_diff")
        shutil.copytree(ROOT / package, folder / package, ignore=ignored)
    return folder


@pytest.mark.parametrize(
    ("pattern", "replacement", "expected"),
    [
        (r"\bPROPERTY_PREFIX\b", "PREFIX_OF_PROPERTIES", []),
        (r"\bBY_PRICE\b", "PRICE_INDEX", []),
        (r"def property\(id: ID\)(.*?)\{id\}", r"def property(property_id: ID)\1{property_id}", []),
        (r'Key\(f"\{PROPERTY_PREFIX\}\{id\}", METADATA\)', "Key(sk=METADATA, pk=PROPERTY_PREFIX + id)", []),
        (
            r'f"\{USER_PREFIX\}\{user_id\}", f"\{PROPERTY_PREFIX\}\{property_id\}"',
            'f"{USER_PREFIX}{property_id}", f"{PROPERTY_PREFIX}{user_id}"',
            [
                "key-pattern-changed:ownership:"
                "inverse_pk=PROP#user-1,inverse_sk=USER#property-1,pk=USER#property-1,sk=PROP#user-1"
            ],
        ),
        (
            r"key\.sk, INVERSE\.sort\.name: key\.pk",
            "key.pk, INVERSE.sort.name: key.sk",
            [
                "key-pattern-changed:listing:"
                "inverse_pk=ZIP#94110,inverse_sk=PROP#property-1,list_price=450000.0,pk=ZIP#94110,sk=PROP#property-1",
                "key-pattern-changed:ownership:"
                "inverse_pk=USER#user-1,inverse_sk=PROP#property-1,pk=USER#user-1,sk=PROP#property-1",
            ],
        ),
        (
            r"version:010d",
            "version:012d",
            ["key-pattern-changed:historyEvent:pk=PROP#property-1,sk=HIST#2026-01-31T12:00:00.000Z#000000000007"],
        ),
        (r"\(INVERSE, BY_PRICE\)", "(INVERSE,)", ["index-removed:by_price"]),
        (r'"KEYS_ONLY"\)', '"ALL")', ["index-changed:inverse:inverse_pk/S/inverse_sk/S/ALL"]),
        (r'"expires_at"', '"ends_at"', ["key-attribute-changed:ttlAttribute:ends_at"]),
        (
            r'partition\("#"\)\[2\]',
            'partition("#")[0]',
            ["key-parsing-changed:PROP#property-1:PROP", "key-parsing-changed:USER#user-1:USER"],
        ),
    ],
)
def test_an_edit_of_the_code_is_found_by_the_keys_that_it_stores(
    code_copy: Path, pattern: str, replacement: str, expected: list[str]
) -> None:
    for name in ("keys.py", "listings.py"):
        changed = re.sub(pattern, replacement, (ROOT / "data" / name).read_text(), flags=re.DOTALL)
        (code_copy / "data" / name).write_text(changed)
    assert (code_copy / "data" / "keys.py").read_text() != (ROOT / "data" / "keys.py").read_text()
    program = "import local.schema.contracts; print(local.schema.contracts.render_files()['table.json'])"
    # Two edits within a second may leave a file of the same size, for which Python would use the earlier bytecode.
    command = [sys.executable, "-B", "-c", program]
    process = subprocess.run(command, cwd=code_copy, capture_output=True, text=True, check=True)
    old = SourceText(TABLE, (ROOT / TABLE).read_text())
    assert [change.id for change in table.changes(old, SourceText(TABLE, process.stdout))] == expected


def test_a_change_has_its_lines() -> None:
    old, new = edited(TABLE, lambda table: table["indexes"]["inverse"].update(projection="ALL"))
    [change] = table.changes(old, new)
    assert (change.line, change.base_line) == (change.base_line, change.line)
    assert new.text.splitlines()[(change.line or 0) - 1] == '    "inverse": {'


@pytest.mark.parametrize("kind", ["key-pattern-changed", "index-changed", "index-removed", "key-attribute-changed"])
def test_a_change_that_strands_items_is_breaking(kind: str) -> None:
    assert str(NON_SCHEMA_RULES[kind].severity) == BREAKING
