"""The event source mapping of the local server: it invokes the function `stream` with the table's stream records.

https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
"""

import asyncio
import logging
from typing import Any, Protocol

from local.lambdas.pool import Invoke

FUNCTION = "stream"
MAX_ATTEMPTS = 5
PAUSE_SECONDS = 0.1

log = logging.getLogger(__name__)

Record = dict[str, Any]


class Stream(Protocol):
    """A table's stream, which is read shard by shard."""

    def open(self) -> list[str]:
        """Returns the ids of the shards that can have more records."""

    def read(self, shard: str) -> list[Record]:
        """Returns the records of an open shard since the last read, in order."""

    def acknowledge(self) -> None:
        """Stores that all records that were read are processed, so that a restart continues behind them."""


class EventSource:
    """The event source mapping from a table's stream to its function."""

    def __init__(self, stream: Stream, invoke: Invoke) -> None:
        self.stream = stream
        self.invoke = invoke
        self.polling: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Delivers the stream's records from its current position on, until `stop`."""
        self.polling = asyncio.create_task(poll(self.stream, self.invoke))

    async def stop(self) -> None:
        """Stops the delivery. It may be stopped more than once."""
        if self.polling:
            self.polling.cancel()
            await asyncio.wait([self.polling])


async def poll(stream: Stream, invoke: Invoke) -> None:
    """Delivers a stream's records until it is cancelled. If the engine is unavailable, retries until it is back."""
    is_available = True
    while True:
        try:
            count = await deliver_new_records(stream, invoke)
            is_available = True
        except Exception as error:  # of any kind: if this task ended, no subscriber would receive changes any more
            if is_available:
                log.warning("the table's stream cannot be read, and is waited for: %s", error)
            count, is_available = 0, False
        if not count:
            await asyncio.sleep(PAUSE_SECONDS)


async def deliver_new_records(stream: Stream, invoke: Invoke) -> int:
    """Reads each open shard once and delivers its records. Returns the number of records.

    Acknowledges them only after the delivery, so a crash repeats a delivery and never loses one.
    """
    count = 0
    for shard in await asyncio.to_thread(stream.open):
        records = await asyncio.to_thread(stream.read, shard)
        if records:
            await deliver(records, invoke)
            await asyncio.to_thread(stream.acknowledge)
        count += len(records)
    return count


async def deliver(records: list[Record], invoke: Invoke) -> None:
    """Invokes the function with records, in order, and retries those that it reports as failed.

    If all of them fail, the batch is bisected until a record fails alone: it is discarded after five attempts.
    """
    while records:
        failed = await failed_records(records, invoke)
        if len(failed) < len(records):
            records = failed
        elif len(records) > 1:
            half = len(records) // 2
            await deliver(records[:half], invoke)
            records = records[half:]
        else:
            return await retry_single(records, invoke)


async def retry_single(batch: list[Record], invoke: Invoke) -> None:
    """Retries a single record with exponential backoff. Logs an error if the last attempt fails."""
    for attempt in range(1, MAX_ATTEMPTS):
        await asyncio.sleep(PAUSE_SECONDS * 2**attempt)
        if not await failed_records(batch, invoke):
            return
    log.error("a change was given up after %s attempts: %s", MAX_ATTEMPTS, batch[0]["dynamodb"]["Keys"])


async def failed_records(records: list[Record], invoke: Invoke) -> list[Record]:
    """Invokes the function; returns the records from the first reported failure on, or all if the function failed."""
    try:
        outcome = await invoke(FUNCTION, {"Records": records})
        return records if outcome.failed else reported_failures(records, outcome.result)
    except Exception:  # of any kind: it must neither block nor skip a change
        log.exception("the function %s could not be invoked, or its result is not a batch response", FUNCTION)
        return records


def reported_failures(records: list[Record], result: Any) -> list[Record]:
    """Returns the records from the first failure in a batch response on; all if it names an unknown record."""
    failed = [failure.get("itemIdentifier") for failure in (result or {}).get("batchItemFailures") or ()]
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    positions = [numbers.index(number) if number in numbers else 0 for number in failed]
    return records[min(positions) :] if positions else []
