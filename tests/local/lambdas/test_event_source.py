"""Stream records reach the function `stream` in order despite failures, and then the subscribers."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, cast

import pytest

from data import clock, history, properties
from data.maintenance import bulk_import
from data.maintenance.bulk_import import PropertyImport
from data.records import ID, HistoryKind, ListingStatus, Property
from local.dynamodb import engine as dynamodb
from local.dynamodb.streams import TableStream
from local.lambdas import event_source
from local.lambdas.pool import FunctionError, InvocationResult
from tests.local.dynamodb.test_streams import put_items
from tests.local.server_fixture import LocalServer
from tests.local.ws_client import ON_PROPERTY_CHANGE, ON_ZIP_CHANGE, connect_client
from tests.proxy import FaultProxy, reset_connection

Records = list[dict[str, Any]]
Take = Callable[[Records], Any]


@pytest.fixture
def has_stream() -> bool:
    return True


class Function:
    """A function that returns the result of `take` for its records and fails if it raises; it records its events."""

    def __init__(self, take: Take) -> None:
        self.take = take
        self.handed: list[list[int]] = []

    async def invoke(self, name: str, event: Any) -> InvocationResult:
        assert name == "stream"
        records = event["Records"]
        self.handed.append(numbers(records))
        try:
            return InvocationResult(self.take(records), None, [], 0, 0)
        except ValueError as error:
            return InvocationResult(None, FunctionError("ValueError", str(error)), [], 0, 0)


def records(count: int) -> Records:
    return [{"dynamodb": {"SequenceNumber": str(n), "Keys": {"pk": {"S": f"home-{n}"}}}} for n in range(count)]


def numbers(records: Records) -> list[int]:
    return [int(record["dynamodb"]["SequenceNumber"]) for record in records]


def delivered(count: int, take: Take) -> list[list[int]]:
    """Returns the record numbers of each invocation while `count` records are delivered."""
    function = Function(take)
    asyncio.run(event_source.deliver(records(count), function.invoke))
    return function.handed


def failing_at(number: int, times: int) -> Take:
    """Reports a record as failed this many times, then succeeds."""
    remaining = [number] * times

    def take(records: Records) -> Any:
        failed = [{"itemIdentifier": str(remaining.pop())}] if remaining and number in numbers(records) else []
        return {"batchItemFailures": failed}

    return take


def raising_at(number: int) -> Take:
    def take(records: Records) -> Any:
        if number in numbers(records):
            raise ValueError(number)

    return take


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_source, "PAUSE_SECONDS", 0.001)


@pytest.mark.parametrize("response", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}])
def test_processed_records_are_not_delivered_again(response: Any) -> None:
    assert delivered(3, lambda _: response) == [[0, 1, 2]]


def test_records_are_retried_from_the_first_reported_failure_on(hasty: None) -> None:
    assert delivered(4, failing_at(2, times=1)) == [[0, 1, 2, 3], [2, 3]]


def test_the_first_of_several_reported_failures_counts(hasty: None) -> None:
    responses = [{"batchItemFailures": [{"itemIdentifier": "3"}, {"itemIdentifier": "1"}]}, None]
    assert delivered(4, lambda _: responses.pop(0)) == [[0, 1, 2, 3], [1, 2, 3]]


@pytest.mark.parametrize("failure", [{"itemIdentifier": "x"}, {"itemIdentifier": ""}, {"wrong": "1"}])
def test_a_failure_with_an_unknown_id_is_a_failure_of_the_whole_batch(hasty: None, failure: dict[str, str]) -> None:
    responses = [{"batchItemFailures": [failure]}, None, None]
    assert delivered(2, lambda _: responses.pop(0)) == [[0, 1], [0], [1]]


@pytest.mark.parametrize("result", [["1"], "text", {"batchItemFailures": ["1"]}, {"batchItemFailures": 1}])
def test_a_result_that_is_no_batch_response_is_a_failure_of_the_whole_batch(hasty: None, result: Any) -> None:
    responses = [result, None, None]
    assert delivered(2, lambda _: responses.pop(0)) == [[0, 1], [0], [1]]


def test_a_failed_batch_is_bisected_until_the_failing_record_is_alone(
    hasty: None, caplog: pytest.LogCaptureFixture
) -> None:
    handed = delivered(4, raising_at(1))
    assert handed == [[0, 1, 2, 3], [0, 1], [0], *[[1]] * 5, [2, 3]]
    assert caplog.messages == ["a change was given up after 5 attempts: {'pk': {'S': 'home-1'}}"]


def test_a_record_that_always_fails_does_not_block_the_others(hasty: None) -> None:
    handed = delivered(100, failing_at(7, times=1_000))
    last = {number: place for place, batch in enumerate(handed) for number in batch}
    assert set(last) == set(range(100))
    assert sorted(last, key=lambda number: (last[number], number)) == list(range(100))


def test_a_record_that_fails_four_times_succeeds_at_the_fifth_attempt(
    hasty: None, caplog: pytest.LogCaptureFixture
) -> None:
    assert delivered(1, failing_at(0, times=4)) == [[0]] * 5
    assert caplog.messages == []


def test_each_retry_of_a_record_waits_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_source, "PAUSE_SECONDS", 0.01)

    async def seconds() -> float:
        started = asyncio.get_running_loop().time()
        await event_source.deliver(records(1), Function(raising_at(0)).invoke)
        return asyncio.get_running_loop().time() - started

    assert asyncio.run(seconds()) >= 0.01 * (2 + 4 + 8 + 16)


def test_an_invocation_that_raises_loses_no_record(hasty: None) -> None:
    function = Function(lambda _: None)
    broken = [BrokenPipeError(), RuntimeError()]

    async def invoke(name: str, event: Any) -> InvocationResult:
        if broken:
            raise broken.pop()
        return await function.invoke(name, event)

    asyncio.run(event_source.deliver(records(1), invoke))
    assert function.handed == [[0]]


def followed(read: TableStream, write: Callable[[], None], until: Callable[[list[str]], bool]) -> list[str]:
    """Calls `write` while a stream is polled; returns the ids that the function receives, once `until` accepts them."""
    ids: list[str] = []

    async def invoke(name: str, event: Any) -> InvocationResult:
        ids.extend(record["dynamodb"]["Keys"]["pk"]["S"] for record in event["Records"])
        return InvocationResult(None, None, [], 0, 0)

    async def run() -> None:
        following = asyncio.create_task(event_source.poll(read, invoke))
        await asyncio.to_thread(write)
        async with asyncio.timeout(20):
            while not until(ids):
                await asyncio.sleep(0.01)
        following.cancel()
        await asyncio.wait([following])
        assert following.cancelled()

    asyncio.run(run())
    return ids


def test_writes_reach_the_function_in_order(engine: str, table: str) -> None:
    written_ids = [f"{n:03}" for n in range(120)]
    read = TableStream(dynamodb.environment(engine, table))
    assert followed(read, lambda: put_items(engine, table, *written_ids), lambda ids: len(ids) >= 120) == written_ids


def test_an_unavailable_engine_is_retried_and_logged_once(
    engine: str, table: str, caplog: pytest.LogCaptureFixture
) -> None:
    with FaultProxy(engine) as between, caplog.at_level(logging.WARNING, "local.lambdas.event_source"):
        read = TableStream(dynamodb.environment(between.url, table))
        between.fail("GetRecords", reset_connection(), times=3)
        ids = followed(read, lambda: put_items(engine, table, "a", "b"), lambda ids: len(ids) >= 2)
    assert ids == ["a", "b"]
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("the table's stream cannot be read, and is waited for: ")


def test_records_are_acknowledged_after_they_are_delivered_and_only_then() -> None:
    events: list[str] = []

    class OneShard:
        batches: ClassVar = [records(1), [], records(1)]

        def open(self) -> list[str]:
            return ["shard"]

        def read(self, shard: str) -> Records:
            return self.batches.pop(0)

        def acknowledge(self) -> None:
            events.append("acknowledge")

    async def invoke(name: str, event: Any) -> InvocationResult:
        events.append("deliver")
        if events.count("deliver") == 2:
            raise asyncio.CancelledError
        return InvocationResult(None, None, [], 0, 0)

    async def run() -> None:
        stream = OneShard()
        assert [await event_source.deliver_new_records(stream, invoke) for _ in range(2)] == [1, 0]
        with pytest.raises(asyncio.CancelledError):
            await event_source.deliver_new_records(stream, invoke)

    asyncio.run(run())
    assert events == ["deliver", "acknowledge", "deliver"]


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
def in_desk(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connects `data.dynamodb.table` directly to the local server's table."""
    for variable, value in dynamodb.environment(server.engine, server.environment["TABLE_NAME"]).items():
        monkeypatch.setenv(variable, value)


def test_an_imported_property_is_published_to_the_subscribers_of_its_zip(server: LocalServer, in_desk: None) -> None:
    home = a_home("loaded", "97301")
    with connect_client(server) as socket:
        socket.subscribe(ON_ZIP_CHANGE, zip="97301")
        bulk_import.import_properties(
            [PropertyImport(home, [history.put_event(home, HistoryKind.CREATED, ID("olga"), []).item])]
        )
        assert socket.receive_change() == {
            "zipCode": "97301",
            "propertyId": "loaded",
            "kind": "CREATED",
            "version": 1,
            "listed": True,
        }


def test_a_direct_write_of_a_new_zip_reaches_both_zips_and_the_property(server: LocalServer, in_desk: None) -> None:
    home = a_home("moved", "97302")
    server.put_items([properties.to_item(home)])
    with connect_client(server) as old_zip_socket, connect_client(server) as entered, connect_client(server) as at_home:
        old_zip_socket.subscribe(ON_ZIP_CHANGE, zip="97302")
        entered.subscribe(ON_ZIP_CHANGE, zip="97303")
        at_home.subscribe(ON_PROPERTY_CHANGE, id="moved")
        server.put_items([properties.to_item(replace(home, zip_code="97303", version=2))])
        changes = [receive_change(old_zip_socket, 2), receive_change(entered, 2)]
        assert [(change["zipCode"], change["listed"]) for change in changes] == [("97302", False), ("97303", True)]
        assert receive_change(at_home, 2)["kind"] == "DETAILS_CHANGED"


def receive_change(socket: Any, version: int) -> Any:
    """Returns the change to this version. An earlier change may arrive first."""
    while (change := socket.receive_change())["version"] != version:
        pass
    return change


def test_a_direct_write_evicts_the_property_from_the_cache(server: LocalServer) -> None:
    home = a_home("kept", "97304")
    price = '{ property(id: "kept") { price } }'
    with connect_client(server) as socket:
        socket.subscribe(ON_PROPERTY_CHANGE, id="kept")
        server.put_items([properties.to_item(home)])
        assert socket.receive_change()["version"] == 1
        assert [server.execute(price).data, server.execute(price).operations] == [{"property": {"price": 100.0}}, []]
        server.put_items([properties.to_item(replace(home, price=5.5, version=2))])
        assert socket.receive_change()["version"] == 2
        assert server.execute(price).data == {"property": {"price": 5.5}}


def test_polling_continues_after_any_error_and_logs_it(hasty: None, caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        looks = 0

        def open(self) -> list[str]:
            self.looks += 1
            if self.looks == 1:
                raise KeyError("StreamLabel")
            return ["shard"]

        def read(self, shard: str) -> Records:
            return records(1) if self.looks == 2 else []

        def acknowledge(self) -> None:
            pass

    async def until_handed_on() -> None:
        function, broken = Function(lambda _: None), cast(TableStream, Broken())
        following = asyncio.create_task(event_source.poll(broken, function.invoke))
        while not function.handed:
            await asyncio.sleep(0.01)
        following.cancel()

    asyncio.run(asyncio.wait_for(until_handed_on(), 10))
    assert "the table's stream cannot be read, and is waited for: 'StreamLabel'" in caplog.text
