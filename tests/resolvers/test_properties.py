"""Homes, as they are read: by id, by cards and by their owners."""

from tests.proxy import Proxy
from tests.resolvers import factories
from tests.resolvers.events import BOB, batch, create, ok, refused, values


def test_a_home_comes_with_its_pictures(table: str) -> None:
    factories.home_with_pictures(2)
    home = ok("Query.property", BOB, id="h1")
    assert (home["id"], home["address"], home["version"]) == ("h1", "h1 Elm Street", 2)
    assert [image["id"] for image in home["images"]] == ["p1", "p2"]


def test_a_home_and_its_pictures_are_one_read(table: str, proxy: Proxy) -> None:
    factories.home_with_pictures(2)
    proxy.seen.clear()
    ok("Query.property", id="h1")
    assert proxy.seen == ["Query"]


def test_there_may_be_no_home(table: str) -> None:
    assert ok("Query.property", id="nowhere") is None


def test_homes_come_in_the_order_asked(table: str) -> None:
    factories.home("h1")
    factories.home("h2")
    homes = ok("Query.properties", ids=["h2", "nowhere", "h1", "h2"])
    assert [home and home["id"] for home in homes] == ["h2", None, "h1", "h2"]


def test_a_hundred_homes_are_one_read(table: str, proxy: Proxy) -> None:
    assert ok("Query.properties", ids=[f"h{number}" for number in range(100)]) == [None] * 100
    assert proxy.seen == ["BatchGetItem"]


def test_no_ids_are_no_homes(table: str) -> None:
    assert ok("Query.properties", ids=[]) == []


def test_more_than_a_hundred_homes_are_too_many(table: str) -> None:
    assert refused("Query.properties", ids=[f"h{number}" for number in range(101)]) == {
        "type": "TooMany",
        "message": "at most 100 ids are allowed",
        "info": {"what": "ids", "most": 100},
    }


def test_cards_lead_to_their_homes_in_one_read(table: str, proxy: Proxy) -> None:
    factories.home("h1")
    factories.home("h2")
    proxy.seen.clear()
    homes = values("Listing.property", [{"id": "h2"}, {"id": "gone"}, {"id": "h1"}])
    assert [home and home["id"] for home in homes] == ["h2", None, "h1"]
    assert proxy.seen == ["BatchGetItem"]


def test_a_users_homes_come_newest_first(table: str) -> None:
    ids = [create()["id"] for _ in range(3)]
    [page] = values("User.properties", [{"id": "ada"}])
    assert [home["id"] for home in page["nodes"]] == ids[::-1]
    assert page["pageInfo"]["hasNextPage"] is False


def test_a_users_homes_are_read_page_by_page(table: str) -> None:
    for id in ("h1", "h2", "h3"):
        factories.home(id)
    [page] = values("User.properties", [{"id": "ada"}], first=2)
    [rest] = values("User.properties", [{"id": "ada"}], first=2, after=page["pageInfo"]["endCursor"])
    assert [[home["id"] for home in some["nodes"]] for some in (page, rest)] == [["h3", "h2"], ["h1"]]
    assert [some["pageInfo"]["hasNextPage"] for some in (page, rest)] == [True, False]


def test_the_homes_of_two_users_are_read_together(table: str, proxy: Proxy) -> None:
    factories.home("h1", "ada")
    factories.home("h2", "bob")
    proxy.seen.clear()
    pages = values("User.properties", [{"id": "ada"}, {"id": "bob"}, {"id": "nobody"}])
    assert [[home["id"] for home in page["nodes"]] for page in pages] == [["h1"], ["h2"], []]
    assert sorted(proxy.seen) == ["BatchGetItem", "Query", "Query", "Query"]


def test_a_cursor_of_one_users_homes_is_no_cursor_of_anothers(table: str) -> None:
    factories.home("h1", "ada")
    [page] = values("User.properties", [{"id": "ada"}])
    [item] = batch("User.properties", [{"id": "bob"}], after=page["edges"][0]["cursor"])
    assert (item["data"], item["errorType"]) == (None, "BadCursor")
