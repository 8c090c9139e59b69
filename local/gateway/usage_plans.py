"""API keys on the desk, and how much their plans let them ask.

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
from resolvers.field_config import Plan, Rest


class Bucket:
    """So many requests a second, and at once as many as it holds: full at first, and never fuller."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self.burst = burst
        self.clock = clock
        self.held = float(burst)
        self.at = clock()

    def take(self) -> bool:
        """Whether one more may be asked now; if so, it is taken."""
        now = self.clock()
        self.held = min(self.burst, self.held + (now - self.at) * self.rate)
        self.at = now
        if self.held < 1:
            return False
        self.held -= 1
        return True


class Keys:
    """The API keys of these usage plans, and what each has used. The keys are stored in `folder`, if there is one."""

    def __init__(
        self,
        usage_plans: Mapping[str, Plan],
        rest: Rest,
        folder: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.usage_plans = usage_plans
        self.clock = clock
        self.file = folder / "keys.json" if folder else None
        kept = self.file.read_text() if self.file and self.file.exists() else "{}"
        self.plans: dict[str, str] = json.loads(kept)
        self.buckets: dict[str, Bucket] = {}
        self.used = Counter[tuple[str, str]]()
        self.everybody = Bucket(rest.rate, rest.burst, clock)

    def issue(self, plan: str) -> str:
        """A new key of a plan."""
        key = secrets.token_hex(20)
        self.plans[key] = plan
        if self.file:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.touch(mode=0o600)  # readable by its owner alone
            self.file.write_text(json.dumps(self.plans))
        return key

    def refusal(self, key: str | None) -> str | None:
        """Why a request with this key is not let through, by the name of the gateway's response; None where it is."""
        if key not in self.plans:
            return "INVALID_API_KEY"
        plan = self.usage_plans[self.plans[key]]
        bucket = self.buckets.setdefault(key, Bucket(plan.rate, plan.burst, self.clock))
        if not (bucket.take() and self.everybody.take()):
            return "THROTTLED"
        month = (key, f"{datetime.now(UTC):%Y-%m}")
        self.used[month] += 1
        return "QUOTA_EXCEEDED" if self.used[month] > plan.quota else None

    def routes(self) -> list[Route]:
        return [Route("/key", self.post_key, methods=["POST"])]

    async def post_key(self, request: Request) -> Response:
        """A key to whoever asks: the desk is for a developer's own machine and no other."""
        try:
            plan = parse_choice(parse_form(await request.body()), "plan", tuple(self.usage_plans))
        except InvalidRequest as error:
            return JSONResponse({"error": "invalid_request", "error_description": str(error)}, 400)
        return JSONResponse({"key": self.issue(plan), "plan": plan}, headers={"cache-control": "no-store"})
