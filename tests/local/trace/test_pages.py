"""The pages `/trace` and `/trace/{id}`: what they are made of, and the JSON that they draw."""

import re
from typing import Any

import pytest

from local.trace import pages
from local.trace.model import Trace, Traces
from resolvers.runtime.publishing import AGENT
from tests.local.server_fixture import Desk

QUERY = "query Me {\n  me { id }\n}"


@pytest.mark.parametrize(("name", "kind"), pages.FILES.items())
def test_a_file_of_the_page_has_its_kind_and_is_never_stale(desk: Desk, name: str, kind: str) -> None:
    answer = desk.http.get(f"/waterfall/{name}")
    assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.text == (pages.FOLDER / name).read_text()


def test_every_file_of_the_folder_is_served_and_no_other(desk: Desk) -> None:
    assert {file.name for file in pages.FOLDER.iterdir()} == {"index.html", *pages.FILES}
    for name in ("index.html", "..%2Ftraces.py", ""):
        assert desk.http.get(f"/waterfall/{name}").status_code == 404


def test_the_page_loads_its_own_files_and_nothing_from_elsewhere() -> None:
    texts = {file.name: file.read_text() for file in pages.FOLDER.iterdir()}
    loaded = re.findall(r'(?:src|href)="/waterfall/([^"]+)"', texts["index.html"])
    imported = re.findall(r'from "\./([^"]+)"', "".join(texts.values()))
    assert {*loaded, *imported} == set(pages.FILES)
    assert not any("://" in text for text in texts.values())


def listed(desk: Desk, id: str) -> dict[str, Any]:
    """The line of one request; changes that the stream tells of are requests as well, and stand between."""
    (line,) = [line for line in desk.http.get("/trace.json").json() if line["id"] == id]
    found: dict[str, Any] = line
    return found


def test_the_latest_request_is_listed_first(desk: Desk) -> None:
    ids = [desk.ask(QUERY).trace["id"] for _ in range(2)]
    lines = [line["id"] for line in desk.http.get("/trace.json").json()]
    assert [id for id in lines if id in ids] == ids[::-1]


def test_of_each_request_the_list_tells_a_line(desk: Desk) -> None:
    answer = desk.ask(QUERY)
    of = listed(desk, answer.trace["id"])
    assert (of["query"], of["operation"], of["errors"], of["findings"]) == ("query Me { me { id } }", None, 0, [])
    assert of["asker"] == "ada (cognito)"
    assert of["ms"] == answer.trace["ms"]
    assert of["calls"] == [[one["at"], one["ms"]] for one in answer.trace["dynamodb"]]
    assert of["invocations"] == [[one["began"], one["ms"]] for one in answer.trace["resolvers"]]


def test_of_one_request_all_is_told(desk: Desk) -> None:
    answer = desk.ask('query($id: ID!) { user(id: $id) { id } property(id: "x") { id } }', id="grace")
    told = desk.http.get(f"/trace/{answer.trace['id']}.json").json()
    assert told.items() >= answer.trace.items()
    assert told["variables"] == '{"id": "grace"}'
    assert sum(line["usd"] for line in told["bill"]) == told["usdForAMillion"]
    assert {line["price"]["source"].split("/")[2] for line in told["bill"]} == {"aws.amazon.com"}


def test_the_errors_of_a_request_are_told(desk: Desk) -> None:
    answer = desk.ask('mutation { deleteProperty(id: "nope", expectedVersion: 1) }')
    told = desk.http.get(f"/trace/{answer.trace['id']}.json").json()
    assert told["errors"] == answer.errors


@pytest.mark.parametrize("path", ["/trace/unknown", "/trace/unknown.json"])
def test_a_request_that_is_not_known_is_not_found(desk: Desk, path: str) -> None:
    assert desk.http.get(path).status_code == 404


def test_a_refused_request_is_not_among_them(desk: Desk) -> None:
    refused = desk.http.post("/graphql", json={"query": QUERY})
    assert refused.status_code == 401
    assert refused.headers["x-amzn-requestid"] not in desk.http.get("/trace.json").text


@pytest.mark.parametrize("value", ["1e999", '"\\ud800"'])
def test_what_json_or_utf8_cannot_hold_is_still_told_in_a_trace(desk: Desk, value: str) -> None:
    body = f'{{"query": "{{ me {{ id }} }}", "variables": {{"x": {value}}}}}'.encode()
    answer = desk.http.post("/graphql", content=body, headers={"authorization": desk.token("ada")})
    told = desk.http.get(f"/trace/{answer.headers['x-amzn-requestid']}.json")
    assert told.status_code == 200
    assert told.json()["variables"] in ('{"x": Infinity}', '{"x": "\\ud800"}')


def test_requests_that_are_long_leave_room_for_fewer() -> None:
    kept = Traces()
    for n in range(30):
        kept.add(Trace(str(n), None, "{ me { id } }", {"x": "y" * 1_000_000}, "ada"))
    assert [trace.id for trace in kept.latest()] == [str(n) for n in range(29, 10, -1)]


def test_what_the_backend_asks_by_itself_is_kept_and_what_it_publishes_is_not(desk: Desk) -> None:
    query = b'{"query": "mutation { publishZipChange(input: {}) { zipCode } }"}'
    kept = []
    for agent in ("curl", AGENT):
        signed = desk.iam.sign("POST", f"{desk.url}/graphql", query)
        answer = desk.http.post("/graphql", content=query, headers={**signed, "user-agent": agent})
        kept.append(desk.http.get(f"/trace/{answer.headers['x-amzn-requestid']}.json").status_code)
    assert kept == [200, 404]
