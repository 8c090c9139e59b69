"""A DynamoDB engine at an endpoint that the user names (DYNAMODB_ENDPOINT)."""

import asyncio
import sys

from local.dynamodb import process

WATCH_SECONDS = 0.5


class ExternalEngine:
    """An engine that this process neither starts nor stops."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def environment(self) -> dict[str, str]:
        """Returns no variable: after os.execve the user's variable still names the engine."""
        return {}

    async def watch(self) -> None:
        """Prints a sentence when the engine stops responding, and another when it responds again."""
        was_listening = True
        while True:
            is_listening = await asyncio.to_thread(process.is_listening, self.endpoint)
            if is_listening != was_listening:
                print(f"DynamoDB at {self.endpoint} {sentence(is_listening)}", file=sys.stderr, flush=True)
            was_listening = is_listening
            await asyncio.sleep(WATCH_SECONDS)


def sentence(is_listening: bool) -> str:
    return "responds again." if is_listening else "does not respond: requests fail until it does."
