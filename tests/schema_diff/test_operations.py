"""Released apps: a change is assessed for each operation of each version that is not retired."""

from datetime import date
from pathlib import Path

import pytest

from schema_diff.compare import compare
from schema_diff.operations import released_apps
from schema_diff.report import ChangeFinding
from schema_diff.severity import Severity
from schema_diff.sources.source import SCHEMA, UnreadableSource
from tests.schema_diff.comparisons import TODAY, app, report, tree

SDL = """
type Query { home(id: ID!, first: Int = 20): Home  homes(filter: Filter): [Home] }
type Home { id: ID!  price: Float!  status: Status  lot: Int @deprecated(reason: "until 2026-06-30") }
enum Status { ON OFF }
input Filter { minPrice: Float  status: Status }
"""
PRICE = "query Price { home(id: 1) { id price } }\n"
STATUS = "query Status { home(id: 1, first: 3) { status } }\n"
SEARCH = "query Search($filter: Filter) { homes(filter: $filter) { id } }\n"
LOT = "query Lot { home(id: 1) { lot } }\n"


def only_finding(tmp_path: Path, old: str, new: str, files: dict[str, str]) -> ChangeFinding:
    """Returns the only finding after an edit of SDL."""
    assert old in SDL
    (only,) = report(tmp_path, SDL, SDL.replace(old, new), files).findings
    return only


def test_a_removed_field_breaks_only_the_operations_that_select_it(tmp_path: Path) -> None:
    finding = only_finding(tmp_path, "price: Float!", "", app("relay", PRICE + STATUS))
    assert (finding.severity, finding.broken, finding.affected) == (Severity.BREAKING, ("app/1.0 Price",), ())


def test_a_breaking_change_that_affects_no_operation_still_fails(tmp_path: Path) -> None:
    finding = only_finding(tmp_path, "price: Float!", "", app("relay", STATUS))
    assert (finding.severity, finding.broken, finding.blocks) == (Severity.BREAKING, (), True)
    assert finding.operations_summary == "no released operation uses it"


def test_a_changed_type_breaks_an_operation_that_remains_valid(tmp_path: Path) -> None:
    finding = only_finding(tmp_path, "price: Float!", "price: Float", app("apollo-ios", PRICE))
    assert (finding.change.kind, finding.broken) == ("field-became-nullable", ("app/1.0 Price",))


@pytest.mark.parametrize(
    ("profile", "severity", "broken", "affected"),
    [
        ("amplify-android", Severity.BREAKING, ("app/1.0 Status",), ()),
        ("amplify-swift", Severity.BREAKING, ("app/1.0 Status",), ()),
        ("apollo-ios", Severity.DANGEROUS, (), ("app/1.0 Status",)),
        ("apollo-kotlin", Severity.DANGEROUS, (), ("app/1.0 Status",)),
        ("amplify-js", Severity.DANGEROUS, (), ("app/1.0 Status",)),
        ("apollo-web", Severity.DANGEROUS, (), ("app/1.0 Status",)),
        ("relay", Severity.DANGEROUS, (), ("app/1.0 Status",)),
    ],
)
def test_a_new_enum_value_affects_only_operations_that_select_the_enum(
    tmp_path: Path, profile: str, severity: Severity, broken: tuple[str, ...], affected: tuple[str, ...]
) -> None:
    finding = only_finding(tmp_path, "ON OFF", "ON OFF MAYBE", app(profile, STATUS + PRICE + SEARCH))
    assert (finding.severity, finding.broken, finding.affected) == (severity, broken, affected)
    assert finding.impact.startswith(profile)


def test_a_new_enum_value_has_the_severity_of_each_apps_profile(tmp_path: Path) -> None:
    apps = app("amplify-android", STATUS, version="droid/2.1") | app("relay", STATUS, version="web/1.0")
    finding = only_finding(tmp_path, "ON OFF", "ON OFF MAYBE", apps)
    assert (finding.broken, finding.affected) == (("droid/2.1 Status",), ("web/1.0 Status",))
    assert finding.impact.count(";") == 1


def test_a_changed_default_affects_operations_that_omit_the_argument(tmp_path: Path) -> None:
    finding = only_finding(tmp_path, "first: Int = 20", "first: Int = 50", app("relay", PRICE + STATUS))
    assert (finding.severity, finding.affected) == (Severity.DANGEROUS, ("app/1.0 Price",))


def test_a_required_input_field_breaks_operations_with_a_variable(tmp_path: Path) -> None:
    finding = only_finding(
        tmp_path, "minPrice: Float", "minPrice: Float maxPrice: Float!", app("relay", SEARCH + PRICE)
    )
    assert finding.broken == ("app/1.0 Search",)


def test_a_retired_version_is_not_assessed(tmp_path: Path) -> None:
    apps = app("amplify-android", STATUS + PRICE, "retired = 2026-11-25\n") | app("relay", SEARCH, version="web/1.0")
    finding = only_finding(tmp_path, "ON OFF", "ON OFF MAYBE", apps)
    assert (finding.severity, finding.broken, finding.affected) == (Severity.DANGEROUS, (), ())


def test_a_version_is_assessed_until_the_day_of_its_retirement(tmp_path: Path) -> None:
    finding = only_finding(tmp_path, "price: Float!", "", app("relay", PRICE, "retired = 2026-11-26\n"))
    assert finding.broken == ("app/1.0 Price",)


def test_an_unused_field_may_be_removed_after_its_end_date(tmp_path: Path) -> None:
    finding = only_finding(tmp_path, SDL[SDL.index("lot:") : SDL.index(" }\nenum")], "", app("relay", PRICE))
    assert (finding.change.kind, finding.severity, finding.blocks) == ("field-removed/due", Severity.DANGEROUS, False)


def test_a_used_field_may_not_be_removed_after_its_end_date(tmp_path: Path) -> None:
    finding = only_finding(tmp_path, SDL[SDL.index("lot:") : SDL.index(" }\nenum")], "", app("relay", LOT))
    assert (finding.change.kind, finding.broken) == ("field-removed/used", ("app/1.0 Lot",))


def test_a_field_may_not_be_removed_on_its_end_date(tmp_path: Path) -> None:
    without = SDL.replace(SDL[SDL.index("lot:") : SDL.index(" }\nenum")], "")
    on_the_day, after = (
        report(tmp_path / str(day), SDL, without, {}, today=date(2026, 6, day)).findings[0].change.kind
        for day in (30, 1)
    )
    assert (on_the_day, after) == ("field-removed/early", "field-removed/early")
    (later,) = report(tmp_path / "later", SDL, without, {}, today=date(2026, 7, 1)).findings
    assert later.change.kind == "field-removed/due"


def test_an_operation_that_is_invalid_at_the_base_is_a_notice_with_its_line(tmp_path: Path) -> None:
    result = report(tmp_path, SDL, SDL.replace("price: Float!", ""), app("relay", PRICE + "query Old { gone }"))
    assert result.findings[0].broken == ("app/1.0 Price",)
    (notice,) = [notice for notice in result.notices if "is invalid at the base" in notice]
    assert notice.startswith("is invalid at the base, and is not assessed: clients/app/1.0/operations.graphql:2")
    assert "Cannot query field 'gone'" in notice


def test_an_operation_that_is_valid_only_at_the_head_is_not_a_notice(tmp_path: Path) -> None:
    result = report(
        tmp_path,
        SDL,
        SDL.replace("price: Float!", "price: Float! tax: Int"),
        app("relay", "query New { home(id: 1) { tax } }"),
    )
    assert [notice for notice in result.notices if "is invalid at the base" in notice] == []


def test_removing_a_version_that_is_not_retired_is_breaking(tmp_path: Path) -> None:
    base = tree(
        tmp_path / "base",
        {SCHEMA: SDL, **app("relay", PRICE), **app("relay", PRICE, "retired = 2026-02-01", "app/0.9")},
    )
    head = tree(tmp_path / "head", {SCHEMA: SDL})
    (finding,) = compare(base, head, head, TODAY).findings
    assert (finding.change.id, finding.severity) == ("release-removed:app/1.0", Severity.BREAKING)


def test_an_unexplained_invalid_operation_is_reported_with_its_line(tmp_path: Path) -> None:
    before = "type Query { any: Any } union Any = A | B type A { size: Int } type B { size: Int }"
    after = before.replace("type A { size: Int }", "type A { size: Int! }")
    app_files = app("relay", "\nquery Sizes { any { ... on A { size } ... on B { size } } }")
    result = report(tmp_path, before, after, app_files)
    assert [(finding.change.kind, finding.severity, finding.change.line) for finding in result.findings] == [
        ("operation-invalid", Severity.BREAKING, 2),
        ("field-became-non-null", Severity.DANGEROUS, 1),
    ]
    assert result.findings[0].change.file == "clients/app/1.0/operations.graphql"
    assert "conflict" in result.findings[0].change.description


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (PRICE + LOT, []),
        (LOT + "# the price\n" + PRICE.replace(" ", "  "), []),
        (PRICE + LOT + SEARCH, []),
        (PRICE, ["released-operation-changed:app/1.0:Lot"]),
        (PRICE.replace(" price", "") + LOT, ["released-operation-changed:app/1.0:Price"]),
    ],
)
def test_a_changed_released_operation_is_reported(tmp_path: Path, now: str, expected: list[str]) -> None:
    base = tree(tmp_path / "base", {SCHEMA: SDL, **app("relay", PRICE + LOT)})
    head = tree(tmp_path / "head", {SCHEMA: SDL, **app("relay", now)})
    result = compare(base, head, head, TODAY)
    assert ([finding.change.id for finding in result.findings], result.fails) == (expected, False)


def test_a_removed_version_without_a_manifest_is_reported(tmp_path: Path) -> None:
    base = tree(tmp_path / "base", {SCHEMA: SDL, "clients/app/1.0/operations.graphql": PRICE})
    head = tree(tmp_path / "head", {SCHEMA: SDL})
    assert [finding.change.id for finding in compare(base, head, head, TODAY).findings] == ["release-removed:app/1.0"]


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ('profile = "symbian"\nreleased = 2026-01-01', "the profile 'symbian' is not one of apollo-ios, apollo-kotlin"),
        ("released = 2026-01-01", "the profile None is not one of"),
        ('profile = "relay"', "released = None is not a date"),
        (
            'profile = "relay"\nreleased = "2026-01-01"',
            "released = '2026-01-01' is not a date; write it without quotes",
        ),
        ('profile = "relay"\nreleased = 2026-13-01', r"line 2"),
        ('profile = "relay"\nreleased = 2026-01-01T10:00:00', "is not a date"),
        (
            'profile = "relay"\nreleased = 2026-01-01\nretired = 2025-12-31',
            "retired 2025-12-31, before it was released",
        ),
        ('profile = "relay"\nreleased = 2026-01-01\nretried = 2027-01-01', "unknown key 'retried'; allowed: profile"),
        ("profile = relay", "line 1"),
        ("", "the file is empty"),
    ],
)
def test_an_invalid_manifest_is_an_error_with_its_path(tmp_path: Path, manifest: str, message: str) -> None:
    files = {**app("relay", PRICE), "clients/app/1.0/manifest.toml": manifest}
    with pytest.raises(UnreadableSource, match=rf"^clients/app/1.0/manifest.toml: .*{message}"):
        released_apps(tree(tmp_path, files))


def test_a_missing_manifest_is_an_error_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match=r"clients/app/1.0/manifest.toml does not exist: it must have `profile"):
        released_apps(tree(tmp_path, {"clients/app/1.0/operations.graphql": PRICE}))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("query A { b", r"operations.graphql:1: Syntax Error"),
        ("query A { b }\n\nquery A { c }", "operations.graphql:3: duplicate operation A"),
        ("\n{ b }", "operations.graphql:2: an operation without a name"),
        (
            "type A { b: Int }",
            "operations.graphql: only operations and fragments are allowed, not object type definition",
        ),
    ],
)
def test_an_invalid_operation_is_an_error_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UnreadableSource, match=message):
        released_apps(tree(tmp_path, app("relay", text)))
