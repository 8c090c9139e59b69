"""Timestamps, and ids that contain one."""

import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import clock
from data.records import DateTime

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 30), timezones=st.just(UTC))
NOON = DateTime("2026-01-01T12:00:00.000Z")
LATER = DateTime("2999-01-01T00:00:00.000Z")


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01T00:00:00.000Z"),
        (datetime(2026, 1, 1, 12, 30, 5, 999_999, tzinfo=UTC), "2026-01-01T12:30:05.999Z"),
        (datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=3))), "2025-12-31T23:00:00.000Z"),
    ],
)
def test_a_timestamp_is_in_utc_with_milliseconds(moment: datetime, text: str) -> None:
    assert clock.format_timestamp(moment) == text


@given(MOMENTS)
def test_a_timestamp_always_has_24_characters(moment: datetime) -> None:
    assert len(clock.format_timestamp(moment)) == 24


@given(MOMENTS, MOMENTS)
def test_timestamps_sort_by_time(first: datetime, second: datetime) -> None:
    milliseconds = [moment.replace(microsecond=moment.microsecond // 1000 * 1000) for moment in (first, second)]
    assert (clock.format_timestamp(first) < clock.format_timestamp(second)) == (milliseconds[0] < milliseconds[1])


def test_now_is_the_current_time() -> None:
    before = clock.format_timestamp(datetime.now(UTC))
    assert before <= clock.now() <= clock.format_timestamp(datetime.now(UTC))


def test_now_is_never_earlier_than_after() -> None:
    assert clock.now(after=LATER) == LATER
    before = clock.now()
    assert before <= clock.now(after=DateTime("1999-01-01T00:00:00.000Z")) <= clock.now()


def test_epoch_seconds_are_rounded_down() -> None:
    assert clock.epoch_seconds(DateTime("1970-01-01T00:01:01.999Z")) == 61


def test_an_id_is_a_uuid_of_version_7() -> None:
    id = uuid.UUID(clock.uuid7(NOON))
    assert (id.version, id.variant) == (7, uuid.RFC_4122)
    assert str(id) == clock.uuid7(NOON, id.bytes)[:14] + str(id)[14:]


@given(MOMENTS, st.binary(min_size=10, max_size=10))
def test_whatever_its_bits_an_id_is_a_uuid_of_version_7(moment: datetime, bits: bytes) -> None:
    id = uuid.UUID(clock.uuid7(clock.format_timestamp(moment), bits))
    assert (id.version, id.variant) == (7, uuid.RFC_4122)


@given(MOMENTS)
def test_an_id_carries_its_moment_in_milliseconds(moment: datetime) -> None:
    since = datetime.fromisoformat(clock.format_timestamp(moment)) - datetime(1970, 1, 1, tzinfo=UTC)
    assert uuid.UUID(clock.uuid7(clock.format_timestamp(moment))).int >> 80 == since // timedelta(milliseconds=1)


@given(MOMENTS, MOMENTS)
def test_ids_sort_as_their_moments_do(first: datetime, second: datetime) -> None:
    texts = [clock.format_timestamp(first), clock.format_timestamp(second)]
    if texts[0] < texts[1]:
        assert clock.uuid7(texts[0]) < clock.uuid7(texts[1])


def test_ids_of_one_moment_differ() -> None:
    assert len({clock.uuid7(NOON) for _ in range(1_000)}) == 1_000


def test_the_example_of_the_standard_is_made_as_it_says() -> None:
    """RFC 9562, appendix A.6."""
    bits = (0xCC3 << 62 | 0x18C4DC0C0C07398F).to_bytes(10, "big")
    assert clock.uuid7(DateTime("2022-02-22T19:22:22.000Z"), bits) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


def test_the_same_bits_make_the_same_id() -> None:
    assert clock.uuid7(NOON, b"0123456789") == clock.uuid7(NOON, b"0123456789 and more")
