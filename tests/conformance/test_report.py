"""What a probe makes of answers, and what it writes down of them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance import __main__ as program
from conformance.client import Answer, Api, NotAsked
from conformance.expected_response import Told
from conformance.finding import Finding
from conformance.report import Report

SECRET = ".".join(word * 3 for word in ("header", "payload", "signature"))
SAID = "A said thing"


def test_a_part_that_is_cut_short_keeps_what_it_found_and_the_report_says_so(tmp_path: Path) -> None:
    def part() -> Iterator[Finding]:
        yield Finding("open", SAID, "x", "y", Answer(200, {}, {}, 0.1), True)
        raise NotAsked(f"the home h1 cannot be read: status 500, {SECRET}")

    report = Report(Api("https://a/graphql", SECRET), "now")
    program.ask(part(), report)
    assert [finding.name for finding in report.findings] == [SAID]
    text = report.write(tmp_path)[1].read_text()
    assert "**Cut short**, a part of what there is to ask: the home h1 cannot be read: status 500, (the token)." in text


def test_an_answer_that_repeats_the_token_is_written_without_it(tmp_path: Path) -> None:
    repeated = Answer(400, {"x-seen": SECRET}, {"errors": [{"message": f"bad {SECRET.split('.')[1]}|"}]}, 0.1)
    report = Report(
        Api("https://a/graphql", f"Bearer {SECRET}"), "now", [Finding("open", SAID, "x", "y", repeated, False)]
    )
    written = [path.read_text() for path in report.write(tmp_path)]
    assert not [part for part in SECRET.split(".") for text in written if part in text]
    assert all("bad (the token)" in text for text in written)


def test_a_row_of_the_report_is_one_row_whatever_was_answered(tmp_path: Path) -> None:
    answer = Answer(200, {}, "a | b\n<script>", 0.1)
    report = Report(Api("https://a/graphql", SECRET), "now", [Finding("open", SAID, "x", "y", answer, False)])
    text = report.write(tmp_path)[1].read_text()
    assert re.findall(rf"^.*{SAID}.*$", text, re.MULTILINE) == [rf"| open | {SAID} | x | y | 200: a \| b &lt;script> |"]


@pytest.mark.parametrize(
    ("answer", "fits"),
    [
        (Answer(200, {}, {"data": {"me": None}}, 0), False),
        (Answer(200, {}, {"errors": [{"errorType": "A", "message": "no x here"}]}, 0), True),
        (Answer(400, {}, {"errors": [{"errorType": "A", "message": "no x here"}]}, 0), False),
        (Answer(200, {}, {"errors": [{"errorType": "B", "message": "no x here"}]}, 0), False),
        (Answer(200, {}, {"errors": [{"errorType": "A", "message": "no x"}]}, 0), False),
        (Answer(200, {}, {"errors": [{"errorType": "A", "message": "no x here"}, {"message": "more"}]}, 0), False),
        (Answer(200, {}, {"errors": "A"}, 0), False),
        (Answer(200, {}, ["A"], 0), False),
        (Answer(None, {}, "no answer", 0), False),
    ],
)
def test_an_answer_is_as_the_desk_where_status_and_errors_are(answer: Answer, fits: bool) -> None:
    assert Told(200, (("A", "no … here"),)).fits(answer) is fits


@pytest.mark.parametrize(
    ("endpoint", "realtime"),
    [
        (
            "https://abcdefghijklmnopqrstuvwxyz.appsync-api.us-east-1.amazonaws.com/graphql",
            "wss://abcdefghijklmnopqrstuvwxyz.appsync-realtime-api.us-east-1.amazonaws.com/graphql",
        ),
        ("https://api.example.com/graphql", "wss://api.example.com/graphql/realtime"),
        ("http://localhost:8000/graphql", "ws://localhost:8000/graphql/realtime"),
    ],
)
def test_real_time_is_where_aws_has_it_for_each_address(endpoint: str, realtime: str) -> None:
    assert Api(endpoint, SECRET).realtime == realtime
