"""How a home is made, by whom and for whom, and that it is made once."""

from tests.resolvers import factories
from tests.resolvers.events import (
    ADA,
    ADMIN,
    BOB,
    CASTLE,
    NEW_HOME,
    OPTIONAL,
    cognito,
    create,
    everything,
    ok,
    refused,
    values,
)


def test_a_home_is_made_as_it_was_described(table: str) -> None:
    made = create(**CASTLE)
    assert {name: made[name] for name in CASTLE} == CASTLE
    assert (made["version"], made["ownerId"], made["createdAt"]) == (1, "ada", made["updatedAt"])


def test_a_home_that_was_made_is_there(table: str) -> None:
    made = create(**CASTLE)
    assert ok("Query.property", id=made["id"]) == made | {"images": []}


def test_a_home_may_be_described_by_address_and_price_alone(table: str) -> None:
    made = create(bedrooms=None, description=None)
    assert (made["status"], {name: made[name] for name in OPTIONAL}) == ("ACTIVE", dict.fromkeys(OPTIONAL))


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
    factories.person("bob")
    assert refused("Mutation.createProperty", ADA, input=NEW_HOME | {"ownerId": "bob"}) == {
        "type": "NotAllowed",
        "message": "only an admin may create a property for bob",
        "info": {"ownerId": "bob"},
    }


def test_an_admin_makes_a_home_for_a_user(table: str) -> None:
    factories.person("bob")
    made = create(ADMIN, ownerId="bob")
    [page] = values("Property.history", [made])
    assert (made["ownerId"], page["nodes"][0]["changedById"]) == ("bob", "root")
    assert (ok("Query.user", id="bob")["propertyCount"], ok("Query.user", id="root")) == (1, None)


def test_an_admin_makes_no_home_for_nobody(table: str) -> None:
    assert refused("Mutation.createProperty", ADMIN, input=NEW_HOME | {"ownerId": "nobody"}) == {
        "type": "UserNotFound",
        "message": "no user has the id nobody",
        "info": {"id": "nobody"},
    }


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
    again = refused("Mutation.createProperty", input=NEW_HOME, idempotencyKey="k1")
    assert (again["type"], again["info"]) == ("PropertyNotFound", {"id": made["id"]})


def test_without_a_key_each_request_makes_a_home(table: str) -> None:
    assert create()["id"] != create()["id"]
