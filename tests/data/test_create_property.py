"""Making a home: all its items together, and once however often it is asked."""

from dataclasses import replace
from functools import partial

import pytest

from data import keys, properties
from data.dynamodb import table
from data.dynamodb.requests import Item
from data.errors import IdempotencyMismatch, PropertyNotFound, UserNotFound, VersionConflict
from data.keys import Key
from data.properties import Once
from data.records import ID, ListingStatus, Property
from tests.data import actions, assertions, factories
from tests.proxy import Proxy, reset_after

pytestmark = pytest.mark.usefixtures("table")

ONCE = Once(factories.ADA, "key-1", "hash-1")
EXPIRES = 1_767_225_600 + 24 * 60 * 60  # a day into 2026
HOME = factories.a_draft(bedrooms=3, bathrooms=2, latitude=47.5, description="Light.")
WRITTEN: list[Item] = [
    {
        "pk": "IDEM#ada#key-1",
        "sk": "CREATE",
        "property_id": HOME.id,
        "input_hash": "hash-1",
        "expires_at": EXPIRES,
    },
    {
        "pk": f"PROP#{HOME.id}",
        "sk": "HIST#2026-01-01T00:00:00.000Z#0000000001",
        "id": f"{HOME.id}-1",
        "at": "2026-01-01T00:00:00.000Z",
        "kind": "CREATED",
        "version": 1,
        "changed_by_id": "ada",
        "changes": [],
    },
    {
        "pk": f"PROP#{HOME.id}",
        "sk": "METADATA",
        "id": HOME.id,
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
        "sk": f"PROP#{HOME.id}",
        "inverse_pk": f"PROP#{HOME.id}",
        "inverse_sk": "USER#ada",
    },
    {
        "pk": "ZIP#98001",
        "sk": f"PROP#{HOME.id}",
        "inverse_pk": f"PROP#{HOME.id}",
        "inverse_sk": "ZIP#98001",
        "list_price": 250_000,
        "id": HOME.id,
        "zip_code": "98001",
        "address": "1 Elm Street",
        "price": 250_000,
        "status": "ACTIVE",
        "bedrooms": 3,
        "bathrooms": 2,
        "listed_at": "2026-01-01T00:00:00.000Z",
    },
]


def make(home: Property = HOME, once: Once | None = None) -> Property:
    return properties.create(home, home.owner_id, factories.a_profile(home.owner_id), once)


def test_a_home_is_six_items_in_one_request(proxy: Proxy) -> None:
    assert make(once=ONCE) == HOME
    assert proxy.seen == ["TransactWriteItems"]
    assert assertions.everything() == WRITTEN


@pytest.mark.parametrize("status", [ListingStatus.COMING_SOON, ListingStatus.CLOSED, ListingStatus.WITHDRAWN])
def test_a_home_that_is_not_on_the_market_has_no_card(status: ListingStatus) -> None:
    make(factories.a_draft(status=status))
    assert assertions.partition("ZIP#98001") == []


def test_a_home_without_a_zip_has_no_card() -> None:
    make(factories.a_draft(zip_code=None))
    assert [(item["pk"], item["sk"].partition("#")[0]) for item in assertions.everything()] == [
        (f"PROP#{HOME.id}", "HIST"),
        (f"PROP#{HOME.id}", "METADATA"),
        ("USER#ada", "PROFILE"),
        ("USER#ada", "PROP"),
    ]


def test_a_second_home_raises_the_count_and_keeps_the_profile() -> None:
    factories.a_user(name="Ada Lovelace", email=None, property_count=1)
    make()
    profile = assertions.item(Key("USER#ada", "PROFILE"))
    assert profile
    assert (profile["name"], profile["property_count"]) == ("Ada Lovelace", 2)


def test_an_admin_makes_a_home_for_somebody_who_has_a_profile() -> None:
    factories.a_user(factories.GRACE)
    properties.create(factories.a_draft(owner_id=factories.GRACE), factories.ADA, None, None)
    assert assertions.homes_counted(factories.GRACE) == 1
    assert assertions.partition(f"PROP#{HOME.id}")[0]["changed_by_id"] == "ada"


def test_a_home_for_somebody_without_a_profile_is_refused() -> None:
    with pytest.raises(UserNotFound, match="no user has the id grace") as refused:
        properties.create(factories.a_draft(owner_id=factories.GRACE), factories.ADA, None, ONCE)
    assert refused.value.id == "grace"
    assert assertions.everything() == []


def test_an_id_that_is_taken_is_refused() -> None:
    make()
    properties.update(HOME, {"price": 1.0}, 1, factories.ADA)
    with pytest.raises(VersionConflict) as refused, assertions.nothing_changes():
        make(replace(HOME, address="2 Oak Street"))
    assert (refused.value.expected_version, refused.value.current_version) == (0, 2)


def test_the_same_key_and_input_answer_the_home_made_first(proxy: Proxy) -> None:
    make(once=ONCE)
    proxy.seen.clear()
    assert make(factories.a_draft(1), ONCE) == HOME
    assert proxy.seen == ["TransactWriteItems", "GetItem"]
    assert assertions.everything() == WRITTEN


def test_the_home_made_first_is_answered_as_it_is_by_now() -> None:
    changed = properties.update(make(once=ONCE), {"price": 1.0}, 1, factories.ADA)
    with assertions.nothing_changes():
        assert make(factories.a_draft(1), ONCE) == changed


def test_the_same_key_for_another_input_is_refused() -> None:
    make(once=ONCE)
    with pytest.raises(IdempotencyMismatch, match="key-1") as refused:
        make(factories.a_draft(1), replace(ONCE, input_hash="hash-2"))
    assert refused.value.idempotency_key == "key-1"
    assert assertions.everything() == WRITTEN


@pytest.mark.parametrize("other", [replace(ONCE, key="key-2"), replace(ONCE, user_id=factories.GRACE), None])
def test_another_key_another_user_or_no_key_makes_another_home(other: Once | None) -> None:
    make(once=ONCE)
    assert make(factories.a_draft(1), other).id == factories.home_id(1)
    assert properties.by_ids([HOME.id, factories.home_id(1)]) == [HOME, factories.a_draft(1)]


@pytest.mark.parametrize(
    ("minutes", "id"), [(24 * 60 - 1, factories.home_id(0)), (24 * 60, factories.home_id(24 * 60))]
)
def test_a_key_holds_for_24_hours_and_then_counts_as_absent(minutes: int, id: ID) -> None:
    make(factories.a_draft(), ONCE)
    assert make(factories.a_draft(minutes), ONCE).id == id


def test_a_key_whose_home_was_deleted_since_is_refused() -> None:
    properties.delete(make(once=ONCE), 1, factories.ADA)
    with pytest.raises(PropertyNotFound) as refused, assertions.nothing_changes():
        make(factories.a_draft(1), ONCE)
    assert refused.value.id == HOME.id


def test_a_home_whose_answer_was_lost_is_made_once(proxy: Proxy) -> None:
    proxy.fail("TransactWriteItems", reset_after(), times=2)
    assert make(once=ONCE) == HOME
    assert assertions.everything() == WRITTEN


def test_the_same_key_at_the_same_time_makes_one_home() -> None:
    drafts = [factories.a_draft(n) for n in range(8)]
    made = actions.all_at_the_same_time(*[partial(make, draft, ONCE) for draft in drafts])
    assert [isinstance(home, Property) for home in made] == [True] * 8
    assert len({home.id for home in made if isinstance(home, Property)}) == 1
    assert len(assertions.everything()) == len(WRITTEN)


def test_eight_homes_at_the_same_time_are_counted_as_eight() -> None:
    drafts = [factories.a_draft(n) for n in range(8)]
    made = actions.all_at_the_same_time(*[partial(make, draft) for draft in drafts])
    assert made == drafts
    assert assertions.homes_counted(factories.ADA) == 8
    assert len(assertions.partition("ZIP#98001")) == 8


def test_a_home_is_found_at_every_place_it_appears_in() -> None:
    make()
    assert properties.appearances(HOME.id) == [
        Key("USER#ada", f"PROP#{HOME.id}"),
        Key("ZIP#98001", f"PROP#{HOME.id}"),
    ]


def test_only_edges_and_cards_are_in_the_inverse_index() -> None:
    make(factories.a_draft(0), ONCE)
    make(factories.a_draft(1, zip_code=None))
    found = sorted((item["inverse_pk"], item["inverse_sk"]) for item in table.scan(keys.INVERSE))
    assert found == [
        (f"PROP#{factories.home_id(0)}", "USER#ada"),
        (f"PROP#{factories.home_id(0)}", "ZIP#98001"),
        (f"PROP#{factories.home_id(1)}", "USER#ada"),
    ]
