"""A running endpoint as a side: the desk's own schema by introspection, and every way in which there is none."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme
from graphql import build_schema, introspection_from_schema

from local.paths import ROOT
from schema_diff.__main__ import main
from schema_diff.compare import compared
from schema_diff.sources import endpoint
from schema_diff.sources.files import Folder
from schema_diff.sources.source import SCHEMA, NotReadable
from tests.local.server_fixture import Desk
from tests.local.test_server import free_port
from tests.schema_diff.helpers import TODAY, alone, tree

SDL = "type Query { a: Int  b: Int }"
TOLD = json.dumps({"data": introspection_from_schema(build_schema(SDL), input_value_deprecation=False)})
DISABLED = json.dumps({"data": None, "errors": [{"message": "Validation error of type FieldUndefined: __schema"}]})

Asked = list[dict[str, str]]


@contextmanager
def answering(
    status: int, body: str, authority: trustme.CA | None = None, **headers: str
) -> Iterator[tuple[str, Asked]]:
    """The address of a server that answers so, over TLS if an authority certifies it, and the headers of requests."""
    asked: Asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append({name.lower(): value for name, value in self.headers.items()})
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if authority:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert("127.0.0.1").configure_cert(context)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        scheme = "https" if authority else "http"
        yield f"{scheme}://127.0.0.1:{server.server_address[1]}/graphql", asked
        server.shutdown()


def test_the_desk_tells_the_schema_that_is_committed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", desk.token("ada"))
    told = compared(endpoint.side(f"{desk.url}/graphql"), Folder(ROOT), Folder(ROOT), TODAY)
    assert told.findings == ()
    assert "introspection tells no directives: who may call and what is followed is not compared" in told.notices


def test_without_a_token_the_desk_tells_nothing_and_it_says_what_to_set(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TOKEN", raising=False)
    with pytest.raises(NotReadable, match="401, it wants another credential: set TOKEN"):
        endpoint.side(f"{desk.url}/graphql")


def test_either_side_may_be_an_endpoint(tmp_path: Path) -> None:
    with answering(200, TOLD) as (url, _):
        grown, shrunk = alone("type Query { a: Int  b: Int  c: Int }"), alone("type Query { a: Int }")
        told = [compared(endpoint.side(url), other, tree(tmp_path, {}), TODAY) for other in (grown, shrunk)]
        back = compared(grown, endpoint.side(url), tree(tmp_path, {}), TODAY)
    assert [[one.change.id for one in report.findings] for report in (*told, back)] == [
        ["field-added:Query.c"],
        ["field-removed:Query.b"],
        ["field-removed:Query.c"],
    ]
    assert back.findings[0].change.line is None


def test_a_dump_of_introspection_is_read_from_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dump, other = tmp_path / "schema.json", tmp_path / "new.graphql"
    other.write_text("type Query { a: Int }")
    for text in (TOLD, json.dumps(json.loads(TOLD)["data"])):
        dump.write_text(text)
        assert main([str(dump), str(other)], tree(tmp_path / "project", {}).root, TODAY) == 1
        assert "Query.b" in capsys.readouterr().out


def test_credentials_are_sent_as_they_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "t0ken")
    monkeypatch.setenv("API_KEY", "da2-key")
    with answering(200, TOLD) as (url, asked):
        endpoint.side(url)
    assert [(one["authorization"], one["x-api-key"]) for one in asked] == [("t0ken", "da2-key")]


def test_a_redirect_is_not_followed_and_carries_no_credential_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "t0ken")
    with (
        answering(200, TOLD) as (elsewhere, asked),
        answering(307, "", location=elsewhere) as (url, _),
        pytest.raises(NotReadable, match="307, it redirects to another address: name that") as refused,
    ):
        endpoint.side(url)
    assert asked == []
    assert "t0ken" not in str(refused.value)


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (
            200,
            DISABLED,
            "it tells no schema; is introspection disabled\\? It says: Validation error of type FieldUndef",
        ),
        (200, '{"data": {}}', "it tells no schema; is introspection disabled\\? It says: nothing of errors"),
        (200, "[]", "it tells no schema"),
        (200, "<html>", "the answer is no JSON; is this a GraphQL endpoint\\?"),
        (200, '{"data": {"__schema": {"types": []}}}', "the schema that it tells has no types"),
        (200, '{"data": {"__schema": {"types": [{}]}}}', "the schema that it tells does not hold together"),
        (200, '{"data": {"__schema": 3}}', "the schema that it tells does not hold together"),
        (403, "{}", "403, it wants another credential: set TOKEN \\(Authorization\\) or API_KEY"),
        (404, "", "404 Not Found"),
        (500, "", "500 Internal Server Error"),
    ],
)
def test_an_endpoint_that_tells_no_schema_is_refused_by_name(status: int, body: str, why: str) -> None:
    with answering(status, body) as (url, _), pytest.raises(NotReadable, match=rf"^{url}: {why}"):
        endpoint.side(url)


@pytest.mark.parametrize(
    "address", [lambda: f"http://127.0.0.1:{free_port()}/graphql", lambda: "http://x.invalid/", lambda: "http://"]
)
def test_an_endpoint_that_does_not_answer_is_refused_by_name(address: Callable[[], str]) -> None:
    url = address()
    with pytest.raises(NotReadable, match=f"^{url} does not answer: "):
        endpoint.side(url)


def test_one_that_speaks_no_http_is_refused_by_name() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"

        def babble() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"220 mail\r\n\r\n")

        threading.Thread(target=babble, daemon=True).start()
        with pytest.raises(NotReadable, match=f"^{url} does not answer: "):
            endpoint.side(url)


def test_the_schema_of_an_endpoint_is_compared_and_no_other_contract(tmp_path: Path) -> None:
    with answering(200, TOLD) as (url, _):
        head = tree(tmp_path, {SCHEMA: SDL, "openapi.yaml": "openapi: 3.0.0"})
        assert compared(endpoint.side(url), head, head, TODAY).findings == ()


def test_an_authority_of_this_machine_is_trusted_if_the_environment_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with answering(200, TOLD, authority) as (url, asked):
        with pytest.raises(NotReadable, match="CERTIFICATE_VERIFY_FAILED"):
            endpoint.side(url)
        monkeypatch.setenv("CA_FILE", str(tmp_path / "ca.pem"))
        assert endpoint.side(url).silent
    assert len(asked) == 1
