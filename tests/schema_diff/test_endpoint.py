"""A GraphQL endpoint as a source: its schema by introspection, and each failure."""

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
from schema_diff.compare import compare
from schema_diff.sources import endpoint
from schema_diff.sources.files import DirectorySource
from schema_diff.sources.source import SCHEMA, UnreadableSource
from tests.local.server_fixture import LocalServer
from tests.local.test_server import free_port
from tests.schema_diff.comparisons import TODAY, schema_file, tree

SDL = "type Query { a: Int  b: Int }"
INTROSPECTION = json.dumps({"data": introspection_from_schema(build_schema(SDL), input_value_deprecation=False)})
DISABLED = json.dumps({"data": None, "errors": [{"message": "Validation error of type FieldUndefined: __schema"}]})

RequestHeaders = list[dict[str, str]]


@contextmanager
def run_endpoint(
    status: int, body: str, authority: trustme.CA | None = None, **headers: str
) -> Iterator[tuple[str, RequestHeaders]]:
    """Yields the URL of a server with one fixed response, and its requests' headers; uses TLS with an authority."""
    requests: RequestHeaders = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            requests.append({name.lower(): value for name, value in self.headers.items()})
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
        yield f"{scheme}://127.0.0.1:{server.server_address[1]}/graphql", requests
        server.shutdown()


def test_the_local_server_has_the_committed_schema(local_server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", local_server.token("ada"))
    report = compare(
        endpoint.introspect(f"{local_server.url}/graphql"), DirectorySource(ROOT), DirectorySource(ROOT), TODAY
    )
    assert report.findings == ()
    assert "introspection has no directives: access and subscription sources are not compared" in report.notices


def test_introspection_without_a_token_is_an_error_that_names_token(
    local_server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TOKEN", raising=False)
    with pytest.raises(UnreadableSource, match="401, the credential is missing or not accepted: set TOKEN"):
        endpoint.introspect(f"{local_server.url}/graphql")


def test_base_or_head_may_be_an_endpoint(tmp_path: Path) -> None:
    with run_endpoint(200, INTROSPECTION) as (url, _):
        grown, shrunk = schema_file("type Query { a: Int  b: Int  c: Int }"), schema_file("type Query { a: Int }")
        reports = [compare(endpoint.introspect(url), other, tree(tmp_path, {}), TODAY) for other in (grown, shrunk)]
        reverse = compare(grown, endpoint.introspect(url), tree(tmp_path, {}), TODAY)
    assert [[finding.change.id for finding in report.findings] for report in (*reports, reverse)] == [
        ["field-added:Query.c"],
        ["field-removed:Query.b"],
        ["field-removed:Query.c"],
    ]
    assert reverse.findings[0].change.line is None


def test_an_introspection_result_is_read_from_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dump, other = tmp_path / "schema.json", tmp_path / "new.graphql"
    other.write_text("type Query { a: Int }")
    for text in (INTROSPECTION, json.dumps(json.loads(INTROSPECTION)["data"])):
        dump.write_text(text)
        assert main([str(dump), str(other)], tree(tmp_path / "project", {}).root, TODAY) == 1
        assert "Query.b" in capsys.readouterr().out


def test_credentials_are_sent_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "t0ken")
    monkeypatch.setenv("API_KEY", "da2-key")
    with run_endpoint(200, INTROSPECTION) as (url, requests):
        endpoint.introspect(url)
    assert [(headers["authorization"], headers["x-api-key"]) for headers in requests] == [("t0ken", "da2-key")]


def test_a_redirect_is_not_followed_and_gets_no_credential(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "t0ken")
    with (
        run_endpoint(200, INTROSPECTION) as (target, requests),
        run_endpoint(307, "", location=target) as (url, _),
        pytest.raises(UnreadableSource, match="307, it redirects to another URL: use that one") as error,
    ):
        endpoint.introspect(url)
    assert requests == []
    assert "t0ken" not in str(error.value)


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (
            200,
            DISABLED,
            "the response has no schema; is introspection disabled\\? Error: Validation error of type FieldUndef",
        ),
        (200, '{"data": {}}', "the response has no schema; is introspection disabled\\? Error: none"),
        (200, "[]", "the response has no schema"),
        (200, "<html>", "the response is not JSON; is this a GraphQL endpoint\\?"),
        (200, '{"data": {"__schema": {"types": []}}}', "its schema has no types"),
        (200, '{"data": {"__schema": {"types": [{}]}}}', "its schema is invalid"),
        (200, '{"data": {"__schema": 3}}', "its schema is invalid"),
        (403, "{}", "403, the credential is missing or not accepted: set TOKEN \\(Authorization\\) or API_KEY"),
        (404, "", "404 Not Found"),
        (500, "", "500 Internal Server Error"),
    ],
)
def test_the_error_of_an_endpoint_without_a_schema_has_its_url(status: int, body: str, message: str) -> None:
    with run_endpoint(status, body) as (url, _), pytest.raises(UnreadableSource, match=rf"^{url}: {message}"):
        endpoint.introspect(url)


@pytest.mark.parametrize(
    "address", [lambda: f"http://127.0.0.1:{free_port()}/graphql", lambda: "http://x.invalid/", lambda: "http://"]
)
def test_the_error_of_an_unreachable_endpoint_has_its_url(address: Callable[[], str]) -> None:
    url = address()
    with pytest.raises(UnreadableSource, match=f"^{url} does not answer: "):
        endpoint.introspect(url)


def test_the_error_of_an_endpoint_without_http_has_its_url() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"

        def send_non_http_bytes() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"220 mail\r\n\r\n")

        threading.Thread(target=send_non_http_bytes, daemon=True).start()
        with pytest.raises(UnreadableSource, match=f"^{url} does not answer: "):
            endpoint.introspect(url)


def test_only_the_schema_of_an_endpoint_is_compared(tmp_path: Path) -> None:
    with run_endpoint(200, INTROSPECTION) as (url, _):
        head = tree(tmp_path, {SCHEMA: SDL, "openapi.yaml": "openapi: 3.0.0"})
        assert compare(endpoint.introspect(url), head, head, TODAY).findings == ()


def test_the_certificate_authority_in_ca_file_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with run_endpoint(200, INTROSPECTION, authority) as (url, requests):
        with pytest.raises(UnreadableSource, match="CERTIFICATE_VERIFY_FAILED"):
            endpoint.introspect(url)
        monkeypatch.setenv("CA_FILE", str(tmp_path / "ca.pem"))
        assert endpoint.introspect(url).lacks_directives
    assert len(requests) == 1
