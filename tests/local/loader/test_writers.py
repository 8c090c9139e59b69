"""Concurrent writers wait for a busy table, at a clock that only their own waits advance."""

import threading
from collections.abc import Callable

import pytest

from data.errors import StorageError, TryAgain
from local.loader.writers import MAX_WRITERS, Pace, TableBusy, Writers


class WaitingTime:
    """A clock, its `sleep`, and a jitter that always waits as long as allowed; `longest` has each of its bounds."""

    def __init__(self) -> None:
        self.now = 0.0
        self.longest: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def jitter(self, shortest: float, longest: float) -> float:
        assert shortest == 0
        self.longest.append(longest)
        return longest

    def writers(self) -> Writers:
        return Writers(self.clock, self.sleep, self.jitter)


@pytest.fixture
def time() -> WaitingTime:
    return WaitingTime()


def run(writers: Writers, function: Callable[[int], int], arguments: range) -> list[int]:
    """Returns the results, sorted."""
    results: list[int] = []
    writers.run(function, arguments, results.append, lambda pace: None)
    return sorted(results)


def busy_until(time: WaitingTime, second: float) -> Callable[[int], int]:
    """Returns a function that finds the table busy until a time."""

    def function(argument: int) -> int:
        if time.now < second:
            raise TryAgain
        return argument

    return function


def test_each_argument_has_one_result(time: WaitingTime) -> None:
    assert run(time.writers(), lambda argument: argument, range(100)) == list(range(100))
    assert time.now == 0


def test_a_call_that_finds_the_table_busy_is_repeated(time: WaitingTime) -> None:
    assert run(time.writers(), busy_until(time, 100), range(100)) == list(range(100))


def test_the_waits_double_up_to_20_seconds_and_start_anew_after_a_success(time: WaitingTime) -> None:
    writers = time.writers()
    run(writers, busy_until(time, 70), range(1))
    run(writers, busy_until(time, 72), range(1))
    assert time.longest == [0.5, 1, 2, 4, 8, 16, 20, 20, 0.5]
    assert time.now == 72


def test_a_table_that_is_busy_for_ten_minutes_is_an_error(time: WaitingTime) -> None:
    with pytest.raises(TableBusy, match="the table has been busy for 10 minutes"):
        run(time.writers(), busy_until(time, 10_000), range(100))
    assert 600 < time.now <= 620


def test_ten_minutes_count_from_the_last_success(time: WaitingTime) -> None:
    writers = time.writers()
    for minutes in range(9, 60, 9):
        assert run(writers, busy_until(time, minutes * 60), range(1)) == [0]


@pytest.mark.parametrize(("arguments", "limit"), [(19, 4), (20, 5), (60, 7), (200, MAX_WRITERS)])
def test_calls_that_fail_together_halve_the_writers_and_20_successes_add_one(
    time: WaitingTime, arguments: int, limit: int
) -> None:
    barrier = threading.Barrier(MAX_WRITERS)
    calls = iter(range(MAX_WRITERS))

    def function(argument: int) -> int:
        if next(calls, None) is not None:
            barrier.wait(60)
            raise TryAgain
        return argument

    writers = time.writers()
    assert run(writers, function, range(arguments)) == list(range(arguments))
    assert (writers.limit, time.longest) == (limit, [0.5])


def test_at_least_one_writer_remains(time: WaitingTime) -> None:
    writers = time.writers()
    run(writers, busy_until(time, 300), range(3))
    assert writers.limit == 1


def test_a_wait_is_announced_each_second(time: WaitingTime) -> None:
    paces: list[Pace] = []
    time.writers().run(busy_until(time, 5), range(1), lambda result: None, paces.append)
    assert [pace for pace in paces if pace.wait_seconds] == [
        Pace(4, 0.5),
        Pace(2, 1),
        *[Pace(1, seconds) for seconds in (2, 1, 4, 3, 2, 1)],
    ]


def test_another_error_ends_the_run(time: WaitingTime) -> None:
    def function(argument: int) -> int:
        raise StorageError("no such table")

    with pytest.raises(StorageError, match="no such table"):
        run(time.writers(), function, range(100))
    assert time.now == 0


def test_an_interrupt_starts_no_call_and_reports_those_that_run() -> None:
    interrupted, barrier = threading.Event(), threading.Barrier(MAX_WRITERS)
    calls: list[int] = []
    results: list[int] = []

    def function(argument: int) -> int:
        calls.append(argument)
        barrier.wait(60)
        if argument == 0:
            raise TryAgain
        assert interrupted.wait(60)
        return argument

    def interrupt(seconds: float) -> None:
        interrupted.set()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        writers = Writers(lambda: 0, interrupt, lambda shortest, longest: longest, grace_seconds=60)
        writers.run(function, range(100), results.append, lambda pace: None)
    assert sorted(calls) == list(range(MAX_WRITERS))
    assert sorted(results) == list(range(1, MAX_WRITERS))
