"""The public keys of an issuer, where it publishes them: fetched when first needed, and again for an unknown one."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

import jwt

from resolvers import authorizer
from resolvers.authorizer import Jwk, discovered, signs

ALGORITHMS = tuple(f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512))
PATIENCE_SECONDS = 5.0
PAUSE_SECONDS = 10.0

log = logging.getLogger(__name__)

__all__ = ["ALGORITHMS", "Jwk", "PublishedKeys", "discovered", "of_pool"]


class PublishedKeys:
    """What the JWKS of `issuer` lists, by `kid`; `address` answers where that is, and may ask the issuer for it."""

    def __init__(self, issuer: str, address: Callable[[str], str]) -> None:
        self.issuer = issuer
        self.address = address
        self.known: dict[str, Jwk] = {}
        self.pause_until = 0.0
        self.fetching: asyncio.Task[None] | None = None
        self.thread = ThreadPoolExecutor(1)  # of its own: an issuer that hangs holds up no other

    async def get(self, kid: str) -> Jwk | None:
        """The key of this id; None where the issuer has none, or does not answer within 5 s.

        One that is not known is looked for at the issuer, but not again within 10 s.
        """
        if kid not in self.known:
            await self.fetched()
        return self.known.get(kid)

    async def fetched(self) -> None:
        """Waits for the fetch that is under way, or for a new one unless that must pause."""
        if self.fetching is None and time.monotonic() >= self.pause_until:
            self.pause_until = time.monotonic() + PAUSE_SECONDS if self.known else 0.0
            self.fetching = asyncio.create_task(self.fetch())
        if self.fetching:
            await asyncio.shield(self.fetching)

    async def fetch(self) -> None:
        """Takes what the issuer lists now for what is known. Where it is away, its log line is all that happens."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                self.known = await asyncio.get_running_loop().run_in_executor(self.thread, self.read)
        except (jwt.PyJWTError, OSError, HTTPException, LookupError, TypeError, ValueError) as error:
            log.warning("no keys to be had of %s: %r", self.issuer, error)
        finally:
            self.fetching = None

    def read(self) -> dict[str, Jwk]:
        return {
            jwk["kid"]: jwk for jwk in authorizer.document(self.address(self.issuer))["keys"] if signs(jwk, ALGORITHMS)
        }


def of_pool(issuer: str) -> str:
    """The address of a user pool's keys.

    https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
    """
    return f"{issuer}/.well-known/jwks.json"
