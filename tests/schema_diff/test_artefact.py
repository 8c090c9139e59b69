"""Reads files of `contracts/`: members with their lines, and errors of invalid files."""

from typing import Any

import pytest

from local.paths import ROOT
from schema_diff.contracts import artefact, errors, fields, table
from schema_diff.sources.source import ARTEFACTS, ERRORS, FIELDS, TABLE, SourceText, UnreadableSource
from tests.schema_diff.comparisons import edited

CHANGES_BY_CONTRACT: dict[str, Any] = {TABLE: table.changes, FIELDS: fields.changes, ERRORS: errors.changes}


@pytest.mark.parametrize("path", ARTEFACTS)
def test_a_file_does_not_differ_from_itself(path: str) -> None:
    assert list(CHANGES_BY_CONTRACT[path](*edited(path, lambda content: None))) == []


@pytest.mark.parametrize("path", ARTEFACTS)
def test_each_member_has_its_line(path: str) -> None:
    text = (ROOT / path).read_text()
    contract, text_lines = artefact.read(SourceText(path, text)), text.splitlines()
    assert {names: text_lines[line - 1].split('"')[1] for names, line in contract.lines.items()} == {
        names: names[-1] for names in contract.lines
    }
    assert len(contract.lines) == text.count('":')
    assert all(contract.value_at(*names[:-1]) is not None for names in contract.lines if "evicts" not in names)


def test_a_member_without_a_line_has_the_line_of_its_parent() -> None:
    contract = artefact.read(SourceText("table.json", '{\n  "version": 1,\n  "items": {}\n}'))
    assert (contract.line("items", "image"), contract.line("indexes")) == (3, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"^x.json:1:2: Expecting property name"),
        ("[]", r"^x.json: version None is unknown; this tool reads version 1"),
        ('{"version": 2}', r"^x.json: version 2 is unknown"),
        ('{"version": "1"}', r"^x.json: version '1' is unknown"),
        ("[" * 100_000, r"^x.json: the JSON is nested too deeply"),
    ],
)
def test_the_error_of_an_unreadable_file_has_its_name(text: str, message: str) -> None:
    with pytest.raises(UnreadableSource, match=message):
        artefact.read(SourceText("x.json", text))


@pytest.mark.parametrize(
    ("path", "edit", "message"),
    [
        (TABLE, lambda table: table.pop("ttlAttribute"), "ttlAttribute is not present"),
        (TABLE, lambda table: table.update(indexes=[]), "indexes is not an object"),
        (
            FIELDS,
            lambda contract: contract["fields"]["Query.me"].update(auth="all"),
            "fields.Query.me.auth is not a list of str",
        ),
        (
            FIELDS,
            lambda contract: contract["fields"]["Query.me"].update(evicts=[1]),
            "evicts is not a list of evictions",
        ),
        (FIELDS, lambda contract: contract["fields"]["Query.me"].update(evicts=1), "evicts is not a list,"),
        (FIELDS, lambda contract: contract["limits"].update(depth="deep"), "limits.depth is not a whole number"),
        (FIELDS, lambda contract: contract["fields"]["Query.me"].update(cache={}), "cache.seconds is not present"),
        (
            ERRORS,
            lambda contract: contract["errors"]["LimitExceeded"].pop("fields"),
            "errors.LimitExceeded.fields is not present",
        ),
    ],
)
def test_the_error_of_an_unexpected_format_has_the_file_and_the_member(path: str, edit: Any, message: str) -> None:
    with pytest.raises(UnreadableSource, match=rf"^{path}: .*{message}"):
        list(CHANGES_BY_CONTRACT[path](*edited(path, edit)))
