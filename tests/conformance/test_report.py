"""Which responses match, and what the reports contain."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance import __main__ as program
from conformance.client import ApiClient, ApiResponse, ConformanceError
from conformance.expected_response import ExpectedResponse
from conformance.finding import OPEN_QUESTION, ConformanceFinding
from conformance.report import ConformanceReport

NAME = "A question"


def report_on(response: ApiResponse, matches: bool, token: str) -> ConformanceReport:
    """A report with one finding."""
    finding = ConformanceFinding(OPEN_QUESTION, NAME, "x", "y", response, matches)
    return ConformanceReport(ApiClient("https://a/graphql", token), "now", [finding])


def test_an_aborted_part_keeps_its_findings_and_its_reason(token: str, tmp_path: Path) -> None:
    def part() -> Iterator[ConformanceFinding]:
        yield ConformanceFinding(OPEN_QUESTION, NAME, "x", "y", ApiResponse(200, {}, {}, 0.1), True)
        raise ConformanceError(f"the sample property h1 cannot be read: status 500, {token}")

    report = ConformanceReport(ApiClient("https://a/graphql", token), "now")
    program.run_part(part(), report)
    assert [finding.name for finding in report.findings] == [NAME]
    reason = "the sample property h1 cannot be read: status 500, (the token)"
    assert f"**Aborted**, a part of the checks: {reason}." in report.write(tmp_path)[1].read_text()


def test_a_response_that_repeats_the_token_is_written_without_it(token: str, tmp_path: Path) -> None:
    response = ApiResponse(400, {"x-seen": token}, {"errors": [{"message": f"bad {token.split('.')[1]}|"}]}, 0.1)
    texts = [file.read_text() for file in report_on(response, False, f"Bearer {token}").write(tmp_path)]
    assert [part for part in token.split(".") for text in texts if part in text] == []
    assert all("bad (the token)" in text for text in texts)


def test_a_row_of_the_report_is_one_line_whatever_the_response_contains(token: str, tmp_path: Path) -> None:
    response = ApiResponse(200, {}, "a | b\n<script>", 0.1)
    text = report_on(response, False, token).write(tmp_path)[1].read_text()
    rows = re.findall(rf"^.*{NAME}.*$", text, re.MULTILINE)
    assert rows == [rf"| open question | {NAME} | x | y | 200: a \| b &lt;script> |"]


@pytest.mark.parametrize(
    ("response", "matches"),
    [
        (ApiResponse(200, {}, {"data": {"me": None}}, 0), False),
        (ApiResponse(200, {}, {"errors": [{"errorType": "A", "message": "no x now"}]}, 0), True),
        (ApiResponse(400, {}, {"errors": [{"errorType": "A", "message": "no x now"}]}, 0), False),
        (ApiResponse(200, {}, {"errors": [{"errorType": "B", "message": "no x now"}]}, 0), False),
        (ApiResponse(200, {}, {"errors": [{"errorType": "A", "message": "no x"}]}, 0), False),
        (ApiResponse(200, {}, {"errors": [{"errorType": "A", "message": "no x now"}, {"message": "y"}]}, 0), False),
        (ApiResponse(200, {}, {"errors": "A"}, 0), False),
        (ApiResponse(200, {}, ["A"], 0), False),
        (ApiResponse(None, {}, "no response", 0), False),
    ],
)
def test_a_response_matches_if_its_status_and_all_its_errors_do(response: ApiResponse, matches: bool) -> None:
    assert ExpectedResponse(200, (("A", "no … now"),)).matches(response) is matches
