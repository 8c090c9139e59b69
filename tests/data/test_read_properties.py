"""Properties are read by id and by owner in the minimum number of requests."""

from dataclasses import replace
from functools import partial

import pytest

from data import properties
from data.dynamodb.instrumentation import DynamoDBCall
from data.records import ID, PageInfo
from tests.data import actions, assertions, factories
from tests.proxy import FaultProxy

pytestmark = pytest.mark.usefixtures("table")

UNKNOWN_ID = ID("nobody")


def test_a_property_is_read_as_it_was_created() -> None:
    property_ = factories.create_property(bedrooms=3, description="Light.", latitude=47.5)
    assert properties.by_id(property_.id) == replace(property_, images=None)


def test_an_unknown_property_is_none() -> None:
    assert properties.by_id(UNKNOWN_ID) is None
    assert properties.with_images(UNKNOWN_ID) is None


def test_a_deleted_property_is_none() -> None:
    property_ = factories.create_property(image_count=2)
    properties.delete(property_, 1, factories.ADA)
    assert properties.by_id(property_.id) is None
    assert properties.with_images(property_.id) is None


def test_a_property_with_its_images_costs_one_query(proxy: FaultProxy, calls: list[DynamoDBCall]) -> None:
    property_ = factories.create_property(image_count=50)
    calls.clear()
    proxy.operations.clear()
    assert properties.with_images(property_.id) == property_
    assert proxy.operations == ["Query"]
    assert assertions.summary(calls) == [("Query", None, 1, 51)]


def test_a_property_with_its_images_is_a_consistent_read(calls: list[DynamoDBCall]) -> None:
    property_ = factories.create_property(image_count=3)
    calls.clear()
    properties.with_images(property_.id)
    properties.by_id(property_.id)
    assert [call.read_units for call in calls] == [1, 1]


def test_the_history_is_not_read_with_its_property(calls: list[DynamoDBCall]) -> None:
    property_ = factories.create_property()
    updated = actions.change_property(actions.change_property(property_, price=1.0), price=2.0)
    calls.clear()
    assert properties.with_images(property_.id) == updated
    assert calls[0].items == 1


def test_images_are_in_display_order() -> None:
    property_ = factories.create_property(image_count=3)
    order = tuple(reversed(property_.image_ids))
    properties.update(property_, {"image_ids": order}, 1, factories.ADA)
    stored = properties.with_images(property_.id)
    assert stored
    assert [image.id for image in stored.images or ()] == ["picture-2", "picture-1", "picture-0"]


def test_properties_are_in_the_order_of_the_ids_with_repetitions() -> None:
    first, second = (replace(property_, images=None) for property_ in factories.create_properties(2))
    assert properties.by_ids([second.id, UNKNOWN_ID, first.id, second.id]) == [second, None, first, second]


def test_a_hundred_distinct_ids_cost_one_request(proxy: FaultProxy) -> None:
    [property_, _] = factories.create_properties(2)
    proxy.operations.clear()
    results = properties.by_ids([property_.id, *map(factories.property_id, range(1, 100)), property_.id])
    assert proxy.operations == ["BatchGetItem"]
    assert [result is not None for result in results] == [True, True, *[False] * 98, True]


def test_no_ids_cost_no_request(proxy: FaultProxy) -> None:
    assert properties.by_ids([]) == []
    assert proxy.operations == []


def test_the_properties_of_a_user_are_sorted_newest_first() -> None:
    oldest, middle, newest = (replace(property_, images=None) for property_ in factories.create_properties(3))
    [page] = properties.of_users([factories.ADA], 20, None)
    assert page.nodes == (newest, middle, oldest)
    start, end = page.edges[0].cursor, page.edges[-1].cursor
    assert page.page_info == PageInfo(has_next_page=False, start_cursor=start, end_cursor=end)


def test_the_properties_of_a_user_cost_two_requests(proxy: FaultProxy) -> None:
    factories.create_properties(5)
    proxy.operations.clear()
    properties.of_users([factories.ADA], 3, None)
    assert proxy.operations == ["Query", "BatchGetItem"]


def test_the_properties_of_several_users_cost_a_query_each_and_one_batch(proxy: FaultProxy) -> None:
    ada, grace = factories.create_property(1), factories.create_property(2, owner_id=factories.GRACE)
    proxy.operations.clear()
    users = [factories.GRACE, factories.ADA, UNKNOWN_ID, factories.GRACE]
    pages = properties.of_users(users, 20, None)
    assert [[property_.id for property_ in page.nodes] for page in pages] == [[grace.id], [ada.id], [], [grace.id]]
    assert sorted(proxy.operations) == ["BatchGetItem", "Query", "Query", "Query"]


def test_a_user_without_properties_has_an_empty_page(proxy: FaultProxy) -> None:
    [page] = properties.of_users([UNKNOWN_ID], 20, None)
    assert (page.edges, page.nodes) == ((), ())
    assert page.page_info == PageInfo(has_next_page=False, end_cursor=None)
    assert proxy.operations == ["Query"]


@pytest.mark.parametrize("first", [1, 3, 7])
def test_the_pages_have_each_property_of_a_user_once(first: int) -> None:
    property_list = factories.create_properties(7)
    factories.create_property(7, owner_id=factories.GRACE)
    pages = assertions.read_pages(lambda after: properties.of_users([factories.ADA], first, after)[0])
    assert [property_.id for page in pages for property_ in page] == [
        property_.id for property_ in reversed(property_list)
    ]
    assert [len(page) for page in pages[:-1]] == [first] * (len(pages) - 1)


def test_creates_and_deletes_do_not_move_the_next_page() -> None:
    property_list = factories.create_properties(4)
    [page] = properties.of_users([factories.ADA], 2, None)
    factories.create_property(4)
    properties.delete(property_list[2], 1, factories.ADA)  # the one that the cursor stands on
    [next_page] = properties.of_users([factories.ADA], 2, page.page_info.end_cursor)
    assert [property_.id for property_ in next_page.nodes] == [property_list[1].id, property_list[0].id]


def test_a_property_deleted_between_the_two_reads_is_left_out() -> None:
    first_property, second_property = factories.create_properties(2)
    page = properties.ids_of_user(factories.ADA, 20, None)
    remaining_page = properties.replace_ids(page, {first_property.id: first_property})
    assert (remaining_page.nodes, remaining_page.page_info) == ((first_property,), page.page_info)
    assert [edge.cursor for edge in remaining_page.edges] == [page.edges[1].cursor]
    assert second_property.id in page.nodes


def test_an_id_does_not_match_a_longer_id() -> None:
    factories.create_property(owner_id=ID("ada-2"))
    [page] = properties.of_users([factories.ADA], 20, None)
    assert page.nodes == ()


def test_concurrent_reads_return_correct_results() -> None:
    property_list = factories.create_properties(8)
    stored = actions.run_concurrently(*[partial(properties.with_images, property_.id) for property_ in property_list])
    assert stored == property_list
