"""The pages `/trace` and `/trace/{id}`: their static files and their JSON."""

import json
import re
from typing import Any

import pytest

from local.trace import pages
from local.trace.model import Trace, Traces
from resolvers.runtime.publishing import USER_AGENT
from tests.local.server_fixture import LocalServer

QUERY = "query Me {\n  me { id }\n}"


@pytest.mark.parametrize(("name", "kind"), pages.FILES.items())
def test_a_file_of_the_page_has_its_media_type_and_is_revalidated(server: LocalServer, name: str, kind: str) -> None:
    response = server.http.get(f"/waterfall/{name}")
    assert response.headers["content-type"] == f"{kind}; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"
    assert response.text == (pages.FOLDER / name).read_text()


def test_only_the_files_of_the_folder_are_served(server: LocalServer) -> None:
    assert {file.name for file in pages.FOLDER.iterdir()} == {"index.html", *pages.FILES}
    for name in ("index.html", "..%2Ftraces.py", ""):
        assert server.http.get(f"/waterfall/{name}").status_code == 404


def test_the_page_loads_only_its_own_files() -> None:
    texts = {file.name: file.read_text() for file in pages.FOLDER.iterdir()}
    loaded = re.findall(r'(?:src|href)="/waterfall/([^"]+)"', texts["index.html"])
    imported = re.findall(r'from "\./([^"]+)"', "".join(texts.values()))
    assert {*loaded, *imported} == set(pages.FILES)
    assert not any("://" in text for text in texts.values())


def list_entry(server: LocalServer, id: str) -> dict[str, Any]:
    """Returns the list's entry of one request; the list may also have requests that publish changes of the stream."""
    (line,) = [line for line in server.http.get("/trace.json").json() if line["id"] == id]
    entry: dict[str, Any] = line
    return entry


def test_the_latest_request_is_listed_first(server: LocalServer) -> None:
    ids = [server.execute(QUERY).trace["id"] for _ in range(2)]
    lines = [line["id"] for line in server.http.get("/trace.json").json()]
    assert [id for id in lines if id in ids] == ids[::-1]


def test_the_list_has_a_summary_of_each_request(server: LocalServer) -> None:
    response = server.execute(QUERY)
    entry = list_entry(server, response.trace["id"])
    assert (entry["protocol"], entry["query"], entry["operation"]) == ("GraphQL", "query Me { me { id } }", None)
    assert (entry["status"], entry["errors"], entry["exceptions"], entry["findings"]) == (200, 0, 0, [])
    assert (entry["caller"], entry["isIntrospection"]) == ("ada (cognito)", False)
    assert entry["ms"] == response.trace["ms"]
    assert entry["calls"] == [[call["at"], call["ms"], False] for call in response.trace["dynamodb"]]
    assert entry["invocations"] == [[call["start"], call["ms"], False] for call in response.trace["resolvers"]]


def test_the_details_of_a_request_are_complete(server: LocalServer) -> None:
    response = server.execute('query($id: ID!) { user(id: $id) { id } property(id: "x") { id } }', id="grace")
    details = server.http.get(f"/trace/{response.trace['id']}.json").json()
    assert details.items() >= response.trace.items()
    assert details["variables"] == '{"id": "grace"}'
    assert sum(line["usd"] for line in details["bill"]) == details["usdPerMillion"]
    assert {line["price"]["source"].split("/")[2] for line in details["bill"]} == {"aws.amazon.com"}


def test_the_details_have_the_errors_of_the_request(server: LocalServer) -> None:
    response = server.execute('mutation { deleteProperty(id: "nope", expectedVersion: 1) }')
    details = server.http.get(f"/trace/{response.trace['id']}.json").json()
    assert details["errors"] == response.errors
    assert json.loads(details["response"]) == {name: response.body[name] for name in ("data", "errors")}
    assert details["responseCharacters"] == len(details["response"])


def test_introspection_is_marked_in_the_list(server: LocalServer) -> None:
    response = server.execute("{ __schema { queryType { name } } }")
    assert list_entry(server, response.trace["id"])["isIntrospection"] is True


def test_delete_clears_the_list_unless_another_origin_sends_it(own_server: LocalServer) -> None:
    id = own_server.execute(QUERY).trace["id"]
    foreign = own_server.http.delete("/trace", headers={"origin": "http://attacker.localhost:8000"})
    assert (foreign.status_code, list_entry(own_server, id)["id"]) == (403, id)
    own = own_server.http.delete("/trace", headers={"origin": own_server.url})
    assert (own.status_code, own_server.http.get("/trace.json").json()) == (204, [])
    assert own_server.http.get(f"/trace/{id}.json").status_code == 404


@pytest.mark.parametrize("path", ["/trace/unknown", "/trace/unknown.json"])
def test_an_unknown_id_is_answered_with_404(server: LocalServer, path: str) -> None:
    assert server.http.get(path).status_code == 404


def test_an_unauthenticated_request_has_no_trace(server: LocalServer) -> None:
    response = server.http.post("/graphql", json={"query": QUERY})
    assert response.status_code == 401
    assert response.headers["x-amzn-requestid"] not in server.http.get("/trace.json").text


@pytest.mark.parametrize("value", ["1e999", '"\\ud800"'])
def test_variables_that_json_or_utf8_cannot_encode_are_in_the_trace(server: LocalServer, value: str) -> None:
    body = f'{{"query": "{{ me {{ id }} }}", "variables": {{"x": {value}}}}}'.encode()
    answer = server.http.post("/graphql", content=body, headers={"authorization": server.token("ada")})
    response = server.http.get(f"/trace/{answer.headers['x-amzn-requestid']}.json")
    assert response.status_code == 200
    assert response.json()["variables"] in ('{"x": Infinity}', '{"x": "\\ud800"}')


def test_long_requests_reduce_the_number_of_stored_traces() -> None:
    traces = Traces()
    for n in range(30):
        traces.add(Trace(str(n), None, "{ me { id } }", {"x": "y" * 1_000_000}, "ada"))
    assert [trace.id for trace in traces.latest()] == [str(n) for n in range(29, 10, -1)]


def test_requests_signed_by_iam_have_traces_except_published_changes(server: LocalServer) -> None:
    query = b'{"query": "mutation { publishZipChange(input: {}) { zipCode } }"}'
    trace_ids = []
    for agent in ("curl", USER_AGENT):
        signed = server.iam.sign("POST", f"{server.url}/graphql", query)
        response = server.http.post("/graphql", content=query, headers={**signed, "user-agent": agent})
        trace_ids.append(server.http.get(f"/trace/{response.headers['x-amzn-requestid']}.json").status_code)
    assert trace_ids == [200, 404]
