"""What happened to a home, newest first, page by page; each change of a home is one event."""

import pytest

from data import history, images, properties
from data.records import ID, DateTime, FieldChange, HistoryEvent, HistoryKind, PageInfo, Property
from tests.data import actions, assertions, factories
from tests.proxy import Proxy

pytestmark = pytest.mark.usefixtures("table")

LATER = DateTime("2999-01-01T00:00:00.000Z")


def a_home_with_events(count: int, n: int = 0) -> Property:
    home = factories.a_home(n)
    for price in range(count - 1):
        home = actions.changed(home, price=float(price))
    return home


def test_a_new_home_has_one_event() -> None:
    home = factories.a_home()
    assert assertions.events(home.id) == [
        HistoryEvent(
            id=ID(f"{home.id}-1"),
            at=factories.at(0),
            kind=HistoryKind.CREATED,
            version=1,
            changed_by_id=factories.ADA,
            changes=(),
        )
    ]


def test_events_come_newest_first() -> None:
    home = actions.changed(actions.changed(factories.a_home(), price=1.0), address="2 Oak Street")
    home = images.add(home, factories.a_picture(home.id, 0), factories.ADA)
    kinds = [(event.version, event.kind.value) for event in assertions.events(home.id)]
    assert kinds == [(4, "PICTURES_CHANGED"), (3, "DETAILS_CHANGED"), (2, "PRICE_CHANGED"), (1, "CREATED")]


def test_an_event_tells_each_field_before_and_after() -> None:
    home = actions.changed(factories.a_home(), price=1.0, bedrooms=2)
    assert assertions.events(home.id)[0].changes == (
        FieldChange(field="price", before="250000", after="1"),
        FieldChange(field="bedrooms", before=None, after="2"),
    )


@pytest.mark.parametrize("first", [1, 2, 5])
def test_the_pages_of_a_history_are_all_of_it_once(first: int) -> None:
    home = a_home_with_events(5)
    pages = assertions.pages(lambda after: history.of_property(home.id, first, after))
    assert [event.version for page in pages for event in page] == [5, 4, 3, 2, 1]
    assert [len(page) for page in pages[:-1]] == [first] * (len(pages) - 1)


def test_an_event_meanwhile_does_not_move_the_next_page() -> None:
    home = a_home_with_events(3)
    page = history.of_property(home.id, 2, None)
    actions.changed(home, price=77.0)
    rest = history.of_property(home.id, 2, page.page_info.end_cursor)
    assert [event.version for event in rest.nodes] == [1]


def test_events_stay_in_order_when_the_clock_runs_backwards() -> None:
    home = factories.a_home(updated_at=LATER)
    for price in range(11):
        home = actions.changed(home, price=float(price))
    assert [event.version for event in assertions.events(home.id)] == [*range(12, 0, -1)]
    assert {event.at for event in assertions.events(home.id)} == {LATER}


def test_the_histories_of_several_homes_are_one_query_for_each_different_home(proxy: Proxy) -> None:
    homes = [a_home_with_events(n + 1, n) for n in range(3)]
    ids = [homes[2].id, homes[0].id, ID("nowhere"), homes[2].id]
    proxy.seen.clear()
    found = history.of_properties(ids, 2, None)
    assert [[event.version for event in page.nodes] for page in found] == [[3, 2], [1], [], [3, 2]]
    assert proxy.seen == ["Query"] * 3


def test_each_of_several_homes_has_a_page_of_its_own() -> None:
    homes = [a_home_with_events(n + 1, n) for n in range(2)]
    found = history.of_properties([home.id for home in homes], 1, None)
    assert [page.page_info.has_next_page for page in found] == [False, True]


def test_a_home_without_history_is_an_empty_page(proxy: Proxy) -> None:
    page = history.of_property(ID("nowhere"), 20, None)
    assert (page.nodes, page.page_info) == ((), PageInfo(has_next_page=False, end_cursor=None))
    assert proxy.seen == ["Query"]


def test_no_homes_are_no_request(proxy: Proxy) -> None:
    assert history.of_properties([], 20, None) == []
    assert proxy.seen == []


def test_pictures_and_the_home_itself_are_no_events() -> None:
    home = factories.a_home(pictures=3)
    assert len(assertions.events(home.id)) == 1


def test_a_deleted_homes_history_ends_with_its_deletion() -> None:
    home = a_home_with_events(2)
    properties.delete(home, 2, factories.ADA)
    assert [event.kind.value for event in assertions.events(home.id)] == ["DELETED", "PRICE_CHANGED", "CREATED"]
