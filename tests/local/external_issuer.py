"""Issuers to be let in by: any of their tokens as a call, and one of somebody else's on a port of its own."""

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

from local.auth.issuer import Issuer, new_key
from local.auth.providers import Providers
from local.auth.request import AuthContext, AuthRequest, Unauthorized

OURS = Issuer("http://localhost:8000")
RSA = new_key()
CURVES = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
EC = {algorithm: ec.generate_private_key(curve) for algorithm, curve in CURVES.items()}
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def call(*tokens: str, **headers: str) -> AuthRequest:
    """A request with these texts as its Authorization, and other headers."""
    sent = {"authorization": tokens[0] if len(tokens) == 1 else list(tokens)} if tokens else {}
    return AuthRequest("POST", "/graphql", "", {**headers, **sent}, b"{}", ["192.0.2.1"])


def asker(issuer: Issuer, *tokens: str, **headers: str) -> AuthContext:
    """Who a call is made by, at a desk of this issuer. Raises Unauthorized."""
    return asyncio.run(Providers.from_environment(issuer, None).authenticate(call(*tokens, **headers)))


def claims(issuer: Issuer, token: str) -> dict[str, Any]:
    """What a token says, taken at a desk of this issuer. Raises Unauthorized."""
    found: dict[str, Any] = (asker(issuer, token).identity or {})["claims"]
    return found


def public(key: Key, **more: Any) -> dict[str, Any]:
    """A JWKS's member for a key."""
    if isinstance(key, rsa.RSAPrivateKey):
        known = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        known = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**known, "use": "sig", "kid": "k1", **more}


class Elsewhere:
    """Somebody else's issuer: the keys that it lists, the paths it was asked for, and whether it hangs."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answering = threading.Event()
        self.reset()

    def reset(self) -> None:
        """Makes it as if it were new."""
        self.keys: Any = [public(RSA)]
        self.asked: list[str] = []
        self.answering.set()

    def token(self, key: Key | str | bytes = RSA, algorithm: str = "RS256", kid: str = "k1", **changes: Any) -> str:
        """A token for client `web` with these claims changed, or left out where None."""
        now = int(time.time())
        said = {"sub": "ada", "iss": self.url, "aud": "web", "iat": now, "exp": now + 60} | changes
        return jwt.encode(
            {name: value for name, value in said.items() if value is not None}, key, algorithm, {"kid": kid}
        )

    async def configuration(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        return JSONResponse({"issuer": self.url, "jwks_uri": f"{self.url}/keys"})

    def listed(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        self.answering.wait()
        return JSONResponse({"keys": self.keys})

    def routes(self) -> list[Route]:
        known = Route("/.well-known/openid-configuration", self.configuration)
        return [known, *(Route(path, self.listed) for path in ("/.well-known/jwks.json", "/keys"))]


@contextmanager
def served(routes: list[Route]) -> Iterator[str]:
    """The address of a real server with these routes, on a free port."""
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
def elsewhere() -> Iterator[Elsewhere]:
    """Such an issuer, running."""
    issuer = Elsewhere("")
    with served(issuer.routes()) as issuer.url:
        yield issuer
        issuer.answering.set()


async def outcome(providers: Providers, token: str) -> str:
    """Who bears a token, or the word for why nobody does."""
    try:
        return (await providers.authenticate(call(token))).label
    except Unauthorized as error:
        return str(error)


def asked(*tokens: str) -> list[str]:
    """What comes of each token, one behind the other, at one desk."""

    async def all() -> list[str]:
        providers = Providers.from_environment(OURS, None)
        return [await outcome(providers, token) for token in tokens]

    return asyncio.run(all())


def at_once(*tokens: str) -> list[str]:
    """What comes of the tokens, all at the same time."""

    async def all() -> list[str]:
        providers = Providers.from_environment(OURS, None)
        return await asyncio.gather(*(outcome(providers, token) for token in tokens))

    return asyncio.run(all())
