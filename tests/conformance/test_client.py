"""The client sends the token to the endpoint only, and trusts a CA file in addition to the system's CAs."""

import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from conformance import __main__ as program
from conformance.client import ApiClient, ConformanceError
from local.paths import ROOT


class EchoHandler(BaseHTTPRequestHandler):
    """Redirects each request to another address, with the Authorization header in the body."""

    def do_POST(self) -> None:
        body = f"authorization: {self.headers['authorization']}".encode()
        self.send_response(302)
        self.send_header("location", "http://127.0.0.1:1/other")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def echo_server(context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Runs a server with EchoHandler and returns its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), EchoHandler) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_a_redirect_is_not_followed_and_a_repeated_token_is_not_printed(
    token: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with echo_server() as port:
        monkeypatch.setenv("ENDPOINT", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("TOKEN", token)
        assert program.main() == 2
    message = f"http://127.0.0.1:{port} is not this API: status 302, authorization: (the token)\n"
    assert capsys.readouterr().err == message


def test_a_ca_file_is_trusted_and_without_it_the_certificate_is_refused(token: str, tmp_path: Path) -> None:
    authority, ca_file = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with echo_server(context) as port:
        endpoint = f"https://127.0.0.1:{port}/graphql"
        assert "CERTIFICATE_VERIFY_FAILED" in ApiClient(endpoint, token).execute("{ me { id } }").body
        assert ApiClient(endpoint, token, str(ca_file)).execute("{ me { id } }").status == 302


def test_make_probe_with_tls_trusts_the_local_servers_authority() -> None:
    command = ["make", "--dry-run", "probe", "TLS=1"]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert output.splitlines()[-1] == "CA_FILE=.cache/tls/ca.pem .venv/bin/python -m conformance"


@pytest.mark.parametrize(
    ("endpoint", "token", "message"),
    [
        ("http://a:b@c/graphql", "t", "ENDPOINT must be the address of a GraphQL API, "),
        ("http://a:99999/graphql", "t", "ENDPOINT must be the address of a GraphQL API, "),
        ("https://a/graphql", "two\nlines", "TOKEN must be a value for the Authorization header: "),
    ],
)
def test_an_invalid_endpoint_or_token_is_refused(endpoint: str, token: str, message: str) -> None:
    with pytest.raises(ConformanceError, match=f"^{message}"):
        ApiClient(endpoint, token)


def test_a_ca_file_that_is_missing_or_has_no_certificate_is_refused(token: str, tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    for file in (tmp_path / "missing.pem", empty):
        with pytest.raises(ConformanceError, match=f"^CA_FILE must be a PEM file of certificates: {file}: "):
            ApiClient("https://a/graphql", token, str(file))


@pytest.mark.parametrize(
    ("endpoint", "realtime_url"),
    [
        (
            "https://abcdefghijklmnopqrstuvwxyz.appsync-api.us-east-1.amazonaws.com/graphql",
            "wss://abcdefghijklmnopqrstuvwxyz.appsync-realtime-api.us-east-1.amazonaws.com/graphql",
        ),
        ("https://api.example.com/graphql", "wss://api.example.com/graphql/realtime"),
        ("http://localhost:8000/graphql", "ws://localhost:8000/graphql/realtime"),
    ],
)
def test_the_real_time_address_follows_from_the_endpoint_as_aws_documents(
    endpoint: str, realtime_url: str, token: str
) -> None:
    assert ApiClient(endpoint, token).realtime_url == realtime_url
