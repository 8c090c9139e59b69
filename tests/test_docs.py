"""The documents agree with the repository: files, headings, commands, sample data, cache seconds and assumptions."""

import json
import re
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from data.listings import LISTED_STATUSES
from local import assumptions
from local.loader import seed
from local.paths import ROOT
from resolvers import wiring
from resolvers.field_config import FieldConfig
from tests.documentation import DOCUMENTS, README, blocks, rows, section

LOCAL_SERVER = ROOT / "docs" / "local-server.md"
DEPLOYMENT = (ROOT / "docs" / "first-deployment.md").read_text()
FOLDERS = "clients|conformance|contracts|data|docs|infra|local|requirements|resolvers|schema_diff|tests|tools"
GENERATED = {"tests/clients/generated"}  # `make clients` writes it
MAKE = re.compile(r"(?:`|\(|^|[A-Z]=\S* )make\s+(?:-s )?([a-z][a-z0-9-]*)((?: [A-Z_]+=[^\s)`]*)*)", re.MULTILINE)
VARIABLE = re.compile(r"\b([A-Z_]+)=")


def relative(document: Path) -> str:
    return str(document.relative_to(ROOT))


def anchors(document: Path) -> set[str]:
    """Returns the anchors of a document's headings, as GitHub derives them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def targets() -> dict[str, str]:
    """Returns the help line of each target of the Makefile, which lists its variables."""
    makefile = (ROOT / "Makefile").read_text()
    return dict(re.findall(r"^([a-z][a-z0-9-]*):(.*)$", makefile, re.MULTILINE))


def make_calls(text: str) -> list[tuple[str, set[str]]]:
    """Returns each command of make in a text with its variables; a row of a table may name more of them."""
    calls = [(verb, set(VARIABLE.findall(arguments))) for verb, arguments in MAKE.findall(text)]
    table_rows = [" ".join(row) for row in rows(text) if row[0].startswith("`make ")]
    return calls + [(MAKE.findall(row)[0][0], set(VARIABLE.findall(row))) for row in table_rows]


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_each_link_of_a_document_leads_to_a_file_and_a_heading(document: Path) -> None:
    broken = []
    for link in re.findall(r"\]\(((?!https?:)[^)]+)\)", document.read_text()):
        path, _, anchor = link.partition("#")
        file = document.parent / path if path else document
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_each_path_of_a_document_exists(document: Path) -> None:
    paths = re.findall(rf"`((?:{FOLDERS})/[\w./-]*)`", document.read_text())
    assert [path for path in paths if path not in GENERATED and not (ROOT / path).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_each_make_command_of_a_document_is_in_the_makefile(document: Path) -> None:
    helps = targets()
    calls = make_calls(document.read_text())
    assert [verb for verb, _ in calls if verb not in helps] == []
    unknown = {(verb, name) for verb, names in calls for name in names if f"{name}=" not in helps[verb]}
    assert unknown == set(), "the help of the target must list the variable"


def test_the_guide_of_the_local_server_explains_each_variable_of_make_run() -> None:
    settings = [VARIABLE.findall(name) for name, _ in rows(section(LOCAL_SERVER, "Settings"))]
    assert sorted(settings) == sorted([name] for name in VARIABLE.findall(targets()["run"]))


def test_each_operation_in_the_readme_is_valid_for_the_schema() -> None:
    schema = build_schema((ROOT / "schema.graphql").read_text())
    examples = [block.text for block in blocks(README) if block.language == "graphql"]
    operations = [line for text in examples for line in text.splitlines()]
    assert operations
    assert {line: errors for line in operations if (errors := validate(schema, parse(line)))} == {}


def test_each_folder_in_the_readme_exists() -> None:
    folders = re.findall(r"^(\w+)/ ", README.read_text(), re.MULTILINE)
    assert folders == [
        "contracts",
        "data",
        "resolvers",
        "local",
        "infra",
        "schema_diff",
        "conformance",
        "clients",
        "tests",
    ]
    assert all(Path(ROOT / folder).is_dir() for folder in folders)


def test_the_readme_lists_the_sample_users_and_their_properties() -> None:
    sample = json.loads(seed.FILE.read_text())
    zip_codes = sorted({home["zipCode"] for home in sample["homes"]})
    assert [f"ZIP code {zip_code}" for zip_code in zip_codes] == re.findall(r"ZIP code \d+", README.read_text())
    assert rows(section(README, "Sample data")) == [
        [f"`{user['id']}`", user["name"], *(cell(sample["homes"], user["id"], zip_code) for zip_code in zip_codes)]
        for user in seed.sample_users()
    ]


def cell(homes: list[dict[str, str]], owner: str, zip_code: str) -> str:
    """Returns the addresses of an owner's sample properties in a ZIP code, with the status of each unlisted one."""
    listed = {status.value for status in LISTED_STATUSES}
    return ", ".join(
        home["address"] if home["status"] in listed else f"{home['address']} ({home['status']})"
        for home in homes
        if (home["ownerId"], home["zipCode"]) == (owner, zip_code)
    )


def test_the_readme_lists_each_cached_field_with_its_seconds() -> None:
    table = rows(section(README, "When a reader sees a change"))
    cached = {reader: seconds for reader, seconds, *_ in table if seconds.endswith(" s")}
    assert cached == {
        **{f"`{field.name}`": f"{field.cache.seconds} s" for field in wiring.FIELDS if field.cache},
        "a REST `GET`": f"{wiring.REST.cache_seconds} s",
    }


def test_the_readme_lists_each_field_that_a_mutation_evicts() -> None:
    table = rows(section(README, "When a reader sees a change"))
    evicted = {reader for reader, _, mutation, _ in table if "the mutation evicts" in mutation}
    published = {reader for reader, *_, other in table if "the published change evicts" in other}
    by_publishing = {field.path: evictions(field) for field in wiring.FIELDS if field.name.startswith("publish")}
    by_mutations = {name for field in wiring.FIELDS for name in evictions(field) if field.path not in by_publishing}
    assert (evicted, published) == (by_mutations, set().union(*by_publishing.values()))


def evictions(field: FieldConfig) -> set[str]:
    return {f"`{eviction.field.partition('.')[2]}`" for eviction in field.evictions}


def test_clients_share_each_cached_result_of_graphql() -> None:
    keys = [key for field in wiring.FIELDS if field.cache for key in field.cache.keys]
    assert [key for key in keys if key.startswith("identity")] == [], "edit 'When a reader sees a change' in README.md"


def test_each_assumption_has_an_entry_in_the_first_deployment_list() -> None:
    entries = re.findall(r"^### `(\w+)`$", DEPLOYMENT, re.MULTILINE)
    assert sorted(entries) == sorted(name for name in vars(assumptions) if not name.startswith("_"))


@pytest.mark.parametrize("part", ["Now", "Send", "Note"])
def test_each_entry_has_each_part(part: str) -> None:
    entries = re.split(r"^### ", DEPLOYMENT, flags=re.MULTILINE)[1:]
    assert [entry.partition("\n")[0] for entry in entries if entry.count(f"\n- {part}: ") != 1] == []
