"""AWS credentials on the desk: those of the backend, which may publish; their signatures are made and verified here.

They stand where a role does in the cloud: the function `changes` is handed them, and whoever asks may sign with them,
for the desk is for a developer's own machine and no other.
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
ROLE_ID = "AROAHOMESDESKBACKEND0"
SESSION = "stream"
AROUND = timedelta(minutes=5)
SIGNED_ALWAYS = {"host", "x-amz-date", "x-amz-security-token"}
CREDENTIAL = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=(?P<scope>[^, ]+), *"
    r"SignedHeaders=(?P<headers>[a-z0-9;-]+), *Signature=(?P<signature>[0-9a-f]{64})"
)


class Signer(SigV4Auth):
    """botocore's signer, over just the headers that it is given."""

    def headers_to_sign(self, request: AWSRequest) -> HTTPHeaders:
        return request.headers


class Iam:
    """The one identity of IAM's on the desk: its credentials, and who has signed with them.

    They are kept in `folder`, as iam.json, so they outlive a restart; without one they are new each time.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.kept = kept(folder / "iam.json") if folder else new()
        self.credentials = Credentials(
            self.kept["AWS_ACCESS_KEY_ID"], self.kept["AWS_SECRET_ACCESS_KEY"], self.kept["AWS_SESSION_TOKEN"]
        )

    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to sign as this identity."""
        return dict(self.kept)

    def sign(self, method: str, url: str, body: bytes) -> dict[str, str]:
        """The headers that make a request this identity's for five minutes, beside the `Host` that it is sent to."""
        request = AWSRequest(method, url, data=body)
        SigV4Auth(self.credentials, SERVICE, REGION).add_auth(request)
        return dict(request.headers.items())

    def caller(self, request: AuthRequest) -> Mapping[str, Any]:
        """What a resolver is told of who signed a call. Raises Unauthorized where the signature is not this identity's,
        not of these five minutes, or leaves out the host, the date, the token or the body.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
        """
        told = CREDENTIAL.fullmatch(str(request.headers.get("authorization")))
        date = str(request.headers.get("x-amz-date"))
        if not told or not recent(date) or told["scope"] != self.scope(date):
            raise Unauthorized(NOT_AUTHORIZED)
        names = told["headers"].split(";")
        signature = self.signature(request, names, date) if whole(request, names) else ""
        if not hmac.compare_digest(signature, told["signature"]):
            raise Unauthorized(NOT_AUTHORIZED)
        if request.headers["x-amz-security-token"] != self.credentials.token:
            raise Unauthorized(NOT_AUTHORIZED)
        return identity(request.source_ip)

    def scope(self, date: str) -> str:
        return f"{self.credentials.access_key}/{date[:8]}/{REGION}/{SERVICE}/aws4_request"

    def signature(self, request: AuthRequest, names: list[str], date: str) -> str:
        """The signature that these credentials give to a call, over the headers of these names."""
        signed = AWSRequest(request.method, f"http://desk{request.path}?{request.query}", data=request.body)
        signed.context["timestamp"] = date
        for name in names:
            signed.headers[name] = text(request.headers[name])
        signer = Signer(self.credentials, SERVICE, REGION)
        return signer.signature(signer.string_to_sign(signed, signer.canonical_request(signed)), signed)

    def routes(self) -> list[Route]:
        return [Route("/sign", self.post_sign, methods=["POST"])]

    async def post_sign(self, request: Request) -> Response:
        """For the page: the headers that let it send `body` to `path` of this very desk as the backend."""
        try:
            asked = json.loads(await request.body())
            path, body = asked["path"], asked["body"].encode()
            signed = self.sign("POST", f"{request.url.scheme}://{request.headers['host']}{path}", body)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return JSONResponse({"error": "the body must be JSON, of the texts path and body"}, 400)
        return JSONResponse(signed, headers={"cache-control": "no-store"})


def new() -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": f"ASIA{secrets.token_hex(8).upper()}",
        "AWS_SECRET_ACCESS_KEY": secrets.token_hex(20),
        "AWS_SESSION_TOKEN": secrets.token_hex(32),
    }


def kept(file: Path) -> dict[str, str]:
    """The credentials in `file`, made first where there is none."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=file.parent) as draft:  # readable by its owner alone
            json.dump(new(), draft)
            draft.flush()
            with suppress(FileExistsError):
                os.link(draft.name, file)
    read: dict[str, str] = json.loads(file.read_text())
    return read


def recent(date: str) -> bool:
    """Whether a text is a time as signatures tell it, and within five minutes of now."""
    try:
        at = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return False
    return abs(datetime.now(UTC) - at) <= AROUND


def whole(request: AuthRequest, names: list[str]) -> bool:
    """Whether the headers that are signed are all there, those that must be signed among them, and tell this body."""
    told = request.headers.get("x-amz-content-sha256") if "x-amz-content-sha256" in names else None
    digest = hashlib.sha256(request.body).hexdigest()
    return set(names) <= request.headers.keys() and set(names) >= SIGNED_ALWAYS and told in (None, digest)


def text(header: str | list[str]) -> str:
    """A header's value, all of them where it was sent twice, without halves of characters, which no header can hold."""
    joined = header if isinstance(header, str) else ",".join(header)
    return joined.encode(errors="replace").decode()


def identity(source_ip: list[str]) -> dict[str, Any]:
    """What a resolver is told of the backend, as of any role that Cognito did not give.

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
