"""How a home is changed and removed, and by whom."""

import pytest

from tests.resolvers import factories
from tests.resolvers.events import ADMIN, BOB, CASTLE, OPTIONAL, at, create, ok, out_of_bounds, refused, values

NOT_THE_OWNER = {
    "type": "NotTheOwner",
    "message": "the property h1 belongs to somebody else",
    "info": {"propertyId": "h1"},
}
NOWHERE = {"type": "PropertyNotFound", "message": "no property has the id nowhere", "info": {"id": "nowhere"}}
CHANGES_NOTHING = out_of_bounds("input", "changes nothing")


def test_an_update_changes_what_it_says_and_keeps_the_rest(table: str) -> None:
    made = create(**CASTLE)
    changed = ok("Mutation.updateProperty", id=made["id"], input={"price": 5, "bedrooms": 1}, expectedVersion=1)
    assert changed == made | {"price": 5.0, "bedrooms": 1, "version": 2, "updatedAt": changed["updatedAt"]}
    assert ok("Query.property", id=made["id"]) == changed | {"images": []}


def test_null_clears_what_may_be_absent(table: str) -> None:
    made = create(**CASTLE)
    cleared = ok("Mutation.updateProperty", id=made["id"], input=dict.fromkeys(OPTIONAL), expectedVersion=1)
    assert {name: cleared[name] for name in CASTLE} == CASTLE | dict.fromkeys(OPTIONAL)
    assert not {"zip_code", "bedrooms", "description"} & at(f"PROP#{made['id']}")[1].keys()


@pytest.mark.parametrize("name", ["address", "price", "status"])
def test_null_does_not_clear_what_a_home_must_have(table: str, name: str) -> None:
    factories.home("h1")
    told = refused("Mutation.updateProperty", id="h1", input={name: None}, expectedVersion=1)
    assert told == out_of_bounds(f"input.{name}", "may be left out, but not null")


def test_an_empty_update_is_refused(table: str) -> None:
    factories.home("h1")
    told = refused("Mutation.updateProperty", id="h1", input={}, expectedVersion=1)
    assert told == out_of_bounds("input", "is empty: there is nothing to change")


def test_an_update_to_the_same_values_is_refused(table: str) -> None:
    factories.home("h1", price=100.0)
    input = {"price": 100, "bedrooms": None}
    assert refused("Mutation.updateProperty", id="h1", input=input, expectedVersion=1) == CHANGES_NOTHING


def test_an_update_is_an_event_by_who_made_it(table: str) -> None:
    factories.home("h1", price=100.0)
    changed = ok("Mutation.updateProperty", ADMIN, id="h1", input={"price": 5.5, "zipCode": "94110"}, expectedVersion=1)
    [page] = values("Property.history", [changed])
    assert (page["nodes"][0]["kind"], page["nodes"][0]["changedById"]) == ("PRICE_CHANGED", "root")
    assert page["nodes"][0]["changes"] == [
        {"field": "price", "before": "100", "after": "5.5"},
        {"field": "zipCode", "before": None, "after": "94110"},
    ]


def test_an_update_of_an_older_version_is_a_conflict(table: str) -> None:
    factories.prices(factories.home("h1"), 1.0, 2.0)
    assert refused("Mutation.updateProperty", id="h1", input={"price": 5}, expectedVersion=2) == {
        "type": "VersionConflict",
        "message": "the property h1 is at version 3, not 2: read it again",
        "info": {"id": "h1", "expectedVersion": 2, "currentVersion": 3},
    }


def test_a_conflict_is_told_before_a_change_of_nothing(table: str) -> None:
    factories.prices(factories.home("h1"), 1.0)
    assert refused("Mutation.updateProperty", id="h1", input={"price": 1}, expectedVersion=1)["type"] == (
        "VersionConflict"
    )


def test_only_its_owner_updates_a_home(table: str) -> None:
    factories.home("h1", "ada")
    assert refused("Mutation.updateProperty", BOB, id="h1", input={"price": 5}, expectedVersion=1) == NOT_THE_OWNER


def test_an_admin_updates_anybodys_home(table: str) -> None:
    factories.home("h1", "ada")
    changed = ok("Mutation.updateProperty", ADMIN, id="h1", input={"price": 5}, expectedVersion=1)
    assert (changed["ownerId"], changed["price"]) == ("ada", 5)


def test_a_home_that_is_not_there_is_not_updated(table: str) -> None:
    assert refused("Mutation.updateProperty", id="nowhere", input={"price": 5}, expectedVersion=1) == NOWHERE


def test_a_deleted_home_is_gone_with_its_pictures(table: str) -> None:
    factories.home_with_pictures(3, zip_code="94110")
    assert ok("Mutation.deleteProperty", id="h1", expectedVersion=2) == "h1"
    assert ok("Query.property", id="h1") is None
    assert [row["kind"] for row in at("PROP#h1")] == ["CREATED", "PICTURES_CHANGED", "DELETED"]
    assert ok("Query.user", id="ada")["propertyCount"] == 0
    assert at("ZIP#94110") == []


def test_a_deleted_home_is_not_deleted_again(table: str) -> None:
    factories.home("h1")
    ok("Mutation.deleteProperty", id="h1", expectedVersion=1)
    assert refused("Mutation.deleteProperty", id="h1", expectedVersion=1)["type"] == "PropertyNotFound"


def test_a_delete_of_an_older_version_is_a_conflict(table: str) -> None:
    factories.prices(factories.home("h1"), 1.0)
    assert refused("Mutation.deleteProperty", id="h1", expectedVersion=1) == {
        "type": "VersionConflict",
        "message": "the property h1 is at version 2, not 1: read it again",
        "info": {"id": "h1", "expectedVersion": 1, "currentVersion": 2},
    }


def test_only_its_owner_deletes_a_home(table: str) -> None:
    factories.home("h1", "ada")
    assert refused("Mutation.deleteProperty", BOB, id="h1", expectedVersion=1) == NOT_THE_OWNER


def test_who_may_is_asked_before_which_version(table: str) -> None:
    factories.home("h1", "ada")
    assert refused("Mutation.deleteProperty", BOB, id="h1", expectedVersion=9) == NOT_THE_OWNER


def test_an_admin_deletes_anybodys_home(table: str) -> None:
    factories.home("h1", "ada")
    assert ok("Mutation.deleteProperty", ADMIN, id="h1", expectedVersion=1) == "h1"


def test_a_home_that_is_not_there_is_not_deleted(table: str) -> None:
    assert refused("Mutation.deleteProperty", id="nowhere", expectedVersion=1) == NOWHERE
