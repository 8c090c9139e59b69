"""The profiles of users and their property counts."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from data import keys, properties, users
from data.errors import TryAgain
from data.records import ID, Email, User
from tests.data import actions, assertions, factories
from tests.proxy import FaultProxy, cancelled_transaction

pytestmark = pytest.mark.usefixtures("table")

UNKNOWN_ID = ID("nobody")
NEW_EMAIL = Email("new@example.com")


def test_a_user_is_read_as_it_was_written(proxy: FaultProxy) -> None:
    user = factories.create_user(property_count=3)
    proxy.operations.clear()
    assert users.by_id(factories.ADA) == user
    assert proxy.operations == ["GetItem"]


def test_a_user_without_a_profile_is_none() -> None:
    assert users.by_id(UNKNOWN_ID) is None


def test_users_are_in_the_order_of_the_ids_and_read_once(proxy: FaultProxy) -> None:
    ada, grace = factories.create_user(), factories.create_user(factories.GRACE)
    proxy.operations.clear()
    assert users.by_ids([factories.GRACE, UNKNOWN_ID, factories.ADA, factories.GRACE]) == [grace, None, ada, grace]
    assert proxy.operations == ["BatchGetItem"]


def test_the_owners_of_a_hundred_properties_cost_one_request(proxy: FaultProxy) -> None:
    ada = factories.create_user()
    proxy.operations.clear()
    assert users.by_ids([factories.ADA] * 100) == [ada] * 100
    assert proxy.operations == ["BatchGetItem"]


@pytest.mark.parametrize(
    ("changes", "attributes"),
    [
        ({"name": "Countess"}, {"name": "Countess"}),
        ({"email": NEW_EMAIL}, {"email": NEW_EMAIL}),
        ({"email": None}, {"email": None}),
        ({"name": "Countess", "email": NEW_EMAIL}, {"name": "Countess", "email": NEW_EMAIL}),
    ],
)
def test_an_update_changes_only_the_given_attributes(changes: dict[str, Any], attributes: dict[str, Any]) -> None:
    user = factories.create_user(property_count=3)
    token_profile = replace(
        factories.unsaved_user(),
        name="From the token",
        email=Email("token@example.com"),
        created_at=factories.timestamp(9),
    )
    updated = users.update(users.new_profile(token_profile, factories.timestamp(9)), changes)
    assert updated == replace(user, **attributes)
    assert users.by_id(factories.ADA) == updated


def test_an_update_creates_a_missing_profile() -> None:
    new_profile = users.new_profile(replace(factories.unsaved_user(), property_count=7), factories.timestamp(9))
    assert users.update(new_profile, {"name": "Countess"}) == User(
        id=factories.ADA,
        name="Countess",
        email=factories.unsaved_user().email,
        property_count=0,
        created_at=factories.timestamp(9),
    )


def test_a_profile_created_without_an_email_has_none() -> None:
    users.update(factories.unsaved_user(), {"email": None})
    assert users.by_id(factories.ADA) == replace(factories.unsaved_user(), email=None)


def test_a_new_property_does_not_restore_a_removed_email() -> None:
    factories.create_user()
    users.update(factories.unsaved_user(), {"email": None})
    factories.create_property()
    assert users.by_id(factories.ADA) == replace(factories.unsaved_user(), email=None, property_count=1)


def test_a_new_name_does_not_restore_a_removed_email() -> None:
    factories.create_user()
    users.update(factories.unsaved_user(), {"email": None})
    assert users.update(factories.unsaved_user(), {"name": "Countess"}).email is None


def test_a_first_property_creates_the_profile() -> None:
    factories.create_property()
    assert users.by_id(factories.ADA) == replace(factories.unsaved_user(), property_count=1)


def test_a_concurrent_name_change_and_creates_are_all_kept() -> None:
    factories.create_user()
    drafts = [factories.unsaved_property(n) for n in range(5)]
    creates = [partial(properties.create, draft, factories.ADA, factories.unsaved_user(), None) for draft in drafts]
    actions.run_concurrently(*creates, partial(users.update, factories.unsaved_user(), {"name": "Countess"}))
    assert users.by_id(factories.ADA) == replace(factories.unsaved_user(), name="Countess", property_count=5)


def test_a_repair_sets_the_count_to_the_number_of_properties() -> None:
    factories.create_properties(2)
    factories.create_user(property_count=7)
    users.repair_property_count(factories.unsaved_user())
    assert users.by_id(factories.ADA) == replace(factories.unsaved_user(), property_count=2)


def test_a_correct_count_is_not_written(proxy: FaultProxy) -> None:
    factories.create_properties(2)
    proxy.operations.clear()
    users.repair_property_count(factories.unsaved_user())
    assert proxy.operations == ["GetItem", "Query"]


def test_a_repair_that_conflicts_counts_again(proxy: FaultProxy) -> None:
    factories.create_user(property_count=7)
    proxy.fail("TransactWriteItems", cancelled_transaction("ConditionalCheckFailed"), times=2)
    users.repair_property_count(factories.unsaved_user())
    assert assertions.property_count(factories.ADA) == 0
    assert proxy.operations.count("TransactWriteItems") == 3


def test_a_repair_that_conflicts_six_times_raises_try_again(proxy: FaultProxy) -> None:
    factories.create_user(property_count=7)
    proxy.fail("TransactWriteItems", cancelled_transaction("ConditionalCheckFailed"), times=6)
    with pytest.raises(TryAgain), assertions.unchanged_table():
        users.repair_property_count(factories.unsaved_user())


def test_a_user_is_one_item() -> None:
    user = factories.create_user(property_count=3)
    assert assertions.all_items() == [users.to_item(user)]
    assert users.to_item(user) == {
        **keys.user(factories.ADA)._asdict(),
        "id": "ada",
        "name": "Ada",
        "email": "ada@example.com",
        "property_count": 3,
        "created_at": factories.timestamp(0),
    }
