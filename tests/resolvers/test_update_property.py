"""Update and deletion of properties: values, versions and permissions."""

import pytest

from tests.resolvers import factories
from tests.resolvers.events import (
    ADMIN,
    BOB,
    FULL_PROPERTY,
    OPTIONAL_FIELDS,
    batch_values,
    create_property,
    execute,
    expect_error,
    invalid_input,
    items_in_partition,
)

NOT_OWNER = {
    "type": "NotOwner",
    "message": "the property h1 belongs to another user",
    "info": {"propertyId": "h1"},
}
NOT_FOUND = {"type": "PropertyNotFound", "message": "no property has the id nowhere", "info": {"id": "nowhere"}}
NO_CHANGE = invalid_input("input", "changes nothing")


def test_an_update_changes_the_given_fields_only(table: str) -> None:
    created = create_property(**FULL_PROPERTY)
    changed = execute("Mutation.updateProperty", id=created["id"], input={"price": 5, "bedrooms": 1}, expectedVersion=1)
    assert changed == created | {"price": 5.0, "bedrooms": 1, "version": 2, "updatedAt": changed["updatedAt"]}
    assert execute("Query.property", id=created["id"]) == changed | {"images": []}


def test_null_clears_optional_fields(table: str) -> None:
    created = create_property(**FULL_PROPERTY)
    cleared = execute(
        "Mutation.updateProperty", id=created["id"], input=dict.fromkeys(OPTIONAL_FIELDS), expectedVersion=1
    )
    assert {name: cleared[name] for name in FULL_PROPERTY} == FULL_PROPERTY | dict.fromkeys(OPTIONAL_FIELDS)
    assert not {"zip_code", "bedrooms", "description"} & items_in_partition(f"PROP#{created['id']}")[1].keys()


@pytest.mark.parametrize("name", ["address", "price", "status"])
def test_null_does_not_clear_required_fields(table: str, name: str) -> None:
    factories.create_property("h1")
    error = expect_error("Mutation.updateProperty", id="h1", input={name: None}, expectedVersion=1)
    assert error == invalid_input(f"input.{name}", "must not be null (omit it to keep the current value)")


def test_an_empty_update_is_rejected(table: str) -> None:
    factories.create_property("h1")
    error = expect_error("Mutation.updateProperty", id="h1", input={}, expectedVersion=1)
    assert error == invalid_input("input", "must set at least one field")


def test_an_update_to_the_same_values_is_rejected(table: str) -> None:
    factories.create_property("h1", price=100.0)
    input = {"price": 100, "bedrooms": None}
    assert expect_error("Mutation.updateProperty", id="h1", input=input, expectedVersion=1) == NO_CHANGE


def test_an_update_is_a_history_event_of_its_user(table: str) -> None:
    factories.create_property("h1", price=100.0)
    changed = execute(
        "Mutation.updateProperty", ADMIN, id="h1", input={"price": 5.5, "zipCode": "94110"}, expectedVersion=1
    )
    [page] = batch_values("Property.history", [changed])
    assert (page["nodes"][0]["kind"], page["nodes"][0]["changedById"]) == ("PRICE_CHANGED", "root")
    assert page["nodes"][0]["changes"] == [
        {"field": "price", "before": "100", "after": "5.5"},
        {"field": "zipCode", "before": None, "after": "94110"},
    ]


def test_an_update_of_an_older_version_is_a_conflict(table: str) -> None:
    factories.change_price(factories.create_property("h1"), 1.0, 2.0)
    assert expect_error("Mutation.updateProperty", id="h1", input={"price": 5}, expectedVersion=2) == {
        "type": "VersionConflict",
        "message": "the property h1 is at version 3, not 2: read it again",
        "info": {"id": "h1", "expectedVersion": 2, "currentVersion": 3},
    }


def test_a_version_conflict_is_reported_before_an_unchanged_update(table: str) -> None:
    factories.change_price(factories.create_property("h1"), 1.0)
    assert expect_error("Mutation.updateProperty", id="h1", input={"price": 1}, expectedVersion=1)["type"] == (
        "VersionConflict"
    )


def test_only_the_owner_updates_a_property(table: str) -> None:
    factories.create_property("h1", "ada")
    assert expect_error("Mutation.updateProperty", BOB, id="h1", input={"price": 5}, expectedVersion=1) == NOT_OWNER


def test_an_admin_updates_the_property_of_another_user(table: str) -> None:
    factories.create_property("h1", "ada")
    changed = execute("Mutation.updateProperty", ADMIN, id="h1", input={"price": 5}, expectedVersion=1)
    assert (changed["ownerId"], changed["price"]) == ("ada", 5)


def test_an_unknown_property_is_not_updated(table: str) -> None:
    assert expect_error("Mutation.updateProperty", id="nowhere", input={"price": 5}, expectedVersion=1) == NOT_FOUND


def test_a_deletion_removes_the_property_and_its_images(table: str) -> None:
    factories.create_property_with_images(3, zip_code="94110")
    assert execute("Mutation.deleteProperty", id="h1", expectedVersion=2) == "h1"
    assert execute("Query.property", id="h1") is None
    assert [item["kind"] for item in items_in_partition("PROP#h1")] == ["CREATED", "PICTURES_CHANGED", "DELETED"]
    assert execute("Query.user", id="ada")["propertyCount"] == 0
    assert items_in_partition("ZIP#94110") == []


def test_a_property_is_deleted_once(table: str) -> None:
    factories.create_property("h1")
    execute("Mutation.deleteProperty", id="h1", expectedVersion=1)
    assert expect_error("Mutation.deleteProperty", id="h1", expectedVersion=1)["type"] == "PropertyNotFound"


def test_a_delete_of_an_older_version_is_a_conflict(table: str) -> None:
    factories.change_price(factories.create_property("h1"), 1.0)
    assert expect_error("Mutation.deleteProperty", id="h1", expectedVersion=1) == {
        "type": "VersionConflict",
        "message": "the property h1 is at version 2, not 1: read it again",
        "info": {"id": "h1", "expectedVersion": 1, "currentVersion": 2},
    }


def test_only_the_owner_deletes_a_property(table: str) -> None:
    factories.create_property("h1", "ada")
    assert expect_error("Mutation.deleteProperty", BOB, id="h1", expectedVersion=1) == NOT_OWNER


def test_the_owner_is_checked_before_the_version(table: str) -> None:
    factories.create_property("h1", "ada")
    assert expect_error("Mutation.deleteProperty", BOB, id="h1", expectedVersion=9) == NOT_OWNER


def test_an_admin_deletes_the_property_of_another_user(table: str) -> None:
    factories.create_property("h1", "ada")
    assert execute("Mutation.deleteProperty", ADMIN, id="h1", expectedVersion=1) == "h1"


def test_an_unknown_property_is_not_deleted(table: str) -> None:
    assert expect_error("Mutation.deleteProperty", id="nowhere", expectedVersion=1) == NOT_FOUND
