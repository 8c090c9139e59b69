"""SigV4 signatures: which of them are accepted, and the identity of the caller."""

import asyncio
import hashlib
import json
import stat
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from starlette.applications import Starlette

from local.auth.request import AuthRequest, Unauthorized
from local.auth.sigv4 import SigV4Credentials
from local.aws import ACCOUNT_ID, REGION

OURS = SigV4Credentials()
URL = "http://localhost:8000/graphql"
BODY = b'{"query": "{ me { id } }"}'
JSON = {"content-type": "application/json", "accept": "*/*"}


class Late(SigV4Auth):
    """A signer whose clock is off by some seconds."""

    seconds = 0

    def _modify_request_before_signing(self, request: AWSRequest) -> None:
        at = datetime.now(UTC) - timedelta(seconds=self.seconds)
        request.context["timestamp"] = at.strftime(SIGV4_TIMESTAMP)
        super()._modify_request_before_signing(request)  # type: ignore[misc]


def signed(
    by: Credentials = OURS.credentials,
    service: str = "appsync",
    region: str = REGION,
    seconds: int = 0,
    method: str = "POST",
    url: str = URL,
    headers: Mapping[str, str] = JSON,
) -> AuthRequest:
    """Returns a request that botocore signed, as the local server receives it."""
    request = AWSRequest(method, url, headers={"Host": "localhost:8000", **headers}, data=BODY)
    signer = Late(by, service, region)
    signer.seconds = seconds
    signer.add_auth(request)
    path, _, query = url.removeprefix("http://localhost:8000").partition("?")
    lower_headers = {name.lower(): text for name, text in request.headers.items()}
    return AuthRequest(method, path, query, lower_headers, BODY, ["::1"])


def with_headers(request: AuthRequest, **headers: str | list[str] | None) -> AuthRequest:
    """Returns a copy of a request with other headers, without those that are None."""
    changed = {**request.headers, **{name.replace("_", "-"): value for name, value in headers.items() if value}}
    removed_headers = {name.replace("_", "-") for name, value in headers.items() if value is None}
    return replace(request, headers={name: value for name, value in changed.items() if name not in removed_headers})


def signing_less(header: str) -> AuthRequest:
    """Returns a request whose signature does not list a header in SignedHeaders."""
    request = signed()
    authorization = str(request.headers["authorization"]).replace(f"{header};", "").replace(f";{header}", "")
    return with_headers(request, authorization=authorization)


BAD: dict[str, Callable[[], AuthRequest]] = {
    "of other credentials": lambda: signed(SigV4Credentials().credentials),
    "of another secret": lambda: signed(Credentials(OURS.credentials.access_key, "x" * 40, OURS.credentials.token)),
    "of another token": lambda: signed(Credentials(OURS.credentials.access_key, OURS.credentials.secret_key, "other")),
    "without the token": lambda: signed(Credentials(OURS.credentials.access_key, OURS.credentials.secret_key)),
    "for another service": lambda: signed(service="execute-api"),
    "for another region": lambda: signed(region="eu-west-1"),
    "six minutes old": lambda: signed(seconds=360),
    "six minutes ahead": lambda: signed(seconds=-360),
    "over another body": lambda: replace(signed(), body=BODY + b" "),
    "over another method": lambda: replace(signed(), method="GET"),
    "over another path": lambda: replace(signed(), path="/graphql/connect"),
    "over another query": lambda: replace(signed(), query="query=x"),
    "over another host": lambda: with_headers(signed(), host="example.com"),
    "over a header sent twice since": lambda: with_headers(signed(), accept=["*/*", "*/*"]),
    "over a header that is not there": lambda: with_headers(signed(), accept=None),
    "over a header with half a character": lambda: with_headers(signed(), accept="\ud800"),
    "over no body": lambda: signed(headers={"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}),
    "without a date": lambda: with_headers(signed(), x_amz_date=None),
    "with an invalid date": lambda: with_headers(signed(), x_amz_date="yesterday"),
    "of no host": lambda: signing_less("host"),
    "of no date": lambda: signing_less("x-amz-date"),
    "cut off": lambda: with_headers(signed(), authorization=str(signed().headers["authorization"])[:-1]),
    "with nothing behind its name": lambda: with_headers(signed(), authorization="AWS4-HMAC-SHA256"),
    "of letters beyond ASCII": lambda: with_headers(
        signed(), authorization=str(signed().headers["authorization"])[:-1] + "é"
    ),
}


@pytest.mark.parametrize("make_request", BAD.values(), ids=BAD)
def test_an_invalid_signature_is_rejected(make_request: Callable[[], AuthRequest]) -> None:
    with pytest.raises(Unauthorized, match=r"^You are not authorized to make this call\.$"):
        OURS.caller(make_request())


GOOD: dict[str, Callable[[], AuthRequest]] = {
    "as any client signs": lambda: signed(),
    "nearly five minutes old": lambda: signed(seconds=290),
    "of a question in the address": lambda: signed(method="GET", url=f"{URL}?query=%7B%20me%20%7D&b=2&a=1"),
    "that tells its body": lambda: signed(headers={"x-amz-content-sha256": hashlib.sha256(BODY).hexdigest()}),
    "with headers beside it that it does not cover": lambda: with_headers(signed(), user_agent="any", x_trace="1"),
}


@pytest.mark.parametrize("make_request", GOOD.values(), ids=GOOD)
def test_a_valid_signature_is_accepted(make_request: Callable[[], AuthRequest]) -> None:
    assert OURS.caller(make_request())["accountId"] == ACCOUNT_ID


def test_the_values_of_a_repeated_header_are_signed_as_one_header() -> None:
    request = signed(headers={"x-app": "a,b"})
    assert OURS.caller(with_headers(request, x_app=["a", "b"]))["accountId"] == ACCOUNT_ID


def test_the_identity_of_a_signed_request_is_a_role_without_cognito() -> None:
    assert OURS.caller(signed()) == {
        "accountId": ACCOUNT_ID,
        "cognitoIdentityPoolId": None,
        "cognitoIdentityId": None,
        "sourceIp": ["::1"],
        "username": "AROAHOMESLOCALBACKEND:stream",
        "userArn": f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/homes-backend/stream",
        "cognitoIdentityAuthType": None,
        "cognitoIdentityAuthProvider": None,
    }


def test_the_local_server_accepts_its_own_signatures() -> None:
    headers = OURS.sign("POST", URL, BODY)
    assert sorted(headers) == ["Authorization", "X-Amz-Date", "X-Amz-Security-Token"]
    lower = {name.lower(): value for name, value in headers.items()}
    assert OURS.caller(AuthRequest("POST", "/graphql", "", lower | {"host": "localhost:8000"}, BODY, []))


def test_a_process_receives_the_accepted_credentials() -> None:
    environment = OURS.environment()
    by = Credentials(
        environment.pop("AWS_ACCESS_KEY_ID"),
        environment.pop("AWS_SECRET_ACCESS_KEY"),
        environment.pop("AWS_SESSION_TOKEN"),
    )
    assert OURS.caller(signed(by))
    assert environment == {}


def test_credentials_stored_in_a_folder_are_valid_after_a_restart(tmp_path: Path) -> None:
    before = SigV4Credentials(tmp_path / "new").environment()
    assert SigV4Credentials(tmp_path / "new").environment() == before
    assert stat.S_IMODE((tmp_path / "new" / "iam.json").stat().st_mode) == 0o600


def test_credentials_of_another_process_are_the_same() -> None:
    assert SigV4Credentials(credentials=OURS.environment()).environment() == OURS.environment()


def test_credentials_are_new_at_each_start_without_a_folder() -> None:
    assert set(SigV4Credentials().environment().values()).isdisjoint(SigV4Credentials().environment().values())


def post(body: bytes) -> httpx.Response:
    async def post_sign() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=OURS.routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
            return await client.post("/sign", content=body)

    return asyncio.run(post_sign())


def test_the_page_receives_the_signed_headers_and_no_secret() -> None:
    response = post(json.dumps({"path": "/graphql", "body": BODY.decode()}).encode())
    lower = {name.lower(): value for name, value in response.json().items()}
    assert OURS.caller(AuthRequest("POST", "/graphql", "", lower | {"host": "localhost:8000"}, BODY, []))
    assert OURS.credentials.secret_key not in response.text
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"path": "/graphql", "body": 1}', b'{"path": 1}'])
def test_an_invalid_sign_request_is_rejected_with_the_reason(body: bytes) -> None:
    response = post(body)
    assert (response.status_code, response.json()) == (
        400,
        {"error": "the body must be JSON, of the texts path and body"},
    )
