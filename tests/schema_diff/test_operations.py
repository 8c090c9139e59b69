"""What is out: a change is judged against each operation of each version that is not retired."""

from datetime import date
from pathlib import Path

import pytest

from schema_diff.compare import compared
from schema_diff.operations import shipped
from schema_diff.report import Finding
from schema_diff.severity import Grade
from schema_diff.sources.source import SCHEMA, NotReadable
from tests.schema_diff.helpers import TODAY, app, report, tree

SDL = """
type Query { home(id: ID!, first: Int = 20): Home  homes(filter: Filter): [Home] }
type Home { id: ID!  price: Float!  status: Status  lot: Int @deprecated(reason: "until 2026-06-30") }
enum Status { ON OFF }
input Filter { least: Float  status: Status }
"""
PRICE = "query Price { home(id: 1) { id price } }\n"
STATUS = "query Status { home(id: 1, first: 3) { status } }\n"
SEARCH = "query Search($filter: Filter) { homes(filter: $filter) { id } }\n"
LOT = "query Lot { home(id: 1) { lot } }\n"


def found(tmp_path: Path, old: str, new: str, files: dict[str, str]) -> Finding:
    """The one finding of a change of SDL."""
    assert old in SDL
    (only,) = report(tmp_path, SDL, SDL.replace(old, new), files).findings
    return only


def test_an_operation_that_asks_for_what_is_removed_is_broken_and_others_are_untouched(tmp_path: Path) -> None:
    one = found(tmp_path, "price: Float!", "", app("relay", PRICE + STATUS))
    assert (one.grade, one.broken, one.affected) == (Grade.BREAKING, ("app/1.0 Price",), ())


def test_a_breaking_change_that_no_living_operation_touches_is_told_as_such_and_still_stops(tmp_path: Path) -> None:
    one = found(tmp_path, "price: Float!", "", app("relay", STATUS))
    assert (one.grade, one.broken, one.stops) == (Grade.BREAKING, (), True)
    assert one.touch == "no living operation touches it"


def test_a_changed_type_breaks_an_operation_that_is_valid_still(tmp_path: Path) -> None:
    one = found(tmp_path, "price: Float!", "price: Float", app("apollo-ios", PRICE))
    assert (one.change.kind, one.broken) == ("field-became-nullable", ("app/1.0 Price",))


@pytest.mark.parametrize(
    ("profile", "grade", "broken", "affected"),
    [
        ("amplify-android", Grade.BREAKING, ("app/1.0 Status",), ()),
        ("amplify-swift", Grade.BREAKING, ("app/1.0 Status",), ()),
        ("apollo-ios", Grade.DANGEROUS, (), ("app/1.0 Status",)),
        ("apollo-kotlin", Grade.DANGEROUS, (), ("app/1.0 Status",)),
        ("amplify-js", Grade.DANGEROUS, (), ("app/1.0 Status",)),
        ("apollo-web", Grade.DANGEROUS, (), ("app/1.0 Status",)),
        ("relay", Grade.DANGEROUS, (), ("app/1.0 Status",)),
    ],
)
def test_a_new_value_breaks_where_it_crashes_and_is_met_by_who_asks_for_it_alone(
    tmp_path: Path, profile: str, grade: Grade, broken: tuple[str, ...], affected: tuple[str, ...]
) -> None:
    one = found(tmp_path, "ON OFF", "ON OFF MAYBE", app(profile, STATUS + PRICE + SEARCH))
    assert (one.grade, one.broken, one.affected) == (grade, broken, affected)
    assert one.meets.startswith(profile)


def test_a_new_value_is_judged_for_each_app_by_its_own_profile(tmp_path: Path) -> None:
    both = app("amplify-android", STATUS, version="droid/2.1") | app("relay", STATUS, version="web/1.0")
    one = found(tmp_path, "ON OFF", "ON OFF MAYBE", both)
    assert (one.broken, one.affected) == (("droid/2.1 Status",), ("web/1.0 Status",))
    assert one.meets.count(";") == 1


def test_a_default_is_met_by_who_leaves_the_argument_out(tmp_path: Path) -> None:
    one = found(tmp_path, "first: Int = 20", "first: Int = 50", app("relay", PRICE + STATUS))
    assert (one.grade, one.affected) == (Grade.DANGEROUS, ("app/1.0 Price",))


def test_a_field_that_an_input_must_have_breaks_who_sends_the_input_by_a_variable(tmp_path: Path) -> None:
    one = found(tmp_path, "least: Float", "least: Float most: Float!", app("relay", SEARCH + PRICE))
    assert one.broken == ("app/1.0 Search",)


def test_a_retired_version_is_not_judged(tmp_path: Path) -> None:
    gone = app("amplify-android", STATUS + PRICE, "retired = 2026-11-25\n") | app("relay", SEARCH, version="web/1.0")
    one = found(tmp_path, "ON OFF", "ON OFF MAYBE", gone)
    assert (one.grade, one.broken, one.affected) == (Grade.DANGEROUS, (), ())


def test_a_version_that_is_to_be_retired_later_is_judged(tmp_path: Path) -> None:
    one = found(tmp_path, "price: Float!", "", app("relay", PRICE, "retired = 2026-11-26\n"))
    assert one.broken == ("app/1.0 Price",)


def test_what_was_promised_until_a_day_that_has_passed_may_go_when_nobody_uses_it(tmp_path: Path) -> None:
    one = found(tmp_path, SDL[SDL.index("lot:") : SDL.index(" }\nenum")], "", app("relay", PRICE))
    assert (one.change.kind, one.grade, one.stops) == ("field-removed/due", Grade.DANGEROUS, False)


def test_what_a_living_operation_uses_may_not_go_whatever_was_promised(tmp_path: Path) -> None:
    one = found(tmp_path, SDL[SDL.index("lot:") : SDL.index(" }\nenum")], "", app("relay", LOT))
    assert (one.change.kind, one.broken) == ("field-removed/used", ("app/1.0 Lot",))


def test_the_day_itself_is_still_promised(tmp_path: Path) -> None:
    without = SDL.replace(SDL[SDL.index("lot:") : SDL.index(" }\nenum")], "")
    on_the_day, after = (
        report(tmp_path / str(day), SDL, without, {}, today=date(2026, 6, day)).findings[0].change.kind
        for day in (30, 1)
    )
    assert (on_the_day, after) == ("field-removed/early", "field-removed/early")
    (later,) = report(tmp_path / "later", SDL, without, {}, today=date(2026, 7, 1)).findings
    assert later.change.kind == "field-removed/due"


def test_an_operation_that_the_base_refuses_already_is_told_of_with_its_line_and_not_judged(tmp_path: Path) -> None:
    told = report(tmp_path, SDL, SDL.replace("price: Float!", ""), app("relay", PRICE + "query Old { gone }"))
    assert told.findings[0].broken == ("app/1.0 Price",)
    (notice,) = [notice for notice in told.notices if "fit" in notice]
    assert notice.startswith("does not fit the base already, and is not judged: clients/app/1.0/asked.graphql:2")
    assert "Cannot query field 'gone'" in notice


def test_an_operation_that_only_the_new_schema_answers_is_a_new_version_and_no_notice(tmp_path: Path) -> None:
    told = report(
        tmp_path,
        SDL,
        SDL.replace("price: Float!", "price: Float! tax: Int"),
        app("relay", "query New { home(id: 1) { tax } }"),
    )
    assert [notice for notice in told.notices if "fit" in notice] == []


def test_a_version_whose_folder_goes_without_having_been_retired_is_a_breaking_change(tmp_path: Path) -> None:
    base = tree(
        tmp_path / "base",
        {SCHEMA: SDL, **app("relay", PRICE), **app("relay", PRICE, "retired = 2026-02-01", "app/0.9")},
    )
    head = tree(tmp_path / "head", {SCHEMA: SDL})
    (one,) = compared(base, head, head, TODAY).findings
    assert (one.change.id, one.grade) == ("version-forgotten:app/1.0", Grade.BREAKING)


def test_an_operation_that_is_refused_for_what_breaks_none_by_itself_is_told_with_its_line(tmp_path: Path) -> None:
    before = "type Query { any: Any } union Any = A | B type A { size: Int } type B { size: Int }"
    after = before.replace("type A { size: Int }", "type A { size: Int! }")
    asked = app("relay", "\nquery Sizes { any { ... on A { size } ... on B { size } } }")
    told = report(tmp_path, before, after, asked)
    assert [(one.change.kind, one.grade, one.change.line) for one in told.findings] == [
        ("operation-invalid", Grade.BREAKING, 2),
        ("field-became-non-null", Grade.DANGEROUS, 1),
    ]
    assert told.findings[0].change.file == "clients/app/1.0/asked.graphql"
    assert "conflict" in told.findings[0].change.what


@pytest.mark.parametrize(
    ("now", "found"),
    [
        (PRICE + LOT, []),
        (LOT + "# the price\n" + PRICE.replace(" ", "  "), []),
        (PRICE + LOT + SEARCH, []),
        (PRICE, ["operation-altered:app/1.0:Lot"]),
        (PRICE.replace(" price", "") + LOT, ["operation-altered:app/1.0:Price"]),
    ],
)
def test_what_a_version_asks_stays_as_it_was_released(tmp_path: Path, now: str, found: list[str]) -> None:
    base = tree(tmp_path / "base", {SCHEMA: SDL, **app("relay", PRICE + LOT)})
    head = tree(tmp_path / "head", {SCHEMA: SDL, **app("relay", now)})
    told = compared(base, head, head, TODAY)
    assert ([one.change.id for one in told.findings], told.fails) == (found, False)


def test_a_version_of_before_there_were_manifests_is_out_as_well(tmp_path: Path) -> None:
    base = tree(tmp_path / "base", {SCHEMA: SDL, "clients/app/1.0/asked.graphql": PRICE})
    head = tree(tmp_path / "head", {SCHEMA: SDL})
    assert [one.change.id for one in compared(base, head, head, TODAY).findings] == ["version-forgotten:app/1.0"]


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        ('profile = "symbian"\nreleased = 2026-01-01', "the profile 'symbian' is none of apollo-ios, apollo-kotlin"),
        ("released = 2026-01-01", "the profile None is none of"),
        ('profile = "relay"', "released = None is no day"),
        ('profile = "relay"\nreleased = "2026-01-01"', "released = '2026-01-01' is no day; write it bare"),
        ('profile = "relay"\nreleased = 2026-13-01', r"line 2"),
        ('profile = "relay"\nreleased = 2026-01-01T10:00:00', "is no day"),
        (
            'profile = "relay"\nreleased = 2026-01-01\nretired = 2025-12-31',
            "retired 2025-12-31, before it was released",
        ),
        ('profile = "relay"\nreleased = 2026-01-01\nretried = 2027-01-01', "it says 'retried'; it knows profile"),
        ("profile = relay", "line 1"),
        ("", "the file is empty"),
    ],
)
def test_a_manifest_that_is_wrong_is_refused_by_name(tmp_path: Path, manifest: str, why: str) -> None:
    files = {**app("relay", PRICE), "clients/app/1.0/manifest.toml": manifest}
    with pytest.raises(NotReadable, match=rf"^clients/app/1.0/manifest.toml: .*{why}"):
        shipped(tree(tmp_path, files))


def test_a_version_without_a_manifest_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(NotReadable, match=r"clients/app/1.0/manifest.toml is not there: it says `profile"):
        shipped(tree(tmp_path, {"clients/app/1.0/asked.graphql": PRICE}))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("query A { b", r"asked.graphql:1: Syntax Error"),
        ("query A { b }\n\nquery A { c }", "asked.graphql:3: the operation A is there twice"),
        ("\n{ b }", "asked.graphql:2: an operation without a name"),
        (
            "type A { b: Int }",
            "asked.graphql: operations and fragments are asked of an API, and no object type definition",
        ),
    ],
)
def test_an_operation_that_is_wrong_is_refused_with_its_line(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(NotReadable, match=why):
        shipped(tree(tmp_path, app("relay", text)))
