"""Reading of properties: by id, from listings and from their owners."""

from tests.proxy import FaultProxy
from tests.resolvers import factories
from tests.resolvers.events import BOB, batch_values, create_property, execute, execute_batch, expect_error


def test_a_property_has_its_images(table: str) -> None:
    factories.create_property_with_images(2)
    property_ = execute("Query.property", BOB, id="h1")
    assert (property_["id"], property_["address"], property_["version"]) == ("h1", "h1 Elm Street", 2)
    assert [image["id"] for image in property_["images"]] == ["p1", "p2"]


def test_a_property_with_its_images_costs_one_read(table: str, proxy: FaultProxy) -> None:
    factories.create_property_with_images(2)
    proxy.operations.clear()
    execute("Query.property", id="h1")
    assert proxy.operations == ["Query"]


def test_an_unknown_property_is_null(table: str) -> None:
    assert execute("Query.property", id="nowhere") is None


def test_properties_have_the_order_of_the_ids(table: str) -> None:
    factories.create_property("h1")
    factories.create_property("h2")
    properties_ = execute("Query.properties", ids=["h2", "nowhere", "h1", "h2"])
    assert [property_ and property_["id"] for property_ in properties_] == ["h2", None, "h1", "h2"]


def test_a_hundred_properties_cost_one_read(table: str, proxy: FaultProxy) -> None:
    assert execute("Query.properties", ids=[f"h{number}" for number in range(100)]) == [None] * 100
    assert proxy.operations == ["BatchGetItem"]


def test_no_ids_give_no_properties(table: str) -> None:
    assert execute("Query.properties", ids=[]) == []


def test_more_than_a_hundred_ids_exceed_the_limit(table: str) -> None:
    assert expect_error("Query.properties", ids=[f"h{number}" for number in range(101)]) == {
        "type": "LimitExceeded",
        "message": "at most 100 ids are allowed",
        "info": {"resource": "ids", "limit": 100},
    }


def test_the_properties_of_listings_cost_one_read(table: str, proxy: FaultProxy) -> None:
    factories.create_property("h1")
    factories.create_property("h2")
    proxy.operations.clear()
    properties_ = batch_values("Listing.property", [{"id": "h2"}, {"id": "gone"}, {"id": "h1"}])
    assert [property_ and property_["id"] for property_ in properties_] == ["h2", None, "h1"]
    assert proxy.operations == ["BatchGetItem"]


def test_the_properties_of_a_user_are_sorted_newest_first(table: str) -> None:
    ids = [create_property()["id"] for _ in range(3)]
    [page] = batch_values("User.properties", [{"id": "ada"}])
    assert [property_["id"] for property_ in page["nodes"]] == ids[::-1]
    assert page["pageInfo"]["hasNextPage"] is False


def test_the_properties_of_a_user_are_paginated(table: str) -> None:
    for id in ("h1", "h2", "h3"):
        factories.create_property(id)
    [page] = batch_values("User.properties", [{"id": "ada"}], first=2)
    [next_page] = batch_values("User.properties", [{"id": "ada"}], first=2, after=page["pageInfo"]["endCursor"])
    assert [[property_["id"] for property_ in result_page["nodes"]] for result_page in (page, next_page)] == [
        ["h3", "h2"],
        ["h1"],
    ]
    assert [result_page["pageInfo"]["hasNextPage"] for result_page in (page, next_page)] == [True, False]


def test_the_properties_of_several_users_cost_one_batch_read(table: str, proxy: FaultProxy) -> None:
    factories.create_property("h1", "ada")
    factories.create_property("h2", "bob")
    proxy.operations.clear()
    pages = batch_values("User.properties", [{"id": "ada"}, {"id": "bob"}, {"id": "nobody"}])
    assert [[property_["id"] for property_ in page["nodes"]] for page in pages] == [["h1"], ["h2"], []]
    assert sorted(proxy.operations) == ["BatchGetItem", "Query", "Query", "Query"]


def test_a_cursor_is_not_valid_for_another_user(table: str) -> None:
    factories.create_property("h1", "ada")
    [page] = batch_values("User.properties", [{"id": "ada"}])
    [item] = execute_batch("User.properties", [{"id": "bob"}], after=page["edges"][0]["cursor"])
    assert (item["data"], item["errorType"]) == (None, "InvalidCursor")
