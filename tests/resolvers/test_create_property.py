"""Creation of properties: values, owner, permissions and idempotency."""

from tests.resolvers import factories
from tests.resolvers.events import (
    ADA,
    ADMIN,
    BOB,
    FULL_PROPERTY,
    NEW_PROPERTY,
    OPTIONAL_FIELDS,
    all_items,
    batch_values,
    cognito,
    create_property,
    execute,
    expect_error,
)


def test_a_property_is_created_with_the_given_values(table: str) -> None:
    created = create_property(**FULL_PROPERTY)
    assert {name: created[name] for name in FULL_PROPERTY} == FULL_PROPERTY
    assert (created["version"], created["ownerId"], created["createdAt"]) == (1, "ada", created["updatedAt"])


def test_a_created_property_can_be_read(table: str) -> None:
    created = create_property(**FULL_PROPERTY)
    assert execute("Query.property", id=created["id"]) == created | {"images": []}


def test_only_address_and_price_are_required(table: str) -> None:
    created = create_property(bedrooms=None, description=None)
    assert (created["status"], {name: created[name] for name in OPTIONAL_FIELDS}) == (
        "ACTIVE",
        dict.fromkeys(OPTIONAL_FIELDS),
    )


def test_the_creation_is_the_first_history_event(table: str) -> None:
    [page] = batch_values("Property.history", [create_property()])
    assert [(event["kind"], event["version"], event["changedById"]) for event in page["nodes"]] == [
        ("CREATED", 1, "ada")
    ]


def test_the_first_property_creates_the_owners_profile_from_the_claims(table: str) -> None:
    created = create_property()
    assert execute("Query.user", id="ada") == {
        "id": "ada",
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "propertyCount": 1,
        "createdAt": created["createdAt"],
    }


def test_another_property_does_not_change_the_profiles_name(table: str) -> None:
    create_property()
    create_property(cognito("ada", name="Ada Other"))
    assert [execute("Query.user", id="ada")[name] for name in ("name", "propertyCount")] == ["Ada Lovelace", 2]


def test_the_id_is_the_profiles_name_without_a_name_claim(table: str) -> None:
    create_property(cognito("3f1c"))
    assert execute("Query.user", id="3f1c")["name"] == "3f1c"


def test_a_caller_may_name_themself_as_the_owner(table: str) -> None:
    assert create_property(ownerId="ada")["ownerId"] == "ada"


def test_only_an_admin_creates_a_property_for_another_user(table: str) -> None:
    factories.create_user("bob")
    assert expect_error("Mutation.createProperty", ADA, input=NEW_PROPERTY | {"ownerId": "bob"}) == {
        "type": "Forbidden",
        "message": "only an admin may create a property for bob",
        "info": {"ownerId": "bob"},
    }


def test_an_admin_creates_a_property_for_another_user(table: str) -> None:
    factories.create_user("bob")
    created = create_property(ADMIN, ownerId="bob")
    [page] = batch_values("Property.history", [created])
    assert (created["ownerId"], page["nodes"][0]["changedById"]) == ("bob", "root")
    assert (execute("Query.user", id="bob")["propertyCount"], execute("Query.user", id="root")) == (1, None)


def test_an_admin_cannot_create_a_property_for_an_unknown_user(table: str) -> None:
    assert expect_error("Mutation.createProperty", ADMIN, input=NEW_PROPERTY | {"ownerId": "nobody"}) == {
        "type": "UserNotFound",
        "message": "no user has the id nobody",
        "info": {"id": "nobody"},
    }


def test_requests_with_the_same_key_create_one_property(table: str) -> None:
    first = create_property(key="k1")
    before = all_items()
    assert create_property(key="k1") == first
    assert all_items() == before


def test_a_repeated_key_returns_the_current_property(table: str) -> None:
    first = create_property(key="k1")
    execute("Mutation.updateProperty", id=first["id"], input={"price": 7}, expectedVersion=1)
    assert create_property(key="k1")["price"] == 7


def test_equal_values_in_another_notation_are_the_same_input(table: str) -> None:
    assert (
        create_property(key="k1", price=100.0, status="ACTIVE", bedrooms=None)["id"] == create_property(key="k1")["id"]
    )


def test_each_user_has_their_own_keys(table: str) -> None:
    assert create_property(ADA, key="k1")["id"] != create_property(BOB, key="k1")["id"]


def test_a_key_belongs_to_its_input(table: str) -> None:
    create_property(key="k1")
    assert expect_error(
        "Mutation.createProperty", input={"address": "2 Elm Street", "price": 100}, idempotencyKey="k1"
    ) == {
        "type": "IdempotencyMismatch",
        "message": "the idempotency key k1 was used for another input",
        "info": {"idempotencyKey": "k1"},
    }


def test_a_key_of_a_deleted_property_creates_no_other(table: str) -> None:
    created = create_property(key="k1")
    execute("Mutation.deleteProperty", id=created["id"], expectedVersion=1)
    repeated = expect_error("Mutation.createProperty", input=NEW_PROPERTY, idempotencyKey="k1")
    assert (repeated["type"], repeated["info"]) == ("PropertyNotFound", {"id": created["id"]})


def test_each_request_without_a_key_creates_a_property(table: str) -> None:
    assert create_property()["id"] != create_property()["id"]
