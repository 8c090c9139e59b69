"""API keys of the local server, and the rate, burst and quota limits of their usage plans.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

import json
import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.auth.http_forms import InvalidRequest, parse_choice, parse_form
from local.files import replace_file
from resolvers.field_config import RestApiConfig, UsagePlan


class TokenBucket:
    """A token bucket: `rate` tokens are added each second, up to `burst`. It is full at first."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self.burst = burst
        self.clock = clock
        self.tokens = float(burst)
        self.at = clock()

    def take(self) -> bool:
        """Takes a token if there is one; returns whether there was."""
        now = self.clock()
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class ApiKeyStore:
    """The API keys of the usage plans and the usage of each.

    The keys are stored in `folder`; without a folder `plans` has the usage plan of each key that is issued already.
    """

    def __init__(
        self,
        usage_plans: Mapping[str, UsagePlan],
        rest: RestApiConfig,
        folder: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
        plans: Mapping[str, str] | None = None,
    ) -> None:
        self.usage_plans = usage_plans
        self.clock = clock
        self.file = folder / "keys.json" if folder else None
        self.plans = dict(plans or {})
        if self.file and self.file.exists():
            self.plans = json.loads(self.file.read_text())
        self.buckets: dict[str, TokenBucket] = {}
        self.used = Counter[tuple[str, str]]()
        self.account_bucket = TokenBucket(rest.rate, rest.burst, clock)

    def issue(self, plan: str) -> str:
        """Creates, stores and returns a new API key of a plan."""
        key = secrets.token_hex(20)
        self.plans[key] = plan
        if self.file:
            replace_file(self.file, json.dumps(self.plans))
        return key

    def rejection(self, key: str | None) -> str | None:
        """Counts a request with this key; returns the gateway response that rejects it, or None if it is allowed."""
        if key not in self.plans:
            return "INVALID_API_KEY"
        plan = self.usage_plans[self.plans[key]]
        bucket = self.buckets.setdefault(key, TokenBucket(plan.rate, plan.burst, self.clock))
        if not (bucket.take() and self.account_bucket.take()):
            return "THROTTLED"
        month = (key, f"{datetime.now(UTC):%Y-%m}")
        self.used[month] += 1
        return "QUOTA_EXCEEDED" if self.used[month] > plan.quota else None

    def routes(self) -> list[Route]:
        return [Route("/key", self.post_key, methods=["POST"])]

    async def post_key(self, request: Request) -> Response:
        """Issues a key to any program of the developer's machine. local/browser_access.py restricts web pages."""
        try:
            plan = parse_choice(parse_form(await request.body()), "plan", tuple(self.usage_plans))
        except InvalidRequest as error:
            return JSONResponse({"error": "invalid_request", "error_description": str(error)}, 400)
        return JSONResponse({"key": self.issue(plan), "plan": plan}, headers={"cache-control": "no-store"})
