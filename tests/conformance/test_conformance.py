"""A run against the local server: it executes all operations, checks the open questions, and reports one difference."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conformance import __main__ as program
from conformance import not_checked, questions
from conformance.client import ConformanceError
from conformance.contract import ASSUMPTIONS
from conformance.expected_response import matches_text
from conformance.finding import OPEN_QUESTION
from conformance.operations import released_operations
from conformance.sample_properties import ZIP_CODE
from tests.local.server_fixture import LocalServer


@dataclass(frozen=True)
class ProgramRun:
    """A finished run: its exit status, both reports, and the token that it used."""

    exit_status: int
    report: dict[str, Any]
    json_text: str
    markdown: str
    token: str

    @property
    def findings(self) -> list[dict[str, Any]]:
        findings: list[dict[str, Any]] = self.report["findings"]
        return findings


@pytest.fixture(scope="module")
def run(server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> ProgramRun:
    folder, token = tmp_path_factory.mktemp("reports"), f"Bearer {server.token('pia')}"
    settings = {"ENDPOINT": f"{server.url}/graphql", "TOKEN": token, "OUT": str(folder), "WAIT": "10"}
    with pytest.MonkeyPatch.context() as environment:
        for name, value in settings.items():
            environment.setenv(name, value)
        exit_status = program.main()
    json_text, markdown = (file.read_text() for file in sorted(folder.iterdir()))
    return ProgramRun(exit_status, json.loads(json_text), json_text, markdown, token)


def test_the_changed_keep_alive_interval_is_the_only_difference(run: ProgramRun) -> None:
    differences = [finding for finding in run.findings if not finding["matches"]]
    assert [finding["name"] for finding in differences] == ["KEEP_ALIVE_SECONDS"]
    assert matches_text('{"secondsBetweenKeepAlives": [1.…', json.dumps(differences[0]["body"]))
    assert run.exit_status == 0


def test_each_operation_of_each_client_version_is_executed_once(run: ProgramRun) -> None:
    names = Counter((finding["group"], finding["name"]) for finding in run.findings)
    operations = {name: count for name, count in names.items() if name[0] != OPEN_QUESTION}
    assert operations == {(operation.client, operation.name): 1 for operation in released_operations()}


def test_a_finding_has_the_status_headers_body_and_duration(run: ProgramRun) -> None:
    first = run.findings[0]
    assert (first["name"], first["status"]) == ("PutUpForSale", 200)
    assert first["headers"]["content-type"] == "application/json;charset=UTF-8"
    assert isinstance(first["seconds"], float)
    assert first["body"]["data"].keys() == {"createProperty"}


def test_every_open_question_is_checked_or_skipped_with_a_reason(run: ProgramRun) -> None:
    skipped = run.report["skipped"]
    checked = {finding["name"] for finding in run.findings if finding["group"] == OPEN_QUESTION}
    names = {name for name, _ in not_checked.open_questions(not_checked.DOCUMENT.read_text())}
    assert checked | {check["name"] for check in skipped} == names
    assert [check["name"] for check in skipped if check["reason"] == not_checked.NO_REASON] == []


def test_every_assumption_is_an_open_question() -> None:
    names = {name for name, _ in not_checked.open_questions(not_checked.DOCUMENT.read_text())}
    assert ASSUMPTIONS.keys() - names == set()


def test_every_reason_is_that_of_an_open_question() -> None:
    names = [name for name, _ in not_checked.open_questions(not_checked.DOCUMENT.read_text())]
    assert [start for start in not_checked.REASONS if not any(name.startswith(start) for name in names)] == []


def test_a_question_that_needs_the_scratch_api_is_skipped_for_that_reason(run: ProgramRun) -> None:
    reasons = {check["name"]: check["reason"] for check in run.report["skipped"]}
    assert reasons["WRONG_BATCH"] == reasons["exception_type"] == not_checked.SCRATCH_API
    assert reasons["TOKEN_EXPIRED"] == "it needs a token that expired"


def test_every_validation_rule_that_a_document_can_violate_has_a_check() -> None:
    over_http = {*questions.RULE_VIOLATIONS, "UniqueOperationNamesRule"}
    assert ASSUMPTIONS["KINDS"].keys() - over_http == {"KnownOperationTypesRule", "SingleFieldSubscriptionsRule"}


def test_no_report_contains_a_part_of_the_token(run: ProgramRun) -> None:
    for part in run.token.removeprefix("Bearer ").split("."):
        assert part not in run.json_text
        assert part not in run.markdown


def test_the_sample_properties_are_deleted(run: ProgramRun, server: LocalServer) -> None:
    query = f'{{ me {{ propertyCount }} listingsByZip(zipCode: "{ZIP_CODE}", first: 99) {{ nodes {{ id }} }} }}'
    assert server.execute(query, as_user="pia").data == {"me": {"propertyCount": 0}, "listingsByZip": {"nodes": []}}
    assert run.report["leftovers"] == []


def test_the_markdown_report_begins_with_the_number_of_differences(run: ProgramRun, server: LocalServer) -> None:
    assert run.markdown.startswith(f"# Conformance of {server.url}/graphql, ")
    counts = f"{len(run.findings)} responses, 1 different from the local server's; "
    assert run.markdown.splitlines()[2].startswith(counts)


@pytest.mark.parametrize(
    ("endpoint", "has_token", "message"),
    [
        ("", True, "ENDPOINT is missing: make probe ENDPOINT=https://…/graphql TOKEN=…"),
        ("URL", False, "TOKEN is missing, a token that URL accepts: make probe ENDPOINT=https://…/graphql TOKEN=…"),
        ("ftp://a/graphql", True, "ENDPOINT must be the address of a GraphQL API, https://…/graphql, not 'ftp://a/"),
        ("http://127.0.0.1:1/graphql", True, "http://127.0.0.1:1/graphql does not respond: [Errno 111] Connection"),
        ("URL", True, "URL does not accept this TOKEN: UnauthorizedException: "),
        ("URL/unknown", True, "URL/unknown is not this API: status 404, Not Found"),
    ],
)
def test_an_endpoint_that_cannot_be_checked_is_one_line_and_no_report(
    server: LocalServer,
    token: str,
    endpoint: str,
    has_token: bool,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    url, folder = f"{server.url}/graphql", tmp_path / "reports"
    monkeypatch.setenv("ENDPOINT", endpoint.replace("URL", url))
    monkeypatch.setenv("TOKEN", token if has_token else "")
    monkeypatch.setenv("OUT", str(folder))
    assert program.main() == 2
    output = capsys.readouterr().err
    assert output.startswith(message.replace("URL", url))
    assert output.count("\n") == 1
    assert token not in output
    assert not folder.exists()


@pytest.mark.parametrize("text", ["", "x", "-1", "1e9", "99999"])
def test_a_wait_that_is_not_a_number_of_seconds_is_refused(text: str) -> None:
    message = rf"^WAIT must be a number of seconds up to 9999, not '{text}'$"
    with pytest.raises(ConformanceError, match=message):
        program.parse_seconds(text)
