"""The deployed functions, invoked as AppSync does: through Lambda's API, by their alias."""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any

from infra.constructs.functions import ALIAS
from local import assumptions
from local.lambdas.pool import FunctionError, InvocationResult, Invoke, failure
from resolvers.wiring import LIMITS
from tests.e2e.ministack import Account


class DeployedFunctions:
    """Replaces the local server's worker processes; the table reads of remote functions are not traced."""

    def __init__(self, account: Account, names: Mapping[str, str]) -> None:
        self.client = account.client("lambda")
        self.names = names
        self.calls: list[str] = []

    async def invoke(self, name: str, event: Any) -> InvocationResult:
        return await asyncio.to_thread(self.call, name, event)

    def call(self, name: str, event: Any) -> InvocationResult:
        """Invokes a function and returns its outcome. Appends the function's name to `calls`."""
        self.calls.append(name)
        payload = json.dumps(event).encode()
        if len(payload) > LIMITS.payload_bytes:
            return InvocationResult(None, FunctionError(*assumptions.REQUEST_TOO_LARGE), [], 0, 0)
        started = time.perf_counter()
        response = self.client.invoke(FunctionName=self.names[name], Qualifier=ALIAS, Payload=payload)
        payload_bytes = response["Payload"].read()
        ms = round((time.perf_counter() - started) * 1000, 3)
        result = json.loads(payload_bytes)
        failed = failure({"error": result} if "FunctionError" in response else {"bytes": len(payload_bytes)}, LIMITS)
        return InvocationResult(None if failed else result, failed, [], 0, ms)

    def snapshot(self) -> Invoke:
        return self.invoke

    async def warm(self) -> None:
        """Does nothing: the first invocation has a cold start, as in Lambda."""

    async def stop(self) -> None:
        self.client.close()
