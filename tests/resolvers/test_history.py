"""What happened to a home, and who did it."""

from tests.proxy import Proxy
from tests.resolvers import factories
from tests.resolvers.events import ADMIN, batch, ok, values

HOME = {"id": "h1"}


def test_an_event_tells_what_changed_and_when(table: str) -> None:
    changed = factories.prices(factories.home("h1", price=100.0), 99.5)
    [page] = values("Property.history", [HOME], first=1)
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
    factories.prices(factories.home("h1"), 1.0, 2.0)
    [page] = values("Property.history", [HOME])
    assert [event["version"] for event in page["nodes"]] == [3, 2, 1]


def test_events_are_read_page_by_page(table: str) -> None:
    factories.prices(factories.home("h1"), 1.0, 2.0)
    [page] = values("Property.history", [HOME], first=2)
    [rest] = values("Property.history", [HOME], first=2, after=page["pageInfo"]["endCursor"])
    assert [[event["version"] for event in some["nodes"]] for some in (page, rest)] == [[3, 2], [1]]
    assert [some["pageInfo"]["hasNextPage"] for some in (page, rest)] == [True, False]


def test_a_page_has_twenty_events_unless_it_is_asked_for_others(table: str) -> None:
    factories.prices(factories.home("h1"), *map(float, range(1, 22)))
    assert len(values("Property.history", [HOME])[0]["nodes"]) == 20
    assert len(values("Property.history", [HOME], first=100)[0]["nodes"]) == 22


def test_a_homes_events_are_one_read(table: str, proxy: Proxy) -> None:
    factories.home("h1")
    factories.home("h2")
    proxy.seen.clear()
    assert [len(page["nodes"]) for page in values("Property.history", [HOME, {"id": "h2"}])] == [1, 1]
    assert proxy.seen == ["Query", "Query"]


def test_a_page_of_no_size_of_ours_is_refused(table: str) -> None:
    assert batch("Property.history", [HOME], first=101) == [
        {"data": None, "errorMessage": "first is 101; 1 to 100 is allowed", "errorType": "InvalidInput"}
    ]


def test_an_event_leads_to_who_made_it(table: str) -> None:
    factories.home("h1", "ada")
    factories.person("root")
    ok("Mutation.updateProperty", ADMIN, id="h1", input={"price": 5}, expectedVersion=1)
    [page] = values("Property.history", [HOME])
    assert [user["id"] for user in values("HistoryEvent.changedBy", page["nodes"])] == ["root", "ada"]


def test_who_made_an_event_may_have_no_profile(table: str) -> None:
    factories.home("h1", "ada")
    ok("Mutation.updateProperty", ADMIN, id="h1", input={"price": 5}, expectedVersion=1)
    [page] = values("Property.history", [HOME], first=1)
    assert values("HistoryEvent.changedBy", page["nodes"]) == [None]
