"""Tokens of the running local server: the requests that POST /token accepts and rejects, and its command."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.auth.issuer import Issuer
from local.auth.request import Unauthorized
from local.cli import token
from local.paths import ROOT
from tests.local.external_issuer import claims, served

OURS = Issuer("http://localhost:8000")
Form = dict[str, str]


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    with served(OURS.routes()) as address:
        yield address


@pytest.fixture
def unused_port() -> Iterator[str]:
    """A port on which no server listens, bound so that no other process can use it."""
    with closing(socket.socket()) as sock:
        sock.bind(("127.0.0.1", 0))
        yield str(sock.getsockname()[1])


def post_token(server_url: str, **request: Any) -> httpx.Response:
    return httpx.post(f"{server_url}/token", timeout=60, **request)


def claims_of(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200
    return claims(OURS, response.json()["access_token"])


def test_the_response_has_an_access_and_an_id_token_and_is_not_cached(server_url: str) -> None:
    response = post_token(server_url, json={"user": "ada"})
    token = response.json()["access_token"]
    assert response.json() == {
        "access_token": token,
        "id_token": token,
        "token_type": "Bearer",
        "expires_in": 3600,
    }
    assert response.headers["cache-control"] == "no-store"


def test_a_request_may_be_json(server_url: str) -> None:
    fields = {"user": "ada", "groups": ["admins"], "name": "Ada", "email": "a@b.c", "seconds": 60}
    token_claims = claims_of(post_token(server_url, json=fields))
    assert (token_claims["sub"], token_claims["name"], token_claims["email"]) == ("ada", "Ada", "a@b.c")
    assert token_claims["cognito:groups"] == ["admins"]
    assert token_claims["exp"] - token_claims["iat"] == 60


def test_a_request_may_be_a_form(server_url: str) -> None:
    token_claims = claims_of(post_token(server_url, data={"user": "ada l", "groups": "admins, staff", "seconds": "60"}))
    assert token_claims["sub"] == "ada l"
    assert token_claims["cognito:groups"] == ["admins", "staff"]
    assert token_claims["exp"] - token_claims["iat"] == 60


def test_a_form_may_repeat_its_groups(server_url: str) -> None:
    token_claims = claims_of(post_token(server_url, content="user=ada&groups=admins&groups=staff"))
    assert token_claims["cognito:groups"] == ["admins", "staff"]


def test_json_is_accepted_with_any_content_type(server_url: str) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert claims_of(post_token(server_url, content='{"user": "ada"}', headers=form))["sub"] == "ada"


def test_kind_oidc_gives_a_token_of_the_oidc_issuer(server_url: str) -> None:
    assert claims_of(post_token(server_url, json={"user": "ada", "kind": "oidc"}))["iss"] == f"{OURS.url}/oidc"


def test_an_access_token_has_no_id_token_beside_it(server_url: str) -> None:
    response = post_token(server_url, json={"user": "ada", "use": "access"})
    assert claims_of(response)["token_use"] == "access"
    assert "id_token" not in response.json()


def test_an_empty_or_null_field_counts_as_absent(server_url: str) -> None:
    fields = {"user": "ada", "groups": " ,", "name": "", "email": None, "seconds": None, "kind": "", "use": ""}
    token_claims = claims_of(post_token(server_url, json=fields))
    assert not {"cognito:groups", "name", "email"} & set(token_claims)
    assert token_claims["exp"] - token_claims["iat"] == 3600


def test_negative_seconds_give_an_expired_token(server_url: str) -> None:
    token = post_token(server_url, json={"user": "ada", "seconds": -60}).json()["access_token"]
    with pytest.raises(Unauthorized, match=r"Token has expired\."):
        claims(OURS, token)


SECONDS = "seconds must be a whole number from -86,400 to 86,400"
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "user is missing"),
    ({"user": ""}, "user is missing"),
    ({"user": "x" * 129}, "user must be 1 to 128 printable characters"),
    ({"user": 7}, "user must be 1 to 128 printable characters"),
    ({"user": "a\nb"}, "user must be 1 to 128 printable characters"),
    ({"user": "ada", "groups": 7}, "groups must be a list of names, or names with commas between"),
    ({"user": "ada", "groups": [7]}, "groups must be 1 to 128 printable characters"),
    ({"user": "ada", "name": ["Ada"]}, "name must be 1 to 2,048 printable characters"),
    ({"user": "ada", "email": "x" * 2049}, "email must be 1 to 2,048 printable characters"),
    ({"user": "ada", "kind": "saml"}, "kind must be cognito or oidc"),
    ({"user": "ada", "kind": ["oidc"]}, "kind must be cognito or oidc"),
    ({"user": "ada", "use": "refresh"}, "use must be id or access"),
    ({"user": "ada", "seconds": 86_401}, SECONDS),
    ({"user": "ada", "seconds": -86_401}, SECONDS),
    ({"user": "ada", "seconds": "soon"}, SECONDS),
    ({"user": "ada", "seconds": 1.5}, SECONDS),
    ({"user": "ada", "seconds": True}, SECONDS),
]


@pytest.mark.parametrize(("fields", "why"), REFUSED)
def test_an_invalid_field_is_rejected_with_its_name(server_url: str, fields: dict[str, Any], why: str) -> None:
    response = post_token(server_url, json=fields)
    assert response.status_code == 400
    assert response.json() == {"error": "invalid_request", "error_description": why}


@pytest.mark.parametrize("body", [b'{"user": ', b'{"user": "\xff"}', b'{"a":' * 50_000], ids=["cut", "bytes", "deep"])
def test_invalid_json_is_rejected(server_url: str, body: bytes) -> None:
    response = post_token(server_url, content=body)
    assert response.status_code == 400
    assert response.json()["error_description"] == "the body is no JSON object and no form"


def test_a_user_of_the_maximum_length_is_accepted(server_url: str) -> None:
    assert claims_of(post_token(server_url, json={"user": "x" * 128}))["sub"] == "x" * 128


def test_get_is_not_allowed(server_url: str) -> None:
    assert httpx.get(f"{server_url}/token", timeout=60).status_code == 405


def port(address: str) -> str:
    return address.rpartition(":")[2]


def test_the_command_prints_only_the_token(server_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert token.main(["--user", "eve", "--groups", "admins,staff", "--port", port(server_url)]) == 0
    printed = capsys.readouterr()
    token_claims = claims(OURS, printed.out.removesuffix("\n"))
    assert (token_claims["sub"], token_claims["cognito:groups"]) == ("eve", ["admins", "staff"])
    assert printed.err == ""


def test_the_command_sends_every_claim(server_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    token.main(["--name", "Ada L", "--email", "a@b.c", "--seconds", "60", "--port", port(server_url)])
    token_claims = claims(OURS, capsys.readouterr().out.strip())
    assert (token_claims["sub"], token_claims["name"], token_claims["email"]) == ("ada", "Ada L", "a@b.c")
    assert token_claims["exp"] - token_claims["iat"] == 60


def test_the_command_sends_kind_and_use(server_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    token.main(["--kind", "oidc", "--use", "access", "--name", "Ada", "--port", port(server_url)])
    token_claims = claims(OURS, capsys.readouterr().out.strip())
    assert (token_claims["iss"], token_claims.get("name")) == (f"{OURS.url}/oidc", None)


@pytest.mark.process
def test_the_command_reads_the_port_from_the_environment(server_url: str) -> None:
    command = [sys.executable, "-m", "local.cli.token"]
    process = subprocess.run(command, cwd=ROOT, env={"PORT": port(server_url)}, capture_output=True, text=True)
    assert (process.returncode, process.stderr) == (0, "")
    assert claims(OURS, process.stdout.splitlines()[-1])["sub"] == "ada"


def test_the_command_uses_no_proxy(
    server_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert token.main(["--port", port(server_url)]) == 0
    assert claims(OURS, capsys.readouterr().out.strip())["sub"] == "ada"


def test_the_error_without_a_server_says_how_to_start_one(unused_port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert token.main(["--port", unused_port]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert (
        printed.err == f"no server listens on port {unused_port}: start it with `make run`, or set PORT to its port\n"
    )


def test_the_command_prints_the_error_of_the_server(server_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert token.main(["--user", "", "--port", port(server_url)]) == 1
    assert capsys.readouterr() == ("", "user is missing\n")


@pytest.mark.parametrize("answer", [Response(status_code=404), Response("hello"), JSONResponse([]), JSONResponse({})])
def test_another_server_is_not_taken_for_the_local_server(answer: Response, capsys: pytest.CaptureFixture[str]) -> None:
    async def anything(_: Request) -> Response:
        return answer

    with served([Route("/token", anything, methods=["POST"])]) as address:
        assert token.main(["--port", port(address)]) == 1
    message = (
        f"the server on port {port(address)} is not the local server: start it with `make run`, or set PORT to its port"
    )
    assert capsys.readouterr() == ("", f"{message}\n")


def test_the_command_has_a_help_text(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        token.main(["--help"])
    assert ended.value.code == 0
    assert "--groups" in capsys.readouterr().out
