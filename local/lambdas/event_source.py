"""The table's stream on the desk, handed to the function `changes` as Lambda does.

https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
"""

import asyncio
import logging
from typing import Any, Protocol

from local.lambdas.pool import Invoke

FUNCTION = "stream"
MOST_TRIES = 5
PAUSE_SECONDS = 0.1

log = logging.getLogger(__name__)

Record = dict[str, Any]


class Stream(Protocol):
    """A table's stream, read shard by shard."""

    def open(self) -> list[str]:
        """The shards in which more records may come."""

    def read(self, shard: str) -> list[Record]:
        """The records of an open shard since it was last read, in their order."""


async def follow(stream: Stream, invoke: Invoke) -> None:
    """Hands on what a stream tells, until it is cancelled. An engine that is away is waited for."""
    away = False
    while True:
        try:
            count = await hand_on(stream, invoke)
            away = False
        except Exception as error:  # whatever it is: without this task nobody would hear of anything any more
            if not away:
                log.warning("the table's stream cannot be read, and is waited for: %s", error)
            count, away = 0, True
        if not count:
            await asyncio.sleep(PAUSE_SECONDS)


async def hand_on(stream: Stream, invoke: Invoke) -> int:
    """How many records have come, and were handed on, in one look at each shard."""
    count = 0
    for shard in await asyncio.to_thread(stream.open):
        records = await asyncio.to_thread(stream.read, shard)
        await deliver(records, invoke)
        count += len(records)
    return count


async def deliver(records: list[Record], invoke: Invoke) -> None:
    """Has the function take some records, in their order: what it has not done comes again.

    Where it has done none of them, the halves are tried, until one fails alone: that one is given up after five tries.
    """
    while records:
        left = await remaining(records, invoke)
        if len(left) < len(records):
            records = left
        elif len(records) > 1:
            half = len(records) // 2
            await deliver(records[:half], invoke)
            records = records[half:]
        else:
            return await insist(records, invoke)


async def insist(alone: list[Record], invoke: Invoke) -> None:
    """Tries one record again, each time after a longer wait."""
    for tried in range(1, MOST_TRIES):
        await asyncio.sleep(PAUSE_SECONDS * 2**tried)
        if not await remaining(alone, invoke):
            return
    log.error("a change was given up after %s tries: %s", MOST_TRIES, alone[0]["dynamodb"]["Keys"])


async def remaining(records: list[Record], invoke: Invoke) -> list[Record]:
    """Those records that the function has not done: from the first on that it tells as failed; all where it failed."""
    try:
        outcome = await invoke(FUNCTION, {"Records": records})
    except Exception:  # whatever it is, the changes that come after must not wait for it
        log.exception("the function %s could not be invoked", FUNCTION)
        return records
    if outcome.failed:
        return records
    failed = [failure.get("itemIdentifier") for failure in (outcome.result or {}).get("batchItemFailures") or ()]
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    places = [numbers.index(number) if number in numbers else 0 for number in failed]
    return records[min(places) :] if places else []
