"""The deployed functions, called as AppSync calls them: through Lambda's API, by their alias."""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any

from infra.constructs.functions import ALIAS
from local import assumptions
from local.lambdas.pool import Failed, Invoke, Outcome, failure
from resolvers.wiring import LIMITS
from tests.e2e.ministack import Account


class Deployed:
    """What a desk calls instead of processes of its own; what they read of the table, running elsewhere, is untold."""

    def __init__(self, account: Account, names: Mapping[str, str]) -> None:
        self.client = account.client("lambda")
        self.names = names
        self.called: list[str] = []

    async def invoke(self, name: str, event: Any) -> Outcome:
        return await asyncio.to_thread(self.call, name, event)

    def call(self, name: str, event: Any) -> Outcome:
        """What a function answers. Each call is noted in `called`."""
        self.called.append(name)
        payload = json.dumps(event).encode()
        if len(payload) > LIMITS.payload_bytes:
            return Outcome(None, Failed(*assumptions.REQUEST_TOO_LARGE), [], 0, 0)
        begun = time.perf_counter()
        answer = self.client.invoke(FunctionName=self.names[name], Qualifier=ALIAS, Payload=payload)
        told = answer["Payload"].read()
        ms = round((time.perf_counter() - begun) * 1000, 3)
        result = json.loads(told)
        failed = failure({"error": result} if "FunctionError" in answer else {"bytes": len(told)}, LIMITS)
        return Outcome(None if failed else result, failed, [], 0, ms)

    def deployed(self) -> Invoke:
        return self.invoke

    async def warm(self) -> None:
        """A first call pays for its process, as it does in Lambda."""

    async def stop(self) -> None:
        self.client.close()
