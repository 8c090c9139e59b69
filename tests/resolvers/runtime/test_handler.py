"""The handler of every function: its responses to one event, to a list of events, and to failures."""

import json
import uuid

import pytest

from data import keys
from data.errors import InvalidCursor
from data.records import ID
from resolvers.field_config import Batch, FieldConfig
from resolvers.runtime import handler
from resolvers.runtime.errors import InternalError
from resolvers.wiring import SIGNED_IN
from tests.proxy import FaultProxy, error, reset_connection
from tests.resolvers import factories
from tests.resolvers.conftest import LogReader
from tests.resolvers.events import (
    ADA,
    ADMIN,
    BOB,
    TRACE,
    Value,
    batch_values,
    event,
    execute,
    execute_batch,
    expect_error,
    invoke,
)

INTERNAL_MESSAGE = f"internal error (correlation id: {TRACE})"
BROKEN_PROPERTY = {"pk": "PROP#broken", "sk": "METADATA", "address": "1 Secret Street"}
INVALID_CURSOR = {
    "data": None,
    "errorMessage": "after is not a cursor of this list: omit it to read the first page",
    "errorType": "InvalidCursor",
}


def property_values(*ids: str) -> list[Value]:
    """Returns properties as the sources of their fields: the values of the root field."""
    properties_: list[Value] = execute("Query.properties", ids=list(ids))
    return properties_


def broken_event(id: str) -> dict[str, str]:
    """Returns a corrupt item in the history of a property."""
    return {"pk": keys.property(ID(id)).pk, "sk": f"{keys.EVENT_PREFIX}2000", "id": "broken"}


def test_the_value_of_a_root_field_is_under_ok(table: str) -> None:
    assert invoke(event("Query.property", {"id": "nowhere"})) == {"ok": None}


def test_the_client_error_of_a_root_field_is_under_err(table: str) -> None:
    assert invoke(event("Mutation.deleteProperty", {"id": "nowhere", "expectedVersion": 1})) == {
        "err": {
            "type": "PropertyNotFound",
            "message": "no property has the id nowhere",
            "info": {"id": "nowhere"},
        }
    }


def test_error_info_has_camel_case_names(table: str) -> None:
    factories.create_property("h1")
    error_ = expect_error("Mutation.updateProperty", id="h1", input={"price": 5}, expectedVersion=7)
    assert error_["info"] == {"id": "h1", "expectedVersion": 7, "currentVersion": 1}


def test_a_list_of_events_has_its_results_in_order(table: str) -> None:
    factories.create_property("h1", "ada")
    factories.create_property("h2", "bob")
    users = batch_values("Property.owner", property_values("h2", "h1", "h2"))
    assert [user["name"] for user in users] == ["Bob", "Ada", "Bob"]


def test_an_item_without_a_value_is_null_in_its_place(table: str) -> None:
    factories.create_user("bob")
    nobody, bob = execute_batch("Property.owner", [{"ownerId": "nobody"}, {"ownerId": "bob"}])
    assert nobody == {"data": None}
    assert bob["data"]["name"] == "Bob"


def test_a_failed_item_has_an_error_and_no_data(table: str) -> None:
    factories.create_property("h1")
    assert execute_batch("Property.history", property_values("h1"), after="nonsense") == [INVALID_CURSOR]


def test_a_single_event_of_a_batched_field_returns_the_plain_value(table: str) -> None:
    factories.create_property("h1", "ada")
    assert invoke(event("Property.owner", {}, source={"ownerId": "ada"}))["name"] == "Ada"


def test_a_single_event_of_a_batched_field_raises_its_client_error(table: str) -> None:
    factories.create_property("h1")
    with pytest.raises(InvalidCursor, match="after is not a cursor of this list"):
        invoke(event("Property.history", {"after": "nonsense"}, source={"id": "h1"}))


def test_a_single_event_of_a_batched_field_raises_internal_error_for_a_bug(table: str) -> None:
    factories.put_items(broken_event("h1"))
    with pytest.raises(InternalError, match=TRACE) as raised:
        invoke(event("Property.history", {}, source={"id": "h1"}))
    assert (raised.value.__cause__, raised.value.__suppress_context__) == (None, True)


def test_each_item_of_a_list_is_resolved_by_its_own_arguments(table: str) -> None:
    factories.change_price(factories.create_property("h1"), 1.0, 2.0)
    events = [event("Property.history", {"first": first}, source={"id": "h1"}) for first in (1, 2, 1)]
    assert [len(item["data"]["nodes"]) for item in invoke(events)] == [1, 2, 1]


def test_each_item_of_a_list_is_resolved_for_its_own_caller(table: str) -> None:
    source = {"id": "ada", "name": "Ada", "email": "ada@example.com"}
    events = [event("User.email", {}, caller, source) for caller in (BOB, ADA, ADMIN, BOB)]
    assert invoke(events) == [
        {"data": None},
        {"data": "ada@example.com"},
        {"data": "ada@example.com"},
        {"data": None},
    ]


def test_an_invalid_cursor_fails_only_its_own_items(table: str) -> None:
    factories.create_property("h1")
    events = [
        event("Property.history", arguments, source={"id": "h1"}) for arguments in ({}, {"after": "nonsense"}, {})
    ]
    good, bad, also_good = invoke(events)
    assert bad == INVALID_CURSOR
    assert [event["kind"] for event in good["data"]["nodes"]] == ["CREATED"]
    assert also_good == good


def test_a_cursor_of_one_property_fails_only_the_other_property(table: str) -> None:
    factories.change_price(factories.create_property("h1"), 1.0)
    factories.create_property("h2")
    [page, _] = batch_values("Property.history", property_values("h1", "h2"), first=1)
    items = execute_batch("Property.history", property_values("h1", "h2"), after=page["pageInfo"]["endCursor"])
    assert [node["kind"] for node in items[0]["data"]["nodes"]] == ["CREATED"]
    assert items[1] == INVALID_CURSOR


def test_a_corrupt_item_fails_only_its_own_property(table: str) -> None:
    for id in ("h1", "h2", "h3"):
        factories.create_property(id)
    factories.put_items(broken_event("h2"))
    first, broken, last = execute_batch("Property.history", property_values("h1", "h2", "h3"))
    assert broken == {"data": None, "errorMessage": INTERNAL_MESSAGE, "errorType": "InternalError"}
    assert [len(item["data"]["nodes"]) for item in (first, last)] == [1, 1]


def test_twenty_events_cost_one_read(table: str, proxy: FaultProxy) -> None:
    for number in range(20):
        factories.create_user(f"u{number}")
    proxy.operations.clear()
    users = batch_values("Property.owner", [{"ownerId": f"u{number}"} for number in range(20)])
    assert [user["id"] for user in users] == [f"u{number}" for number in range(20)]
    assert proxy.operations == ["BatchGetItem"]


def test_a_field_without_reads_costs_no_request(table: str, proxy: FaultProxy) -> None:
    assert batch_values("User.email", [{"id": "ada", "name": "Ada", "email": "a@b.c"}] * 20) == ["a@b.c"] * 20
    assert proxy.operations == []


def test_the_error_of_a_bug_has_the_correlation_id(table: str) -> None:
    factories.put_items(BROKEN_PROPERTY)
    assert expect_error("Query.property", id="broken") == {
        "type": "InternalError",
        "message": INTERNAL_MESSAGE,
        "info": {"correlationId": TRACE},
    }


def test_a_bug_is_logged_once_with_its_cause_under_the_same_id(table: str, read_log: LogReader) -> None:
    factories.put_items(BROKEN_PROPERTY)
    expect_error("Query.property", id="broken")
    [line] = read_log()
    assert (line["level"], line["correlation_id"], line["field"]) == ("ERROR", TRACE, "Query.property")
    assert line["exception_name"] == "TypeError"
    assert "resolvers/properties.py" in line["exception"]


def test_the_error_of_a_bug_does_not_reveal_its_cause(table: str) -> None:
    factories.put_items(BROKEN_PROPERTY)
    error_ = json.dumps(expect_error("Query.property", id="broken"))
    assert not [word for word in ("TypeError", "Traceback", ".py", "address", "Secret", "METADATA") if word in error_]


@pytest.mark.parametrize("request_", [None, {}, {"headers": None}, {"headers": {}}])
def test_a_bug_without_a_trace_id_has_a_random_correlation_id(
    table: str, read_log: LogReader, request_: object
) -> None:
    factories.put_items(BROKEN_PROPERTY)
    response = invoke(event("Query.property", {"id": "broken"}) | {"request": request_})
    [line] = read_log()
    assert response["err"]["info"] == {"correlationId": line["correlation_id"]}
    assert uuid.UUID(line["correlation_id"]).version == 4


def test_a_throttled_table_gives_try_again(table: str, proxy: FaultProxy) -> None:
    proxy.fail("Query", error(400, "ThrottlingException"), times=3)
    assert invoke(event("Query.property", {"id": "h1"})) == {
        "err": {"type": "TryAgain", "message": "the service is busy: try again in a moment", "info": {}}
    }


def test_an_unreachable_table_is_logged_as_one_warning_with_its_cause(
    table: str, proxy: FaultProxy, read_log: LogReader
) -> None:
    proxy.fail("Query", reset_connection(), times=3)
    invoke(event("Query.property", {"id": "h1"}))
    [line] = read_log()
    assert (line["level"], line["correlation_id"], line["field"]) == ("WARNING", TRACE, "Query.property")
    assert line["cause"].startswith("ConnectionClosedError")


def test_a_throttled_batch_is_not_split(table: str, proxy: FaultProxy) -> None:
    proxy.fail("BatchGetItem", error(400, "ThrottlingException"), times=3)
    items = execute_batch("Property.owner", [{"ownerId": "ada"}, {"ownerId": "bob"}])
    assert [item["errorType"] for item in items] == ["TryAgain", "TryAgain"]
    assert proxy.operations == ["BatchGetItem"] * 3


def test_a_client_error_is_not_logged(table: str, read_log: LogReader) -> None:
    expect_error("Mutation.deleteProperty", id="nowhere", expectedVersion=1)
    assert read_log() == []


def test_errors_are_counted_by_type_and_field(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    expect_error("Mutation.deleteProperty", id="nowhere", expectedVersion=1)
    line = json.loads(capsys.readouterr().out)
    assert (line["PropertyNotFound"], line["field"]) == ([1.0], "Mutation.deleteProperty")


def test_a_field_without_an_entry_in_the_registry_raises_key_error() -> None:
    with pytest.raises(KeyError, match=r"Query\.nothing"):
        invoke(event("Query.nothing", {}))


def test_a_resolver_that_returns_too_few_values_fails_all_items() -> None:
    def one_short(ids: list[ID], /) -> list[ID]:
        return ids[1:]

    field = FieldConfig("Property.owner", one_short, SIGNED_IN, batch=Batch(100, by="owner_id"))
    items = handler.resolve_batch(field, [event("Property.owner", {}, source={"ownerId": id}) for id in ("ada", "bob")])
    assert [item["errorType"] for item in items] == ["InternalError", "InternalError"]


def test_a_batch_on_a_missing_table_is_not_split(proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "no-such-table")
    items = execute_batch("Property.owner", [{"ownerId": f"user-{n}"} for n in range(20)])
    assert {response["errorType"] for response in items} == {"InternalError"}
    assert proxy.operations == ["BatchGetItem"]


def test_the_split_of_a_failing_batch_ends_after_32_failures(proxy: FaultProxy) -> None:
    items = execute_batch("Property.owner", [{} for _ in range(100)])
    assert [response["errorType"] for response in items] == ["InternalError"] * 100
    assert proxy.operations == []
