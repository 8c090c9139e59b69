"""The files of `contracts/` as they are read: their members with lines, and what is wrong with a file."""

from typing import Any

import pytest

from local.paths import ROOT
from schema_diff.contracts import artefact, errors, fields, table
from schema_diff.sources.source import ARTEFACTS, ERRORS, FIELDS, TABLE, NotReadable, Text
from tests.schema_diff.helpers import edited

COMPARED: dict[str, Any] = {TABLE: table.changes, FIELDS: fields.changes, ERRORS: errors.changes}


@pytest.mark.parametrize("path", ARTEFACTS)
def test_a_file_does_not_differ_from_itself(path: str) -> None:
    assert list(COMPARED[path](*edited(path, lambda content: None))) == []


@pytest.mark.parametrize("path", ARTEFACTS)
def test_each_member_has_its_line(path: str) -> None:
    text = (ROOT / path).read_text()
    read, found = artefact.read(Text(path, text)), text.splitlines()
    assert {names: found[line - 1].split('"')[1] for names, line in read.lines.items()} == {
        names: names[-1] for names in read.lines
    }
    assert len(read.lines) == text.count('":')
    assert all(read.at(*names[:-1]) is not None for names in read.lines if "evicts" not in names)


def test_a_member_that_has_no_line_has_that_of_what_is_around_it() -> None:
    read = artefact.read(Text("table.json", '{\n  "version": 1,\n  "items": {}\n}'))
    assert (read.line("items", "image"), read.line("indexes")) == (3, None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", r"^x.json:1:2: Expecting property name"),
        ("[]", r"^x.json: version None is unknown; this tool reads version 1"),
        ('{"version": 2}', r"^x.json: version 2 is unknown"),
        ('{"version": "1"}', r"^x.json: version '1' is unknown"),
        ("[" * 100_000, r"^x.json: the JSON is nested too deeply"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(text: str, why: str) -> None:
    with pytest.raises(NotReadable, match=why):
        artefact.read(Text("x.json", text))


@pytest.mark.parametrize(
    ("path", "edit", "why"),
    [
        (TABLE, lambda table: table.pop("ttlAttribute"), "ttlAttribute is not there"),
        (TABLE, lambda table: table.update(indexes=[]), "indexes is not an object"),
        (
            FIELDS,
            lambda told: told["fields"]["Query.me"].update(auth="all"),
            "fields.Query.me.auth is not a list of str",
        ),
        (FIELDS, lambda told: told["fields"]["Query.me"].update(evicts=[1]), "evicts is not a list of evictions"),
        (FIELDS, lambda told: told["fields"]["Query.me"].update(evicts=1), "evicts is not a list,"),
        (FIELDS, lambda told: told["limits"].update(depth="deep"), "limits.depth is not a whole number"),
        (FIELDS, lambda told: told["fields"]["Query.me"].update(cache={}), "cache.seconds is not there"),
        (ERRORS, lambda told: told["errors"]["TooMany"].pop("fields"), "errors.TooMany.fields is not there"),
    ],
)
def test_a_file_of_another_form_is_named_with_the_member(path: str, edit: Any, why: str) -> None:
    with pytest.raises(NotReadable, match=rf"^{path}: .*{why}"):
        list(COMPARED[path](*edited(path, edit)))
