"""Homes by their ids and by their owners, in as few requests as there can be."""

from dataclasses import replace
from functools import partial

import pytest

from data import properties
from data.dynamodb.instrumentation import Call
from data.records import ID, PageInfo
from tests.data import actions, assertions, factories
from tests.proxy import Proxy

pytestmark = pytest.mark.usefixtures("table")

NOBODY = ID("nobody")


def test_a_home_is_read_as_it_was_made() -> None:
    home = factories.a_home(bedrooms=3, description="Light.", latitude=47.5)
    assert properties.by_id(home.id) == replace(home, images=None)


def test_a_home_that_is_not_there_is_none() -> None:
    assert properties.by_id(NOBODY) is None
    assert properties.with_images(NOBODY) is None


def test_a_deleted_home_is_none_although_its_history_stays() -> None:
    home = factories.a_home(pictures=2)
    properties.delete(home, 1, factories.ADA)
    assert properties.by_id(home.id) is None
    assert properties.with_images(home.id) is None


def test_a_home_with_its_pictures_is_one_consistent_query(proxy: Proxy, calls: list[Call]) -> None:
    home = factories.a_home(pictures=50)
    calls.clear()
    proxy.seen.clear()
    assert properties.with_images(home.id) == home
    assert proxy.seen == ["Query"]
    assert assertions.told(calls) == [("Query", None, 1, 51)]


def test_a_home_with_its_pictures_costs_a_consistent_read_of_both(calls: list[Call]) -> None:
    home = factories.a_home(pictures=3)
    calls.clear()
    properties.with_images(home.id)
    properties.by_id(home.id)
    assert [call.read_units for call in calls] == [1, 1]


def test_the_history_of_a_home_is_not_read_with_it(calls: list[Call]) -> None:
    home = factories.a_home()
    changed = actions.changed(actions.changed(home, price=1.0), price=2.0)
    calls.clear()
    assert properties.with_images(home.id) == changed
    assert calls[0].items == 1


def test_pictures_come_in_display_order_not_in_that_of_their_ids() -> None:
    home = factories.a_home(pictures=3)
    order = tuple(reversed(home.image_ids))
    properties.update(home, {"image_ids": order}, 1, factories.ADA)
    found = properties.with_images(home.id)
    assert found
    assert [image.id for image in found.images or ()] == ["picture-2", "picture-1", "picture-0"]


def test_homes_come_in_the_order_asked_each_as_often_as_asked() -> None:
    first, second = (replace(home, images=None) for home in factories.homes(2))
    assert properties.by_ids([second.id, NOBODY, first.id, second.id]) == [second, None, first, second]


def test_a_hundred_homes_are_one_request_however_often_each_is_asked(proxy: Proxy) -> None:
    [home, _] = factories.homes(2)
    proxy.seen.clear()
    answers = properties.by_ids([home.id, *map(factories.home_id, range(1, 100)), home.id])
    assert proxy.seen == ["BatchGetItem"]
    assert [answer is not None for answer in answers] == [True, True, *[False] * 98, True]


def test_no_homes_are_no_request(proxy: Proxy) -> None:
    assert properties.by_ids([]) == []
    assert proxy.seen == []


def test_the_homes_of_a_user_come_newest_first() -> None:
    oldest, middle, newest = (replace(home, images=None) for home in factories.homes(3))
    [page] = properties.of_users([factories.ADA], 20, None)
    assert page.nodes == (newest, middle, oldest)
    start, end = page.edges[0].cursor, page.edges[-1].cursor
    assert page.page_info == PageInfo(has_next_page=False, start_cursor=start, end_cursor=end)


def test_the_homes_of_a_user_are_two_requests(proxy: Proxy) -> None:
    factories.homes(5)
    proxy.seen.clear()
    properties.of_users([factories.ADA], 3, None)
    assert proxy.seen == ["Query", "BatchGetItem"]


def test_the_homes_of_several_users_are_a_query_each_and_one_batch(proxy: Proxy) -> None:
    ada, grace = factories.a_home(1), factories.a_home(2, owner_id=factories.GRACE)
    proxy.seen.clear()
    users = [factories.GRACE, factories.ADA, NOBODY, factories.GRACE]
    pages = properties.of_users(users, 20, None)
    assert [[home.id for home in page.nodes] for page in pages] == [[grace.id], [ada.id], [], [grace.id]]
    assert sorted(proxy.seen) == ["BatchGetItem", "Query", "Query", "Query"]


def test_a_user_without_homes_is_one_request_and_an_empty_page(proxy: Proxy) -> None:
    [page] = properties.of_users([NOBODY], 20, None)
    assert (page.edges, page.nodes) == ((), ())
    assert page.page_info == PageInfo(has_next_page=False, end_cursor=None)
    assert proxy.seen == ["Query"]


@pytest.mark.parametrize("first", [1, 3, 7])
def test_the_pages_of_a_users_homes_are_all_of_them_once(first: int) -> None:
    homes = factories.homes(7)
    factories.a_home(7, owner_id=factories.GRACE)
    pages = assertions.pages(lambda after: properties.of_users([factories.ADA], first, after)[0])
    assert [home.id for page in pages for home in page] == [home.id for home in reversed(homes)]
    assert [len(page) for page in pages[:-1]] == [first] * (len(pages) - 1)


def test_what_is_made_or_deleted_meanwhile_does_not_move_the_next_page() -> None:
    homes = factories.homes(4)
    [page] = properties.of_users([factories.ADA], 2, None)
    factories.a_home(4)
    properties.delete(homes[2], 1, factories.ADA)  # the one that the cursor stands on
    [rest] = properties.of_users([factories.ADA], 2, page.page_info.end_cursor)
    assert [home.id for home in rest.nodes] == [homes[1].id, homes[0].id]


def test_a_home_that_is_gone_between_the_two_reads_is_left_out() -> None:
    one, two = factories.homes(2)
    page = properties.ids_of_user(factories.ADA, 20, None)
    left = properties.of_homes(page, {one.id: one})
    assert (left.nodes, left.page_info) == ((one,), page.page_info)
    assert [edge.cursor for edge in left.edges] == [page.edges[1].cursor]
    assert two.id in page.nodes


def test_an_id_that_begins_as_another_does_not_find_it() -> None:
    factories.a_home(owner_id=ID("ada-2"))
    [page] = properties.of_users([factories.ADA], 20, None)
    assert page.nodes == ()


def test_reads_at_the_same_time_do_not_disturb_each_other() -> None:
    homes = factories.homes(8)
    found = actions.all_at_the_same_time(*[partial(properties.with_images, home.id) for home in homes])
    assert found == homes
