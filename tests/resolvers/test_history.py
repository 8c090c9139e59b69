"""The history of a property: its changes and the users who made them."""

from tests.proxy import FaultProxy
from tests.resolvers import factories
from tests.resolvers.events import ADMIN, batch_values, execute, execute_batch

PROPERTY = {"id": "h1"}


def test_an_event_has_the_changed_values_and_the_time(table: str) -> None:
    changed = factories.change_price(factories.create_property("h1", price=100.0), 99.5)
    [page] = batch_values("Property.history", [PROPERTY], first=1)
    assert page["nodes"] == [
        {
            "id": "h1-2",
            "at": changed.updated_at,
            "kind": "PRICE_CHANGED",
            "version": 2,
            "changedById": "ada",
            "changes": [{"field": "price", "before": "100", "after": "99.5"}],
        }
    ]


def test_the_newest_event_is_first(table: str) -> None:
    factories.change_price(factories.create_property("h1"), 1.0, 2.0)
    [page] = batch_values("Property.history", [PROPERTY])
    assert [event["version"] for event in page["nodes"]] == [3, 2, 1]


def test_events_are_paginated(table: str) -> None:
    factories.change_price(factories.create_property("h1"), 1.0, 2.0)
    [page] = batch_values("Property.history", [PROPERTY], first=2)
    [next_page] = batch_values("Property.history", [PROPERTY], first=2, after=page["pageInfo"]["endCursor"])
    assert [[event["version"] for event in result_page["nodes"]] for result_page in (page, next_page)] == [[3, 2], [1]]
    assert [result_page["pageInfo"]["hasNextPage"] for result_page in (page, next_page)] == [True, False]


def test_a_page_has_twenty_events_by_default(table: str) -> None:
    factories.change_price(factories.create_property("h1"), *map(float, range(1, 22)))
    assert len(batch_values("Property.history", [PROPERTY])[0]["nodes"]) == 20
    assert len(batch_values("Property.history", [PROPERTY], first=100)[0]["nodes"]) == 22


def test_the_history_of_a_property_costs_one_read(table: str, proxy: FaultProxy) -> None:
    factories.create_property("h1")
    factories.create_property("h2")
    proxy.operations.clear()
    assert [len(page["nodes"]) for page in batch_values("Property.history", [PROPERTY, {"id": "h2"}])] == [1, 1]
    assert proxy.operations == ["Query", "Query"]


def test_an_invalid_page_size_is_rejected(table: str) -> None:
    assert execute_batch("Property.history", [PROPERTY], first=101) == [
        {"data": None, "errorMessage": "first is 101; 1 to 100 is allowed", "errorType": "InvalidInput"}
    ]


def test_an_event_names_the_user_who_made_the_change(table: str) -> None:
    factories.create_property("h1", "ada")
    factories.create_user("root")
    execute("Mutation.updateProperty", ADMIN, id="h1", input={"price": 5}, expectedVersion=1)
    [page] = batch_values("Property.history", [PROPERTY])
    assert [user["id"] for user in batch_values("HistoryEvent.changedBy", page["nodes"])] == ["root", "ada"]


def test_changed_by_is_null_for_a_user_without_a_profile(table: str) -> None:
    factories.create_property("h1", "ada")
    execute("Mutation.updateProperty", ADMIN, id="h1", input={"price": 5}, expectedVersion=1)
    [page] = batch_values("Property.history", [PROPERTY], first=1)
    assert batch_values("HistoryEvent.changedBy", page["nodes"]) == [None]
