"""Tokens of the running desk: what POST /token takes and refuses, and the command that asks it."""

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
def desk() -> Iterator[str]:
    with served(OURS.routes()) as address:
        yield address


@pytest.fixture
def no_desk() -> Iterator[str]:
    """A port where nobody listens, held so that nobody else comes to."""
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        yield str(held.getsockname()[1])


def asked(desk: str, **request: Any) -> httpx.Response:
    return httpx.post(f"{desk}/token", timeout=60, **request)


def claims_of(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200
    return claims(OURS, response.json()["access_token"])


def test_a_token_is_both_access_and_id_token_and_is_kept_by_no_cache(desk: str) -> None:
    response = asked(desk, json={"user": "ada"})
    token = response.json()["access_token"]
    assert response.json() == {
        "access_token": token,
        "id_token": token,
        "token_type": "Bearer",
        "expires_in": 3600,
    }
    assert response.headers["cache-control"] == "no-store"


def test_a_token_is_asked_for_in_json(desk: str) -> None:
    fields = {"user": "ada", "groups": ["admins"], "name": "Ada", "email": "a@b.c", "seconds": 60}
    found = claims_of(asked(desk, json=fields))
    assert (found["sub"], found["name"], found["email"]) == ("ada", "Ada", "a@b.c")
    assert found["cognito:groups"] == ["admins"]
    assert found["exp"] - found["iat"] == 60


def test_a_token_is_asked_for_with_a_form(desk: str) -> None:
    found = claims_of(asked(desk, data={"user": "ada l", "groups": "admins, staff", "seconds": "60"}))
    assert found["sub"] == "ada l"
    assert found["cognito:groups"] == ["admins", "staff"]
    assert found["exp"] - found["iat"] == 60


def test_a_form_may_repeat_its_groups(desk: str) -> None:
    found = claims_of(asked(desk, content="user=ada&groups=admins&groups=staff"))
    assert found["cognito:groups"] == ["admins", "staff"]


def test_json_is_json_whatever_its_content_type_says(desk: str) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert claims_of(asked(desk, content='{"user": "ada"}', headers=form))["sub"] == "ada"


def test_a_token_may_be_as_another_issuers(desk: str) -> None:
    assert claims_of(asked(desk, json={"user": "ada", "kind": "oidc"}))["iss"] == f"{OURS.url}/oidc"


def test_an_access_token_is_no_id_token(desk: str) -> None:
    response = asked(desk, json={"user": "ada", "use": "access"})
    assert claims_of(response)["token_use"] == "access"
    assert "id_token" not in response.json()


def test_what_is_empty_or_null_counts_as_not_given(desk: str) -> None:
    fields = {"user": "ada", "groups": " ,", "name": "", "email": None, "seconds": None, "kind": "", "use": ""}
    found = claims_of(asked(desk, json=fields))
    assert not {"cognito:groups", "name", "email"} & set(found)
    assert found["exp"] - found["iat"] == 3600


def test_a_token_can_be_asked_for_that_has_expired(desk: str) -> None:
    token = asked(desk, json={"user": "ada", "seconds": -60}).json()["access_token"]
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
def test_a_bad_field_is_refused_by_its_name(desk: str, fields: dict[str, Any], why: str) -> None:
    response = asked(desk, json=fields)
    assert response.status_code == 400
    assert response.json() == {"error": "invalid_request", "error_description": why}


@pytest.mark.parametrize("body", [b'{"user": ', b'{"user": "\xff"}', b'{"a":' * 50_000], ids=["cut", "bytes", "deep"])
def test_broken_json_is_refused(desk: str, body: bytes) -> None:
    response = asked(desk, content=body)
    assert response.status_code == 400
    assert response.json()["error_description"] == "the body is no JSON object and no form"


def test_the_longest_user_is_taken(desk: str) -> None:
    assert claims_of(asked(desk, json={"user": "x" * 128}))["sub"] == "x" * 128


def test_a_token_is_not_to_be_had_by_get(desk: str) -> None:
    assert httpx.get(f"{desk}/token", timeout=60).status_code == 405


def port(address: str) -> str:
    return address.rpartition(":")[2]


def test_the_command_prints_the_bare_token_and_nothing_else(desk: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert token.main(["--user", "eve", "--groups", "admins,staff", "--port", port(desk)]) == 0
    printed = capsys.readouterr()
    found = claims(OURS, printed.out.removesuffix("\n"))
    assert (found["sub"], found["cognito:groups"]) == ("eve", ["admins", "staff"])
    assert printed.err == ""


def test_the_command_passes_on_all_that_a_token_can_say(desk: str, capsys: pytest.CaptureFixture[str]) -> None:
    token.main(["--name", "Ada L", "--email", "a@b.c", "--seconds", "60", "--port", port(desk)])
    found = claims(OURS, capsys.readouterr().out.strip())
    assert (found["sub"], found["name"], found["email"]) == ("ada", "Ada L", "a@b.c")
    assert found["exp"] - found["iat"] == 60


def test_the_command_asks_for_each_kind_and_use(desk: str, capsys: pytest.CaptureFixture[str]) -> None:
    token.main(["--kind", "oidc", "--use", "access", "--name", "Ada", "--port", port(desk)])
    found = claims(OURS, capsys.readouterr().out.strip())
    assert (found["iss"], found.get("name")) == (f"{OURS.url}/oidc", None)


@pytest.mark.process
def test_the_command_finds_the_desk_by_its_port_in_the_environment(desk: str) -> None:
    command = [sys.executable, "-m", "local.cli.token"]
    done = subprocess.run(command, cwd=ROOT, env={"PORT": port(desk)}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert claims(OURS, done.stdout.splitlines()[-1])["sub"] == "ada"


def test_the_command_asks_no_proxy(
    desk: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert token.main(["--port", port(desk)]) == 0
    assert claims(OURS, capsys.readouterr().out.strip())["sub"] == "ada"


def test_without_a_desk_the_command_says_how_to_start_one(no_desk: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert token.main(["--port", no_desk]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == f"no desk answers at port {no_desk}: start it with `make run`, or set PORT to its port\n"


def test_the_command_passes_on_what_the_desk_refuses(desk: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert token.main(["--user", "", "--port", port(desk)]) == 1
    assert capsys.readouterr() == ("", "user is missing\n")


@pytest.mark.parametrize("answer", [Response(status_code=404), Response("hello"), JSONResponse([]), JSONResponse({})])
def test_another_server_is_not_taken_for_the_desk(answer: Response, capsys: pytest.CaptureFixture[str]) -> None:
    async def anything(_: Request) -> Response:
        return answer

    with served([Route("/token", anything, methods=["POST"])]) as address:
        assert token.main(["--port", port(address)]) == 1
    said = f"what answers at port {port(address)} is not the desk: start that with `make run`, or set PORT to its port"
    assert capsys.readouterr() == ("", f"{said}\n")


def test_the_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        token.main(["--help"])
    assert ended.value.code == 0
    assert "--groups" in capsys.readouterr().out
