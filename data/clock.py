"""The time, and the ids that carry it."""

import os
import uuid
from datetime import UTC, datetime

from data.records import ID, DateTime


def text(moment: datetime) -> DateTime:
    """A moment in UTC with milliseconds, always 24 characters, so that texts sort as times do."""
    return DateTime(moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"))


def now(after: DateTime | None = None) -> DateTime:
    """The present, or `after` where that is later: a home's clock never runs backwards, whichever machine writes."""
    present = text(datetime.now(UTC))
    return max(present, after) if after else present


def seconds(moment: DateTime) -> int:
    """A moment as whole seconds since 1970, as DynamoDB's time to live counts."""
    return int(datetime.fromisoformat(moment).timestamp())


def uuid7(at: DateTime, bits: bytes | None = None) -> ID:
    """A UUIDv7 (RFC 9562) of `at`, its 74 free bits random or taken from the first ten of `bits`.

    Ids made this way sort by time. Python has a `uuid7` of its own from 3.14.
    """
    milliseconds = round(datetime.fromisoformat(at).timestamp() * 1000)
    free = int.from_bytes((bits or os.urandom(10))[:10], "big")
    high = milliseconds << 16 | 0x7000 | (free >> 62 & 0xFFF)
    low = 0b10 << 62 | (free & (1 << 62) - 1)
    return ID(str(uuid.UUID(int=high << 64 | low)))
