"""The public keys of an issuer, fetched without blocking the event loop."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from resolvers.runtime.jwks import JwksCache

TIMEOUT_SECONDS = 5.0


class JwksClient:
    """Refreshes a cache of an issuer's keys. Concurrent callers share one fetch."""

    def __init__(self, cache: JwksCache, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self.cache = cache
        self.timeout_seconds = timeout_seconds
        self.refreshing: asyncio.Task[None] | None = None
        self.thread = ThreadPoolExecutor(1)  # one for each issuer: an issuer that hangs does not delay the others

    async def ensure_fresh(self, kid: str) -> None:
        """Waits for the fetch that a key needs: for the running one, or for a new one if the cache permits it.

        An issuer that does not respond within 5 s is unavailable. Cancelling a caller does not cancel the fetch.
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
    """Returns the JWKS URL of a user pool.

    https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
    """
    return f"{issuer}/.well-known/jwks.json"
