"""What the stream tells reaches the function `changes` in its order, whatever fails; and then the subscribers."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from data import clock, history, properties
from data.maintenance import bulk_import
from data.maintenance.bulk_import import Arrival
from data.records import ID, HistoryKind, ListingStatus, Property
from local.dynamodb import engine as dynamodb
from local.dynamodb.streams import Stream
from local.lambdas import event_source
from local.lambdas.pool import Failed, Outcome
from tests.local.dynamodb.test_streams import put
from tests.local.server_fixture import Desk
from tests.local.ws_client import ON_HOME, ON_ZIP, connected
from tests.proxy import Proxy, reset

Records = list[dict[str, Any]]
Take = Callable[[Records], Any]


@pytest.fixture
def streamed() -> bool:
    return True


class Function:
    """Answers what `take` makes of the records, and fails where that raises; notes what it is handed."""

    def __init__(self, take: Take) -> None:
        self.take = take
        self.handed: list[list[int]] = []

    async def invoke(self, name: str, event: Any) -> Outcome:
        assert name == "stream"
        records = event["Records"]
        self.handed.append(numbers(records))
        try:
            return Outcome(self.take(records), None, [], 0, 0)
        except ValueError as error:
            return Outcome(None, Failed("ValueError", str(error)), [], 0, 0)


def records(count: int) -> Records:
    return [{"dynamodb": {"SequenceNumber": str(n), "Keys": {"pk": {"S": f"home-{n}"}}}} for n in range(count)]


def numbers(some: Records) -> list[int]:
    return [int(record["dynamodb"]["SequenceNumber"]) for record in some]


def delivered(count: int, take: Take) -> list[list[int]]:
    """What the function is handed of so many records, invocation by invocation."""
    function = Function(take)
    asyncio.run(event_source.deliver(records(count), function.invoke))
    return function.handed


def failing_at(number: int, times: int) -> Take:
    """Tells a record as failed so many times, then takes it too."""
    left = [number] * times

    def take(some: Records) -> Any:
        failed = [{"itemIdentifier": str(left.pop())}] if left and number in numbers(some) else []
        return {"batchItemFailures": failed}

    return take


def raising_at(number: int) -> Take:
    def take(some: Records) -> Any:
        if number in numbers(some):
            raise ValueError(number)

    return take


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_source, "PAUSE_SECONDS", 0.001)


@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}])
def test_what_the_function_has_taken_does_not_come_again(answer: Any) -> None:
    assert delivered(3, lambda _: answer) == [[0, 1, 2]]


def test_records_come_again_from_the_first_that_the_function_tells_as_failed(hasty: None) -> None:
    assert delivered(4, failing_at(2, times=1)) == [[0, 1, 2, 3], [2, 3]]


def test_of_several_that_failed_the_first_counts(hasty: None) -> None:
    answers = [{"batchItemFailures": [{"itemIdentifier": "3"}, {"itemIdentifier": "1"}]}, None]
    assert delivered(4, lambda _: answers.pop(0)) == [[0, 1, 2, 3], [1, 2, 3]]


@pytest.mark.parametrize("failure", [{"itemIdentifier": "x"}, {"itemIdentifier": ""}, {"wrong": "1"}])
def test_a_failure_that_names_none_of_the_records_is_one_of_all(hasty: None, failure: dict[str, str]) -> None:
    answers = [{"batchItemFailures": [failure]}, None, None]
    assert delivered(2, lambda _: answers.pop(0)) == [[0, 1], [0], [1]]


def test_a_batch_that_fails_is_halved_until_the_record_that_fails_is_alone(
    hasty: None, caplog: pytest.LogCaptureFixture
) -> None:
    handed = delivered(4, raising_at(1))
    assert handed == [[0, 1, 2, 3], [0, 1], [0], *[[1]] * 5, [2, 3]]
    assert caplog.messages == ["a change was given up after 5 tries: {'pk': {'S': 'home-1'}}"]


def test_a_record_that_always_fails_keeps_no_other_from_being_taken(hasty: None) -> None:
    handed = delivered(100, failing_at(7, times=1_000))
    last = {number: place for place, some in enumerate(handed) for number in some}
    assert set(last) == set(range(100))
    assert sorted(last, key=lambda number: (last[number], number)) == list(range(100))


def test_a_record_that_fails_four_times_is_taken_at_the_fifth(hasty: None, caplog: pytest.LogCaptureFixture) -> None:
    assert delivered(1, failing_at(0, times=4)) == [[0]] * 5
    assert caplog.messages == []


def test_each_try_of_a_record_waits_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_source, "PAUSE_SECONDS", 0.01)

    async def seconds() -> float:
        begun = asyncio.get_running_loop().time()
        await event_source.deliver(records(1), Function(raising_at(0)).invoke)
        return asyncio.get_running_loop().time() - begun

    assert asyncio.run(seconds()) >= 0.01 * (2 + 4 + 8 + 16)


def test_an_invocation_that_breaks_loses_nothing(hasty: None) -> None:
    function = Function(lambda _: None)
    broken = [BrokenPipeError(), RuntimeError()]

    async def invoke(name: str, event: Any) -> Outcome:
        if broken:
            raise broken.pop()
        return await function.invoke(name, event)

    asyncio.run(event_source.deliver(records(1), invoke))
    assert function.handed == [[0]]


def followed(read: Stream, written: Callable[[], None], until: Callable[[list[str]], bool]) -> list[str]:
    """The ids that the function is handed while something is written, until that is enough of them."""
    ids: list[str] = []

    async def invoke(name: str, event: Any) -> Outcome:
        ids.extend(record["dynamodb"]["Keys"]["pk"]["S"] for record in event["Records"])
        return Outcome(None, None, [], 0, 0)

    async def run() -> None:
        following = asyncio.create_task(event_source.follow(read, invoke))
        await asyncio.to_thread(written)
        async with asyncio.timeout(20):
            while not until(ids):
                await asyncio.sleep(0.01)
        following.cancel()
        await asyncio.wait([following])
        assert following.cancelled()

    asyncio.run(run())
    return ids


def test_what_is_written_reaches_the_function_in_its_order(engine: str, table: str) -> None:
    written = [f"{n:03}" for n in range(120)]
    read = Stream(dynamodb.environment(engine, table))
    assert followed(read, lambda: put(engine, table, *written), lambda ids: len(ids) >= 120) == written


def test_an_engine_that_is_away_is_waited_for_and_told_of_once(
    engine: str, table: str, caplog: pytest.LogCaptureFixture
) -> None:
    with Proxy(engine) as between, caplog.at_level(logging.WARNING, "local.lambdas.event_source"):
        read = Stream(dynamodb.environment(between.url, table))
        between.fail("GetRecords", reset(), times=3)
        ids = followed(read, lambda: put(engine, table, "a", "b"), lambda ids: len(ids) >= 2)
    assert ids == ["a", "b"]
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("the table's stream cannot be read, and is waited for: ")


def a_home(id: str, zip_code: str) -> Property:
    now = clock.now()
    return Property(
        id=ID(id),
        version=1,
        address="1 Elm Street",
        zip_code=zip_code,
        price=100.0,
        status=ListingStatus.ACTIVE,
        owner_id=ID("olga"),
        created_at=now,
        updated_at=now,
    )


@pytest.fixture
def in_desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leads `data.dynamodb.table` to the desk's table, past the desk."""
    for variable, value in dynamodb.environment(desk.engine, desk.environment["TABLE_NAME"]).items():
        monkeypatch.setenv(variable, value)


def test_a_home_that_comes_by_a_load_is_told_to_the_subscribers_of_its_zip(desk: Desk, in_desk: None) -> None:
    home = a_home("loaded", "97301")
    with connected(desk) as socket:
        socket.follow(ON_ZIP, zip="97301")
        bulk_import.add([Arrival(home, [history.added(home, HistoryKind.CREATED, ID("olga"), []).item])])
        assert socket.change() == {
            "zipCode": "97301",
            "propertyId": "loaded",
            "kind": "CREATED",
            "version": 1,
            "listed": True,
        }


def test_a_move_that_is_written_past_the_desk_reaches_both_zips_and_who_follows_the_home(
    desk: Desk, in_desk: None
) -> None:
    home = a_home("moved", "97302")
    desk.put([properties.to_item(home)])
    with connected(desk) as left, connected(desk) as entered, connected(desk) as at_home:
        left.follow(ON_ZIP, zip="97302")
        entered.follow(ON_ZIP, zip="97303")
        at_home.follow(ON_HOME, id="moved")
        desk.put([properties.to_item(replace(home, zip_code="97303", version=2))])
        told = [heard(left, 2), heard(entered, 2)]
        assert [(one["zipCode"], one["listed"]) for one in told] == [("97302", False), ("97303", True)]
        assert heard(at_home, 2)["kind"] == "DETAILS_CHANGED"


def heard(socket: Any, version: int) -> Any:
    """The change to this version; one before it may still be on its way."""
    while (change := socket.change())["version"] != version:
        pass
    return change


def test_a_home_that_is_changed_past_the_desk_is_not_answered_from_the_cache_any_more(desk: Desk) -> None:
    home = a_home("kept", "97304")
    price = '{ property(id: "kept") { price } }'
    with connected(desk) as socket:
        socket.follow(ON_HOME, id="kept")
        desk.put([properties.to_item(home)])
        assert socket.change()["version"] == 1
        assert [desk.ask(price).data, desk.ask(price).operations] == [{"property": {"price": 100.0}}, []]
        desk.put([properties.to_item(replace(home, price=5.5, version=2))])
        assert socket.change()["version"] == 2
        assert desk.ask(price).data == {"property": {"price": 5.5}}


def test_whatever_goes_wrong_in_reading_a_stream_is_told_of_and_what_comes_after_is_still_handed_on(
    hasty: None, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        looks = 0

        def open(self) -> list[str]:
            self.looks += 1
            if self.looks == 1:
                raise KeyError("StreamLabel")
            return ["shard"]

        def read(self, shard: str) -> Records:
            return records(1) if self.looks == 2 else []

    async def until_handed_on() -> None:
        function, broken = Function(lambda _: None), cast(Stream, Broken())
        following = asyncio.create_task(event_source.follow(broken, function.invoke))
        while not function.handed:
            await asyncio.sleep(0.01)
        following.cancel()

    asyncio.run(asyncio.wait_for(until_handed_on(), 10))
    assert "the table's stream cannot be read, and is waited for: 'StreamLabel'" in caplog.text
