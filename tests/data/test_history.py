"""The history of a property: newest first, in pages, one event for each change."""

import pytest

from data import history, images, properties
from data.records import ID, DateTime, FieldChange, HistoryEvent, HistoryKind, PageInfo, Property
from tests.data import actions, assertions, factories
from tests.proxy import FaultProxy

pytestmark = pytest.mark.usefixtures("table")

LATER = DateTime("2999-01-01T00:00:00.000Z")


def property_with_events(count: int, n: int = 0) -> Property:
    property_ = factories.create_property(n)
    for price in range(count - 1):
        property_ = actions.change_property(property_, price=float(price))
    return property_


def test_a_new_property_has_one_event() -> None:
    property_ = factories.create_property()
    assert assertions.history_events(property_.id) == [
        HistoryEvent(
            id=ID(f"{property_.id}-1"),
            at=factories.timestamp(0),
            kind=HistoryKind.CREATED,
            version=1,
            changed_by_id=factories.ADA,
            changes=(),
        )
    ]


def test_events_are_sorted_newest_first() -> None:
    property_ = actions.change_property(
        actions.change_property(factories.create_property(), price=1.0), address="2 Oak Street"
    )
    property_ = images.add(property_, factories.unsaved_image(property_.id, 0), factories.ADA)
    kinds = [(event.version, event.kind.value) for event in assertions.history_events(property_.id)]
    assert kinds == [(4, "PICTURES_CHANGED"), (3, "DETAILS_CHANGED"), (2, "PRICE_CHANGED"), (1, "CREATED")]


def test_an_event_has_each_field_before_and_after() -> None:
    property_ = actions.change_property(factories.create_property(), price=1.0, bedrooms=2)
    assert assertions.history_events(property_.id)[0].changes == (
        FieldChange(field="price", before="250000", after="1"),
        FieldChange(field="bedrooms", before=None, after="2"),
    )


@pytest.mark.parametrize("first", [1, 2, 5])
def test_the_pages_of_a_history_have_each_event_once(first: int) -> None:
    property_ = property_with_events(5)
    pages = assertions.read_pages(lambda after: history.of_property(property_.id, first, after))
    assert [event.version for page in pages for event in page] == [5, 4, 3, 2, 1]
    assert [len(page) for page in pages[:-1]] == [first] * (len(pages) - 1)


def test_a_new_event_does_not_move_the_next_page() -> None:
    property_ = property_with_events(3)
    page = history.of_property(property_.id, 2, None)
    actions.change_property(property_, price=77.0)
    next_page = history.of_property(property_.id, 2, page.page_info.end_cursor)
    assert [event.version for event in next_page.nodes] == [1]


def test_events_stay_in_order_when_the_clock_runs_backwards() -> None:
    property_ = factories.create_property(updated_at=LATER)
    for price in range(11):
        property_ = actions.change_property(property_, price=float(price))
    assert [event.version for event in assertions.history_events(property_.id)] == [*range(12, 0, -1)]
    assert {event.at for event in assertions.history_events(property_.id)} == {LATER}


def test_several_histories_cost_one_query_for_each_distinct_property(proxy: FaultProxy) -> None:
    property_list = [property_with_events(n + 1, n) for n in range(3)]
    ids = [property_list[2].id, property_list[0].id, ID("nowhere"), property_list[2].id]
    proxy.operations.clear()
    pages = history.of_properties(ids, 2, None)
    assert [[event.version for event in page.nodes] for page in pages] == [[3, 2], [1], [], [3, 2]]
    assert proxy.operations == ["Query"] * 3


def test_each_property_has_its_own_page() -> None:
    property_list = [property_with_events(n + 1, n) for n in range(2)]
    pages = history.of_properties([property_.id for property_ in property_list], 1, None)
    assert [page.page_info.has_next_page for page in pages] == [False, True]


def test_a_property_without_history_has_an_empty_page(proxy: FaultProxy) -> None:
    page = history.of_property(ID("nowhere"), 20, None)
    assert (page.nodes, page.page_info) == ((), PageInfo(has_next_page=False, end_cursor=None))
    assert proxy.operations == ["Query"]


def test_no_ids_cost_no_request(proxy: FaultProxy) -> None:
    assert history.of_properties([], 20, None) == []
    assert proxy.operations == []


def test_image_and_property_items_are_not_events() -> None:
    property_ = factories.create_property(image_count=3)
    assert len(assertions.history_events(property_.id)) == 1


def test_the_newest_event_of_a_deleted_property_is_its_deletion() -> None:
    property_ = property_with_events(2)
    properties.delete(property_, 2, factories.ADA)
    assert [event.kind.value for event in assertions.history_events(property_.id)] == [
        "DELETED",
        "PRICE_CHANGED",
        "CREATED",
    ]
