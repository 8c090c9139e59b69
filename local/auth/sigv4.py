"""AWS credentials of the backend, which may publish: SigV4 signatures are created and verified here.

They replace an IAM role: the function `stream` receives them, and any program of the developer's machine may sign with
them. local/browser_access.py restricts web pages.
"""

import hashlib
import hmac
import json
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.auth.request import NOT_AUTHORIZED, AuthRequest, Unauthorized
from local.aws import ACCOUNT_ID, REGION

SERVICE = "appsync"
ROLE_ID = "AROAHOMESLOCALBACKEND"
SESSION = "stream"
CLOCK_SKEW = timedelta(minutes=5)
REQUIRED_SIGNED_HEADERS = {"host", "x-amz-date", "x-amz-security-token"}
CREDENTIAL = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=(?P<scope>[^, ]+), *"
    r"SignedHeaders=(?P<headers>[a-z0-9;-]+), *Signature=(?P<signature>[0-9a-f]{64})"
)


class Signer(SigV4Auth):
    """botocore's signer, over just the headers that it is given."""

    def headers_to_sign(self, request: AWSRequest) -> HTTPHeaders:
        return request.headers


class SigV4Credentials:
    """The only IAM identity of the local server. It signs requests, and verifies their signatures.

    The credentials are stored in `folder` as iam.json and survive a restart; without a folder they are `credentials`,
    environment variables, or new.
    """

    def __init__(self, folder: Path | None = None, credentials: Mapping[str, str] | None = None) -> None:
        self.stored_credentials = load_or_create(folder / "iam.json") if folder else dict(credentials or generate())
        self.credentials = Credentials(
            self.stored_credentials["AWS_ACCESS_KEY_ID"],
            self.stored_credentials["AWS_SECRET_ACCESS_KEY"],
            self.stored_credentials["AWS_SESSION_TOKEN"],
        )

    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to sign as this identity."""
        return dict(self.stored_credentials)

    def sign(self, method: str, url: str, body: bytes) -> dict[str, str]:
        """The headers that make a request this identity's for five minutes, beside the `Host` that it is sent to."""
        request = AWSRequest(method, url, data=body)
        SigV4Auth(self.credentials, SERVICE, REGION).add_auth(request)
        return dict(request.headers.items())

    def caller(self, request: AuthRequest) -> Mapping[str, Any]:
        """Returns the `identity` of a request's signer. Raises Unauthorized if the signature is not this identity's,
        not of these five minutes, or leaves out the host, the date, the token or the body.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
        """
        match = CREDENTIAL.fullmatch(str(request.headers.get("authorization")))
        date = str(request.headers.get("x-amz-date"))
        if not match or not is_fresh(date) or match["scope"] != self.scope(date):
            raise Unauthorized(NOT_AUTHORIZED)
        names = match["headers"].split(";")
        signature = self.signature(request, names, date) if covers_required_headers(request, names) else ""
        if not hmac.compare_digest(signature, match["signature"]):
            raise Unauthorized(NOT_AUTHORIZED)
        if request.headers["x-amz-security-token"] != self.credentials.token:
            raise Unauthorized(NOT_AUTHORIZED)
        return identity(request.source_ip)

    def scope(self, date: str) -> str:
        return f"{self.credentials.access_key}/{date[:8]}/{REGION}/{SERVICE}/aws4_request"

    def signature(self, request: AuthRequest, names: list[str], date: str) -> str:
        """Returns the signature of a request over the headers of these names."""
        signed = AWSRequest(request.method, f"http://localhost{request.path}?{request.query}", data=request.body)
        signed.context["timestamp"] = date
        for name in names:
            signed.headers[name] = text(request.headers[name])
        signer = Signer(self.credentials, SERVICE, REGION)
        return signer.signature(signer.string_to_sign(signed, signer.canonical_request(signed)), signed)

    def routes(self) -> list[Route]:
        return [Route("/sign", self.post_sign, methods=["POST"])]

    async def post_sign(self, request: Request) -> Response:
        """Returns the headers with which GraphiQL sends `body` to `path` of this server as the backend."""
        try:
            form = json.loads(await request.body())
            path, body = form["path"], form["body"].encode()
            signed = self.sign("POST", f"{request.url.scheme}://{request.headers['host']}{path}", body)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return JSONResponse({"error": "the body must be JSON, of the texts path and body"}, 400)
        return JSONResponse(signed, headers={"cache-control": "no-store"})


def generate() -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": f"ASIA{secrets.token_hex(8).upper()}",
        "AWS_SECRET_ACCESS_KEY": secrets.token_hex(20),
        "AWS_SESSION_TOKEN": secrets.token_hex(32),
    }


def load_or_create(file: Path) -> dict[str, str]:
    """Returns the credentials in `file`, created if absent."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=file.parent) as draft:  # readable by its owner alone
            json.dump(generate(), draft)
            draft.flush()
            with suppress(FileExistsError):
                os.link(draft.name, file)
    read: dict[str, str] = json.loads(file.read_text())
    return read


def is_fresh(date: str) -> bool:
    """True if a text is a SigV4 date within five minutes of now."""
    try:
        at = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return False
    return abs(datetime.now(UTC) - at) <= CLOCK_SKEW


def covers_required_headers(request: AuthRequest, names: list[str]) -> bool:
    """True if the signed headers are present and include the required ones, and a signed body hash matches."""
    body_hash = request.headers.get("x-amz-content-sha256") if "x-amz-content-sha256" in names else None
    digest = hashlib.sha256(request.body).hexdigest()
    return (
        set(names) <= request.headers.keys() and set(names) >= REQUIRED_SIGNED_HEADERS and body_hash in (None, digest)
    )


def text(header: str | list[str]) -> str:
    """Returns a header's value, or its values joined by commas, with lone surrogates replaced."""
    joined = header if isinstance(header, str) else ",".join(header)
    return joined.encode(errors="replace").decode()


def identity(source_ip: list[str]) -> dict[str, Any]:
    """Returns the `identity` of the backend: a role that is not from a Cognito identity pool.

    https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html
    """
    return {
        "accountId": ACCOUNT_ID,
        "cognitoIdentityPoolId": None,
        "cognitoIdentityId": None,
        "sourceIp": source_ip,
        "username": f"{ROLE_ID}:{SESSION}",
        "userArn": f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/homes-backend/{SESSION}",
        "cognitoIdentityAuthType": None,
        "cognitoIdentityAuthProvider": None,
    }
