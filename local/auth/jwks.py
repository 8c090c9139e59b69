"""The public keys of an issuer, fetched without blocking the event loop."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from resolvers.runtime.jwks import JwksCache

TIMEOUT_SECONDS = 5.0


class JwksClient:
    """Keeps a cache of keys fresh. Callers that need the same keys wait for one fetch together."""

    def __init__(self, cache: JwksCache, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self.cache = cache
        self.timeout_seconds = timeout_seconds
        self.refreshing: asyncio.Task[None] | None = None
        self.thread = ThreadPoolExecutor(1)  # of its own: an issuer that hangs delays no other

    async def ensure_fresh(self, kid: str) -> None:
        """Waits until the cache can answer for a key: for the fetch that is running, or for a new one if it is due.

        An issuer that has not answered after 5 s counts as unavailable. A caller who is cancelled stops no fetch.
        """
        if not self.cache.needs_refresh(kid):
            return
        if self.refreshing is None and self.cache.may_refresh():
            self.refreshing = asyncio.create_task(self.refresh())
        if self.refreshing:
            await asyncio.shield(self.refreshing)

    async def refresh(self) -> None:
        try:
            with self.cache.attempt():
                async with asyncio.timeout(self.timeout_seconds):
                    fetch = asyncio.get_running_loop().run_in_executor(self.thread, self.cache.fetch)
                    self.cache.store(await fetch)
        finally:
            self.refreshing = None


def cognito_jwks_uri(issuer: str) -> str:
    """The address of a user pool's keys.

    https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
    """
    return f"{issuer}/.well-known/jwks.json"
