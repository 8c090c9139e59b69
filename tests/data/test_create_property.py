"""Creating a property: all its items in one transaction, and only once for an idempotency key."""

from dataclasses import replace
from functools import partial

import pytest

from data import keys, properties
from data.dynamodb import table
from data.dynamodb.requests import Item
from data.errors import IdempotencyMismatch, PropertyNotFound, UserNotFound, VersionConflict
from data.idempotency import IdempotencyKey
from data.keys import Key
from data.records import ID, ListingStatus, Property
from tests.data import actions, assertions, factories
from tests.proxy import FaultProxy, reset_after_success

pytestmark = pytest.mark.usefixtures("table")

IDEMPOTENCY = IdempotencyKey(factories.ADA, "key-1", "hash-1")
EXPIRES_AT = 1_767_225_600 + 24 * 60 * 60  # a day into 2026
PROPERTY = factories.unsaved_property(bedrooms=3, bathrooms=2, latitude=47.5, description="Light.")
EXPECTED_ITEMS: list[Item] = [
    {
        "pk": "IDEM#ada#key-1",
        "sk": "CREATE",
        "property_id": PROPERTY.id,
        "input_hash": "hash-1",
        "expires_at": EXPIRES_AT,
    },
    {
        "pk": f"PROP#{PROPERTY.id}",
        "sk": "HIST#2026-01-01T00:00:00.000Z#0000000001",
        "id": f"{PROPERTY.id}-1",
        "at": "2026-01-01T00:00:00.000Z",
        "kind": "CREATED",
        "version": 1,
        "changed_by_id": "ada",
        "changes": [],
    },
    {
        "pk": f"PROP#{PROPERTY.id}",
        "sk": "METADATA",
        "id": PROPERTY.id,
        "version": 1,
        "address": "1 Elm Street",
        "zip_code": "98001",
        "price": 250_000,
        "status": "ACTIVE",
        "bedrooms": 3,
        "bathrooms": 2,
        "latitude": 47.5,
        "description": "Light.",
        "owner_id": "ada",
        "image_ids": [],
        "created_at": "2026-01-01T00:00:00.000Z",
        "updated_at": "2026-01-01T00:00:00.000Z",
    },
    {
        "pk": "USER#ada",
        "sk": "PROFILE",
        "id": "ada",
        "name": "Ada",
        "email": "ada@example.com",
        "property_count": 1,
        "created_at": "2026-01-01T00:00:00.000Z",
    },
    {
        "pk": "USER#ada",
        "sk": f"PROP#{PROPERTY.id}",
        "inverse_pk": f"PROP#{PROPERTY.id}",
        "inverse_sk": "USER#ada",
    },
    {
        "pk": "ZIP#98001",
        "sk": f"PROP#{PROPERTY.id}",
        "inverse_pk": f"PROP#{PROPERTY.id}",
        "inverse_sk": "ZIP#98001",
        "list_price": 250_000,
        "id": PROPERTY.id,
        "zip_code": "98001",
        "address": "1 Elm Street",
        "price": 250_000,
        "status": "ACTIVE",
        "bedrooms": 3,
        "bathrooms": 2,
        "listed_at": "2026-01-01T00:00:00.000Z",
    },
]


def create(property_: Property = PROPERTY, idempotency: IdempotencyKey | None = None) -> Property:
    return properties.create(property_, property_.owner_id, factories.unsaved_user(property_.owner_id), idempotency)


def test_a_property_is_created_as_six_items_in_one_request(proxy: FaultProxy) -> None:
    assert create(idempotency=IDEMPOTENCY) == PROPERTY
    assert proxy.operations == ["TransactWriteItems"]
    assert assertions.all_items() == EXPECTED_ITEMS


@pytest.mark.parametrize("status", [ListingStatus.COMING_SOON, ListingStatus.CLOSED, ListingStatus.WITHDRAWN])
def test_a_property_that_is_not_listed_has_no_listing_item(status: ListingStatus) -> None:
    create(factories.unsaved_property(status=status))
    assert assertions.partition("ZIP#98001") == []


def test_a_property_without_a_zip_has_no_listing_item() -> None:
    create(factories.unsaved_property(zip_code=None))
    assert [(item["pk"], item["sk"].partition("#")[0]) for item in assertions.all_items()] == [
        (f"PROP#{PROPERTY.id}", "HIST"),
        (f"PROP#{PROPERTY.id}", "METADATA"),
        ("USER#ada", "PROFILE"),
        ("USER#ada", "PROP"),
    ]


def test_a_second_property_increments_the_count_and_keeps_the_profile() -> None:
    factories.create_user(name="Ada Lovelace", email=None, property_count=1)
    create()
    profile = assertions.item(Key("USER#ada", "PROFILE"))
    assert profile
    assert (profile["name"], profile["property_count"]) == ("Ada Lovelace", 2)


def test_an_admin_creates_a_property_for_a_user_with_a_profile() -> None:
    factories.create_user(factories.GRACE)
    properties.create(factories.unsaved_property(owner_id=factories.GRACE), factories.ADA, None, None)
    assert assertions.property_count(factories.GRACE) == 1
    assert assertions.partition(f"PROP#{PROPERTY.id}")[0]["changed_by_id"] == "ada"


def test_a_property_for_a_user_without_a_profile_is_rejected() -> None:
    with pytest.raises(UserNotFound, match="no user has the id grace") as exc_info:
        properties.create(factories.unsaved_property(owner_id=factories.GRACE), factories.ADA, None, IDEMPOTENCY)
    assert exc_info.value.id == "grace"
    assert assertions.all_items() == []


def test_an_existing_id_is_rejected() -> None:
    create()
    properties.update(PROPERTY, {"price": 1.0}, 1, factories.ADA)
    with pytest.raises(VersionConflict) as exc_info, assertions.unchanged_table():
        create(replace(PROPERTY, address="2 Oak Street"))
    assert (exc_info.value.expected_version, exc_info.value.current_version) == (0, 2)


def test_the_same_key_and_input_return_the_first_property(proxy: FaultProxy) -> None:
    create(idempotency=IDEMPOTENCY)
    proxy.operations.clear()
    assert create(factories.unsaved_property(1), IDEMPOTENCY) == PROPERTY
    assert proxy.operations == ["TransactWriteItems", "GetItem"]
    assert assertions.all_items() == EXPECTED_ITEMS


def test_a_repeated_create_returns_the_current_version_of_the_property() -> None:
    updated = properties.update(create(idempotency=IDEMPOTENCY), {"price": 1.0}, 1, factories.ADA)
    with assertions.unchanged_table():
        assert create(factories.unsaved_property(1), IDEMPOTENCY) == updated


def test_the_same_key_with_another_input_is_rejected() -> None:
    create(idempotency=IDEMPOTENCY)
    with pytest.raises(IdempotencyMismatch, match="key-1") as exc_info:
        create(factories.unsaved_property(1), replace(IDEMPOTENCY, input_hash="hash-2"))
    assert exc_info.value.idempotency_key == "key-1"
    assert assertions.all_items() == EXPECTED_ITEMS


@pytest.mark.parametrize(
    "idempotency_key", [replace(IDEMPOTENCY, key="key-2"), replace(IDEMPOTENCY, user_id=factories.GRACE), None]
)
def test_another_key_or_user_or_no_key_creates_another_property(idempotency_key: IdempotencyKey | None) -> None:
    create(idempotency=IDEMPOTENCY)
    assert create(factories.unsaved_property(1), idempotency_key).id == factories.property_id(1)
    assert properties.by_ids([PROPERTY.id, factories.property_id(1)]) == [PROPERTY, factories.unsaved_property(1)]


@pytest.mark.parametrize(
    ("minutes", "id"), [(24 * 60 - 1, factories.property_id(0)), (24 * 60, factories.property_id(24 * 60))]
)
def test_an_idempotency_key_expires_after_24_hours(minutes: int, id: ID) -> None:
    create(factories.unsaved_property(), IDEMPOTENCY)
    assert create(factories.unsaved_property(minutes), IDEMPOTENCY).id == id


def test_a_key_of_a_deleted_property_is_rejected() -> None:
    properties.delete(create(idempotency=IDEMPOTENCY), 1, factories.ADA)
    with pytest.raises(PropertyNotFound) as exc_info, assertions.unchanged_table():
        create(factories.unsaved_property(1), IDEMPOTENCY)
    assert exc_info.value.id == PROPERTY.id


def test_a_create_whose_response_was_lost_is_done_once(proxy: FaultProxy) -> None:
    proxy.fail("TransactWriteItems", reset_after_success(), times=2)
    assert create(idempotency=IDEMPOTENCY) == PROPERTY
    assert assertions.all_items() == EXPECTED_ITEMS


def test_concurrent_creates_with_one_key_create_one_property() -> None:
    drafts = [factories.unsaved_property(n) for n in range(8)]
    results = actions.run_concurrently(*[partial(create, draft, IDEMPOTENCY) for draft in drafts])
    assert [isinstance(property_, Property) for property_ in results] == [True] * 8
    assert len({property_.id for property_ in results if isinstance(property_, Property)}) == 1
    assert len(assertions.all_items()) == len(EXPECTED_ITEMS)


def test_eight_concurrent_creates_are_counted_as_eight() -> None:
    drafts = [factories.unsaved_property(n) for n in range(8)]
    results = actions.run_concurrently(*[partial(create, draft) for draft in drafts])
    assert results == drafts
    assert assertions.property_count(factories.ADA) == 8
    assert len(assertions.partition("ZIP#98001")) == 8


def test_related_keys_are_the_ownership_and_the_listing() -> None:
    create()
    assert properties.related_keys(PROPERTY.id) == [
        Key("USER#ada", f"PROP#{PROPERTY.id}"),
        Key("ZIP#98001", f"PROP#{PROPERTY.id}"),
    ]


def test_the_inverse_index_has_only_ownership_and_listing_items() -> None:
    create(factories.unsaved_property(0), IDEMPOTENCY)
    create(factories.unsaved_property(1, zip_code=None))
    index_keys = sorted((item["inverse_pk"], item["inverse_sk"]) for item in table.scan(keys.INVERSE))
    assert index_keys == [
        (f"PROP#{factories.property_id(0)}", "USER#ada"),
        (f"PROP#{factories.property_id(0)}", "ZIP#98001"),
        (f"PROP#{factories.property_id(1)}", "USER#ada"),
    ]
