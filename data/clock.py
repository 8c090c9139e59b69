"""Timestamps, and ids that contain one."""

import os
import uuid
from datetime import UTC, datetime

from data.records import ID, DateTime


def format_timestamp(moment: datetime) -> DateTime:
    """Returns ISO 8601 in UTC with milliseconds: always 24 characters, so that text order is time order."""
    return DateTime(moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"))


def now(after: DateTime | None = None) -> DateTime:
    """Returns the current time, but never earlier than `after`.

    So the timestamps of one property never decrease, even if machines with different clocks write it.
    """
    present = format_timestamp(datetime.now(UTC))
    return max(present, after) if after else present


def epoch_seconds(moment: DateTime) -> int:
    """Returns whole seconds since 1970, rounded down: the unit of DynamoDB's time to live."""
    return int(datetime.fromisoformat(moment).timestamp())


def uuid7(at: DateTime, random_bytes: bytes | None = None) -> ID:
    """Returns a UUIDv7 (RFC 9562) of `at`. Its 74 random bits come from the first ten `random_bytes`, if there are any.

    These ids sort by time. Python has `uuid.uuid7` from 3.14.
    """
    milliseconds = round(datetime.fromisoformat(at).timestamp() * 1000)
    random_bits = int.from_bytes((random_bytes or os.urandom(10))[:10], "big")
    high = milliseconds << 16 | 0x7000 | (random_bits >> 62 & 0xFFF)
    low = 0b10 << 62 | (random_bits & (1 << 62) - 1)
    return ID(str(uuid.UUID(int=high << 64 | low)))
