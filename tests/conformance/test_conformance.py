"""The probe asks an API what the apps ask and what is open about AppSync, and tells what differs from the desk."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from conformance import __main__ as program
from conformance import not_checked, operations, questions
from conformance.client import Api, NotAsked
from conformance.expected_response import fitting
from conformance.sample_properties import ZIP, Homes
from local import unconfirmed
from local.realtime import Pace
from tests.local import desk as desks
from tests.local.desk import Desk

SECRET = ".".join(word * 3 for word in ("header", "payload", "signature"))


@dataclass(frozen=True)
class Run:
    """What a probe of a desk left behind: how it ended, what it wrote, and the desk."""

    desk: Desk
    code: int
    report: str
    text: str
    token: str

    @property
    def findings(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(self.report)["findings"]
        return found


@pytest.fixture(scope="module")
def hasty(engine: str) -> Iterator[Desk]:
    """A desk that differs from others in one thing: it says each second that a connection lives."""
    with desks.running(engine, pace=Pace(keep_alive_seconds=1)) as running:
        yield running


@pytest.fixture(scope="module")
def run(hasty: Desk, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder, token = tmp_path_factory.mktemp("probe"), f"Bearer {hasty.token('pia')}"
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {
            "ENDPOINT": f"{hasty.url}/graphql",
            "TOKEN": token,
            "OUT": str(folder),
            "WAIT": "10",
        }.items():
            environment.setenv(name, value)
        code = program.main()
    json_file, markdown = sorted(folder.iterdir())
    return Run(hasty, code, json_file.read_text(), markdown.read_text(), token)


def test_all_that_a_desk_answers_is_as_the_desk_but_what_this_one_does_otherwise(run: Run) -> None:
    differing = [finding for finding in run.findings if not finding["same"]]
    assert [finding["name"] for finding in differing] == ["KEEP_ALIVE_SECONDS"]
    assert fitting('{"seconds from one ka to the next": [1.…', json.dumps(differing[0]["body"]))
    assert run.code == 0


def test_each_operation_of_each_client_is_asked_once(run: Run) -> None:
    asked = Counter((finding["of"], finding["name"]) for finding in run.findings if finding["of"] != "open")
    assert asked == Counter((one.client, one.name) for one in operations.shipped())


def test_of_each_answer_it_tells_status_headers_body_and_time(run: Run) -> None:
    first = run.findings[0]
    assert (first["name"], first["status"]) == ("PutUpForSale", 200)
    assert dict(first["headers"])["content-type"] == "application/json;charset=UTF-8"  # type: ignore[call-overload]
    assert isinstance(first["seconds"], float)
    assert "createProperty" in str(first["body"])


def test_every_open_question_is_asked_or_it_is_told_why_not(run: Run) -> None:
    told = json.loads(run.report)["unasked"]
    asked = {str(finding["name"]) for finding in run.findings if finding["of"] == "open"}
    names = {name for name, _ in not_checked.entries(not_checked.DOCUMENT.read_text())}
    assert asked | {one["name"] for one in told} == names
    assert {name for name in vars(unconfirmed) if not name.startswith("_")} < names
    assert not [one for one in told if one["why"] == not_checked.UNKNOWN]


def test_what_needs_the_scratch_api_says_so(run: Run) -> None:
    why = {one["name"]: one["why"] for one in json.loads(run.report)["unasked"]}
    assert why["WRONG_BATCH"] == why["raised"] == not_checked.SCRATCH
    assert why["TOKEN_EXPIRED"] == "it needs a token of more than an hour ago"


def test_every_kind_of_broken_rule_is_asked_that_a_document_for_this_schema_can_break() -> None:
    over_http = {*questions.BROKEN_RULES, "UniqueOperationNamesRule"}
    assert set(unconfirmed.KINDS) - over_http == {"KnownOperationTypesRule", "SingleFieldSubscriptionsRule"}


def test_the_token_is_written_nowhere(run: Run) -> None:
    for part in run.token.removeprefix("Bearer ").split("."):
        assert part not in run.report
        assert part not in run.text


def test_its_homes_are_gone_at_the_end(run: Run) -> None:
    asked = f'{{ me {{ propertyCount }} listingsByZip(zipCode: "{ZIP}", first: 99) {{ nodes {{ id }} }} }}'
    assert run.desk.ask(asked, as_="pia").data == {"me": {"propertyCount": 0}, "listingsByZip": {"nodes": []}}
    assert json.loads(run.report)["left"] == []


def test_a_home_whose_making_was_never_answered_is_removed_too_and_no_other(hasty: Desk) -> None:
    homes = Homes(Api(f"{hasty.url}/graphql", hasty.token("lou")))
    make = "mutation($input: CreatePropertyInput!) { createProperty(input: $input) { id } }"
    hasty.ask(make, as_="lou", input=homes.input)
    other = hasty.ask(make, as_="lou", input={"address": "1 Elm Street", "price": 1}).data["createProperty"]["id"]
    assert homes.remove() == []
    left = hasty.ask("{ me { properties { nodes { id } } } }", as_="lou").data["me"]["properties"]["nodes"]
    assert left == [{"id": other}]


def test_an_operation_with_a_variable_that_nothing_is_known_for_is_named(tmp_path: Path) -> None:
    (tmp_path / "web" / "2.0").mkdir(parents=True)
    (tmp_path / "web" / "2.0" / "a.graphql").write_text("query New($size: Int!) { me { friends(size: $size) { id } } }")
    (operation,) = operations.shipped(tmp_path)
    with pytest.raises(NotAsked, match=r"^web/2.0 New: there is no value for 'size'$"):
        operations.variables(operation, {"id": "h1"})


def test_homes_that_cannot_be_removed_are_told(hasty: Desk) -> None:
    homes = Homes(Api(f"{hasty.url}/graphql", hasty.token("max")))
    id = homes.make().id
    stranger = Homes(Api(f"{hasty.url}/graphql", hasty.token("eve")))
    stranger.made.add(id)
    assert stranger.remove() == [id]
    assert homes.remove() == []


@pytest.mark.parametrize(
    ("endpoint", "token", "why"),
    [
        ("", SECRET, "ENDPOINT is missing: make probe ENDPOINT=https://…/graphql TOKEN=…"),
        ("DESK", "", "TOKEN is missing, a token that DESK takes: make probe ENDPOINT=https://…/graphql TOKEN=…"),
        ("ftp://a/graphql", SECRET, "ENDPOINT must be the address of a GraphQL API, https://…/graphql, not 'ftp://a/"),
        ("http://a:b@c/graphql", SECRET, "ENDPOINT must be the address of a GraphQL API"),
        ("http://a:99999/graphql", SECRET, "ENDPOINT must be the address of a GraphQL API"),
        ("DESK", "two\nlines", "TOKEN must be what goes into an Authorization header"),
        ("http://127.0.0.1:1/graphql", SECRET, "nothing answers at http://127.0.0.1:1/graphql: [Errno 111] Connection"),
        ("DESK", SECRET, "DESK does not take this TOKEN: UnauthorizedException: "),
        ("DESK/elsewhere", SECRET, "what answers at DESK/elsewhere is not this API: status 404, Not Found"),
    ],
)
def test_what_cannot_be_asked_is_told_in_a_sentence_and_nothing_is_written(
    hasty: Desk,
    endpoint: str,
    token: str,
    why: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    url = f"{hasty.url}/graphql"
    for name, value in {
        "ENDPOINT": endpoint.replace("DESK", url),
        "TOKEN": token,
        "OUT": str(tmp_path / "out"),
    }.items():
        monkeypatch.setenv(name, value)
    assert program.main() == 2
    said = capsys.readouterr()
    assert said.err.startswith(why.replace("DESK", url))
    assert said.err.count("\n") == 1
    assert SECRET not in said.err
    assert not (tmp_path / "out").exists()


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """An address that sends whoever asks on to another, and repeats what it was sent; at that other one nobody is."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = f"you sent {self.headers['authorization']}".encode()
            self.send_response(302)
            self.send_header("location", "http://127.0.0.1:1/stolen")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_token_is_sent_nowhere_but_to_the_endpoint_and_what_that_repeats_of_it_is_not_told(
    elsewhere: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"ENDPOINT": elsewhere, "TOKEN": SECRET}.items():
        monkeypatch.setenv(name, value)
    assert program.main() == 2
    why = f"what answers at {elsewhere} is not this API: status 302, you sent (the token)\n"
    assert capsys.readouterr().err == why


@pytest.mark.parametrize("text", ["", "x", "-1", "1e9", "99999"])
def test_a_wait_that_is_no_number_of_seconds_is_refused(text: str) -> None:
    with pytest.raises(NotAsked, match=rf"^WAIT must be a number of seconds up to 9999, not '{text}'$"):
        program.seconds(text)


def test_what_a_reader_sees_first_is_how_much_differs(run: Run) -> None:
    assert run.text.startswith(f"# Probe of {run.desk.url}/graphql, ")
    assert run.text.splitlines()[2].startswith(f"{len(run.findings)} answers, 1 not as the desk's; ")
