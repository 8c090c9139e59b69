"""Homes: how they are read, made, changed and removed, and by whom."""

from typing import Any

import pytest

from tests.proxy import Proxy
from tests.resolvers import given
from tests.resolvers.events import ADA, ADMIN, BOB, at, batch, cognito, everything, ok, refused, values

CASTLE: dict[str, Any] = {
    "address": "1 Castle Lane",
    "zipCode": "94110",
    "price": 1_250_000.5,
    "status": "PENDING",
    "bedrooms": 12,
    "bathrooms": 3,
    "livingAreaSqft": 9_000,
    "lotSizeSqft": 40_000,
    "yearBuilt": 1888,
    "latitude": 37.75,
    "longitude": -122.4,
    "description": "Drafty.",
}
NOT_THE_OWNER = {
    "type": "NotTheOwner",
    "message": "the property h1 belongs to somebody else",
    "info": {"propertyId": "h1"},
}
NOWHERE = {"type": "PropertyNotFound", "message": "no property has the id nowhere", "info": {"id": "nowhere"}}
CHANGES_NOTHING = {
    "type": "InvalidInput",
    "message": "input changes nothing",
    "info": {"where": "input", "why": "changes nothing"},
}


def create(as_: dict[str, Any] = ADA, key: str | None = None, **attributes: Any) -> dict[str, Any]:
    sent = {"input": {"address": "1 Elm Street", "price": 100} | attributes}
    made: dict[str, Any] = ok("Mutation.createProperty", as_, **sent | ({"idempotencyKey": key} if key else {}))
    return made


def test_a_home_comes_with_its_pictures(table: str) -> None:
    given.home_with_pictures(2)
    home = ok("Query.property", BOB, id="h1")
    assert (home["id"], home["address"], home["version"]) == ("h1", "h1 Elm Street", 2)
    assert [image["id"] for image in home["images"]] == ["p1", "p2"]


def test_a_home_and_its_pictures_are_one_read(table: str, proxy: Proxy) -> None:
    given.home_with_pictures(2)
    proxy.seen.clear()
    ok("Query.property", id="h1")
    assert proxy.seen == ["Query"]


def test_there_may_be_no_home(table: str) -> None:
    assert ok("Query.property", id="nowhere") is None


def test_homes_come_in_the_order_asked(table: str) -> None:
    given.home("h1")
    given.home("h2")
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


def test_a_home_is_made_as_it_was_described(table: str) -> None:
    made = create(**CASTLE)
    assert {name: made[name] for name in CASTLE} == CASTLE
    assert (made["version"], made["ownerId"], made["createdAt"]) == (1, "ada", made["updatedAt"])


def test_a_home_that_was_made_is_there(table: str) -> None:
    made = create(**CASTLE)
    assert ok("Query.property", id=made["id"]) == made | {"images": []}


def test_a_home_may_be_described_by_address_and_price_alone(table: str) -> None:
    made = create(bedrooms=None, description=None)
    assert made["status"] == "ACTIVE"
    assert {name: made[name] for name in CASTLE if name not in ("address", "price", "status")} == {
        name: None for name in CASTLE if name not in ("address", "price", "status")
    }


def test_making_a_home_is_its_first_event(table: str) -> None:
    [page] = values("Property.history", [create()])
    assert [(event["kind"], event["version"], event["changedById"]) for event in page["nodes"]] == [
        ("CREATED", 1, "ada")
    ]


def test_a_first_home_makes_its_owners_profile_from_the_claims(table: str) -> None:
    made = create()
    assert ok("Query.user", id="ada") == {
        "id": "ada",
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "propertyCount": 1,
        "createdAt": made["createdAt"],
    }


def test_a_further_home_leaves_the_profile_as_it_was_named(table: str) -> None:
    create()
    create(cognito("ada", name="Somebody Else"))
    assert [ok("Query.user", id="ada")[name] for name in ("name", "propertyCount")] == ["Ada Lovelace", 2]


def test_a_profile_without_a_name_claim_is_named_by_the_id(table: str) -> None:
    create(cognito("3f1c"))
    assert ok("Query.user", id="3f1c")["name"] == "3f1c"


def test_an_owner_may_name_themself(table: str) -> None:
    assert create(ownerId="ada")["ownerId"] == "ada"


def test_only_an_admin_makes_a_home_for_somebody_else(table: str) -> None:
    given.person("bob")
    assert refused("Mutation.createProperty", ADA, input={"address": "1 Elm Street", "price": 1, "ownerId": "bob"}) == {
        "type": "NotAllowed",
        "message": "only an admin may create a property for bob",
        "info": {"ownerId": "bob"},
    }


def test_an_admin_makes_a_home_for_a_user(table: str) -> None:
    given.person("bob")
    made = create(ADMIN, ownerId="bob")
    [page] = values("Property.history", [made])
    assert (made["ownerId"], page["nodes"][0]["changedById"]) == ("bob", "root")
    assert (ok("Query.user", id="bob")["propertyCount"], ok("Query.user", id="root")) == (1, None)


def test_an_admin_makes_no_home_for_nobody(table: str) -> None:
    assert refused(
        "Mutation.createProperty", ADMIN, input={"address": "1 Elm Street", "price": 1, "ownerId": "nobody"}
    ) == {"type": "UserNotFound", "message": "no user has the id nobody", "info": {"id": "nobody"}}


def test_the_same_key_makes_one_home(table: str) -> None:
    first = create(key="k1")
    before = everything()
    assert create(key="k1") == first
    assert everything() == before


def test_a_key_answers_the_home_as_it_is_by_now(table: str) -> None:
    first = create(key="k1")
    ok("Mutation.updateProperty", id=first["id"], input={"price": 7}, expectedVersion=1)
    assert create(key="k1")["price"] == 7


def test_the_same_values_written_otherwise_are_the_same_input(table: str) -> None:
    assert create(key="k1", price=100.0, status="ACTIVE", bedrooms=None)["id"] == create(key="k1")["id"]


def test_a_key_is_its_users_own(table: str) -> None:
    assert create(ADA, key="k1")["id"] != create(BOB, key="k1")["id"]


def test_a_key_belongs_to_its_input(table: str) -> None:
    create(key="k1")
    assert refused("Mutation.createProperty", input={"address": "2 Elm Street", "price": 100}, idempotencyKey="k1") == {
        "type": "IdempotencyMismatch",
        "message": "the idempotency key k1 was used for another input",
        "info": {"idempotencyKey": "k1"},
    }


def test_a_key_whose_home_is_gone_makes_no_other(table: str) -> None:
    made = create(key="k1")
    ok("Mutation.deleteProperty", id=made["id"], expectedVersion=1)
    again = refused("Mutation.createProperty", input={"address": "1 Elm Street", "price": 100}, idempotencyKey="k1")
    assert (again["type"], again["info"]) == ("PropertyNotFound", {"id": made["id"]})


def test_without_a_key_each_request_makes_a_home(table: str) -> None:
    assert create()["id"] != create()["id"]


def test_an_update_changes_what_it_says_and_keeps_the_rest(table: str) -> None:
    made = create(**CASTLE)
    changed = ok("Mutation.updateProperty", id=made["id"], input={"price": 5, "bedrooms": 1}, expectedVersion=1)
    assert changed == made | {"price": 5.0, "bedrooms": 1, "version": 2, "updatedAt": changed["updatedAt"]}
    assert ok("Query.property", id=made["id"]) == changed | {"images": []}


OPTIONAL = [name for name in CASTLE if name not in ("address", "price", "status")]


def test_null_clears_what_may_be_absent(table: str) -> None:
    made = create(**CASTLE)
    cleared = ok("Mutation.updateProperty", id=made["id"], input=dict.fromkeys(OPTIONAL), expectedVersion=1)
    assert {name: cleared[name] for name in CASTLE} == CASTLE | dict.fromkeys(OPTIONAL)
    assert not {"zip_code", "bedrooms", "description"} & at(f"PROP#{made['id']}")[1].keys()


@pytest.mark.parametrize("name", ["address", "price", "status"])
def test_null_does_not_clear_what_a_home_must_have(table: str, name: str) -> None:
    given.home("h1")
    assert refused("Mutation.updateProperty", id="h1", input={name: None}, expectedVersion=1) == {
        "type": "InvalidInput",
        "message": f"input.{name} may be left out, but not null",
        "info": {"where": f"input.{name}", "why": "may be left out, but not null"},
    }


def test_an_empty_update_is_refused(table: str) -> None:
    given.home("h1")
    assert refused("Mutation.updateProperty", id="h1", input={}, expectedVersion=1) == {
        "type": "InvalidInput",
        "message": "input is empty: there is nothing to change",
        "info": {"where": "input", "why": "is empty: there is nothing to change"},
    }


def test_an_update_to_the_same_values_is_refused(table: str) -> None:
    given.home("h1", price=100.0)
    input = {"price": 100, "bedrooms": None}
    assert refused("Mutation.updateProperty", id="h1", input=input, expectedVersion=1) == CHANGES_NOTHING


def test_an_update_is_an_event_by_who_made_it(table: str) -> None:
    given.home("h1", price=100.0)
    changed = ok("Mutation.updateProperty", ADMIN, id="h1", input={"price": 5.5, "zipCode": "94110"}, expectedVersion=1)
    [page] = values("Property.history", [changed])
    assert (page["nodes"][0]["kind"], page["nodes"][0]["changedById"]) == ("PRICE_CHANGED", "root")
    assert page["nodes"][0]["changes"] == [
        {"field": "price", "before": "100", "after": "5.5"},
        {"field": "zipCode", "before": None, "after": "94110"},
    ]


def test_an_update_of_an_older_version_is_a_conflict(table: str) -> None:
    given.prices(given.home("h1"), 1.0, 2.0)
    assert refused("Mutation.updateProperty", id="h1", input={"price": 5}, expectedVersion=2) == {
        "type": "VersionConflict",
        "message": "the property h1 is at version 3, not 2: read it again",
        "info": {"id": "h1", "expectedVersion": 2, "currentVersion": 3},
    }


def test_a_conflict_is_told_before_a_change_of_nothing(table: str) -> None:
    given.prices(given.home("h1"), 1.0)
    assert refused("Mutation.updateProperty", id="h1", input={"price": 1}, expectedVersion=1)["type"] == (
        "VersionConflict"
    )


def test_only_its_owner_updates_a_home(table: str) -> None:
    given.home("h1", "ada")
    assert refused("Mutation.updateProperty", BOB, id="h1", input={"price": 5}, expectedVersion=1) == NOT_THE_OWNER


def test_an_admin_updates_anybodys_home(table: str) -> None:
    given.home("h1", "ada")
    changed = ok("Mutation.updateProperty", ADMIN, id="h1", input={"price": 5}, expectedVersion=1)
    assert (changed["ownerId"], changed["price"]) == ("ada", 5)


def test_a_home_that_is_not_there_is_not_updated(table: str) -> None:
    assert refused("Mutation.updateProperty", id="nowhere", input={"price": 5}, expectedVersion=1) == NOWHERE


def test_a_deleted_home_is_gone_with_its_pictures(table: str) -> None:
    given.home_with_pictures(3, zip_code="94110")
    assert ok("Mutation.deleteProperty", id="h1", expectedVersion=2) == "h1"
    assert ok("Query.property", id="h1") is None
    assert [row["kind"] for row in at("PROP#h1")] == ["CREATED", "PICTURES_CHANGED", "DELETED"]
    assert ok("Query.user", id="ada")["propertyCount"] == 0
    assert at("ZIP#94110") == []


def test_a_deleted_home_is_not_deleted_again(table: str) -> None:
    given.home("h1")
    ok("Mutation.deleteProperty", id="h1", expectedVersion=1)
    assert refused("Mutation.deleteProperty", id="h1", expectedVersion=1)["type"] == "PropertyNotFound"


def test_a_delete_of_an_older_version_is_a_conflict(table: str) -> None:
    given.prices(given.home("h1"), 1.0)
    assert refused("Mutation.deleteProperty", id="h1", expectedVersion=1) == {
        "type": "VersionConflict",
        "message": "the property h1 is at version 2, not 1: read it again",
        "info": {"id": "h1", "expectedVersion": 1, "currentVersion": 2},
    }


def test_only_its_owner_deletes_a_home(table: str) -> None:
    given.home("h1", "ada")
    assert refused("Mutation.deleteProperty", BOB, id="h1", expectedVersion=1) == NOT_THE_OWNER


def test_who_may_is_asked_before_which_version(table: str) -> None:
    given.home("h1", "ada")
    assert refused("Mutation.deleteProperty", BOB, id="h1", expectedVersion=9) == NOT_THE_OWNER


def test_an_admin_deletes_anybodys_home(table: str) -> None:
    given.home("h1", "ada")
    assert ok("Mutation.deleteProperty", ADMIN, id="h1", expectedVersion=1) == "h1"


def test_a_home_that_is_not_there_is_not_deleted(table: str) -> None:
    assert refused("Mutation.deleteProperty", id="nowhere", expectedVersion=1) == NOWHERE


def test_cards_lead_to_their_homes_in_one_read(table: str, proxy: Proxy) -> None:
    given.home("h1")
    given.home("h2")
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
        given.home(id)
    [page] = values("User.properties", [{"id": "ada"}], first=2)
    [rest] = values("User.properties", [{"id": "ada"}], first=2, after=page["pageInfo"]["endCursor"])
    assert [[home["id"] for home in some["nodes"]] for some in (page, rest)] == [["h3", "h2"], ["h1"]]
    assert [some["pageInfo"]["hasNextPage"] for some in (page, rest)] == [True, False]


def test_the_homes_of_two_users_are_read_together(table: str, proxy: Proxy) -> None:
    given.home("h1", "ada")
    given.home("h2", "bob")
    proxy.seen.clear()
    pages = values("User.properties", [{"id": "ada"}, {"id": "bob"}, {"id": "nobody"}])
    assert [[home["id"] for home in page["nodes"]] for page in pages] == [["h1"], ["h2"], []]
    assert sorted(proxy.seen) == ["BatchGetItem", "Query", "Query", "Query"]


def test_a_cursor_of_one_users_homes_is_no_cursor_of_anothers(table: str) -> None:
    given.home("h1", "ada")
    [page] = values("User.properties", [{"id": "ada"}])
    [item] = batch("User.properties", [{"id": "bob"}], after=page["edges"][0]["cursor"])
    assert (item["data"], item["errorType"]) == (None, "BadCursor")
