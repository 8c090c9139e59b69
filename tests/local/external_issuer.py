"""Token issuers for the tests: the local server's own, and an external one with a server of its own."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.auth.issuer import Issuer, generate_key
from local.auth.providers import Providers
from local.auth.request import AuthContext, AuthRequest, Unauthorized

OURS = Issuer("http://localhost:8000")
RSA = generate_key()
CURVES = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
EC = {algorithm: ec.generate_private_key(curve) for algorithm, curve in CURVES.items()}
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def call(*tokens: str, **headers: str) -> AuthRequest:
    """Returns a request with these values of its Authorization header, and other headers."""
    sent_headers = {"authorization": tokens[0] if len(tokens) == 1 else list(tokens)} if tokens else {}
    return AuthRequest("POST", "/graphql", "", {**headers, **sent_headers}, b"{}", ["192.0.2.1"])


def authenticate(issuer: Issuer, *tokens: str, **headers: str) -> AuthContext:
    """Authenticates a request at a local server with this issuer. Raises Unauthorized."""
    return asyncio.run(Providers.from_environment(issuer, None).authenticate(call(*tokens, **headers)))


def claims(issuer: Issuer, token: str) -> dict[str, Any]:
    """Returns the claims of a token after a local server with this issuer verified it. Raises Unauthorized."""
    claims: dict[str, Any] = (authenticate(issuer, token).identity or {})["claims"]
    return claims


def public(key: Key, **more: Any) -> dict[str, Any]:
    """Returns the public JWK of a key."""
    if isinstance(key, rsa.RSAPrivateKey):
        public_jwk = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        public_jwk = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**public_jwk, "use": "sig", "kid": "k1", **more}


class ExternalIssuer:
    """An external issuer. It lists `keys`, records `requested_paths`, and hangs unless `may_answer` is set."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.may_answer = threading.Event()
        self.reset()

    def reset(self) -> None:
        """Restores the initial state."""
        self.keys: Any = [public(RSA)]
        self.requested_paths: list[str] = []
        self.may_answer.set()

    def token(self, key: Key | str | bytes = RSA, algorithm: str = "RS256", kid: str = "k1", **changes: Any) -> str:
        """Returns a token for the client `web` with these claims changed, or omitted if None."""
        now = int(time.time())
        claims = {"sub": "ada", "iss": self.url, "aud": "web", "iat": now, "exp": now + 60} | changes
        return jwt.encode(
            {name: value for name, value in claims.items() if value is not None}, key, algorithm, {"kid": kid}
        )

    async def configuration(self, request: Request) -> Response:
        self.requested_paths.append(request.url.path)
        return JSONResponse({"issuer": self.url, "jwks_uri": f"{self.url}/keys"})

    def listed(self, request: Request) -> Response:
        self.requested_paths.append(request.url.path)
        self.may_answer.wait()
        return JSONResponse({"keys": self.keys})

    def routes(self) -> list[Route]:
        configuration_route = Route("/.well-known/openid-configuration", self.configuration)
        return [configuration_route, *(Route(path, self.listed) for path in ("/.well-known/jwks.json", "/keys"))]


@contextmanager
def served(routes: list[Route]) -> Iterator[str]:
    """Yields the URL of a running server with these routes, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        app = Starlette(routes=routes)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def run_issuer() -> Iterator[ExternalIssuer]:
    """Yields a running external issuer."""
    issuer = ExternalIssuer("")
    with served(issuer.routes()) as issuer.url:
        yield issuer
        issuer.may_answer.set()


async def outcome(providers: Providers, token: str) -> str:
    """Returns the label of a token's caller, or the message of Unauthorized."""
    try:
        return (await providers.authenticate(call(token))).label
    except Unauthorized as error:
        return str(error)


def authenticate_all(*tokens: str) -> list[str]:
    """Returns the outcome of each token, authenticated one after another by one server."""

    async def all() -> list[str]:
        providers = Providers.from_environment(OURS, None)
        return [await outcome(providers, token) for token in tokens]

    return asyncio.run(all())


def at_once(*tokens: str) -> list[str]:
    """Returns the outcome of each token, all authenticated concurrently by one server."""

    async def all() -> list[str]:
        providers = Providers.from_environment(OURS, None)
        return await asyncio.gather(*(outcome(providers, token) for token in tokens))

    return asyncio.run(all())
