"""The people who own homes: their profiles, and the counts kept in them."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from data import keys, properties, users
from data.errors import TryAgain
from data.records import ID, Email, User
from tests.data import actions, assertions, factories
from tests.proxy import Proxy, cancelled

pytestmark = pytest.mark.usefixtures("table")

NOBODY = ID("nobody")
NEW = Email("new@example.com")


def test_a_user_is_read_as_it_was_written(proxy: Proxy) -> None:
    user = factories.a_user(property_count=3)
    proxy.seen.clear()
    assert users.by_id(factories.ADA) == user
    assert proxy.seen == ["GetItem"]


def test_a_user_without_a_profile_is_none() -> None:
    assert users.by_id(NOBODY) is None


def test_users_come_in_the_order_asked_each_read_once(proxy: Proxy) -> None:
    ada, grace = factories.a_user(), factories.a_user(factories.GRACE)
    proxy.seen.clear()
    assert users.by_ids([factories.GRACE, NOBODY, factories.ADA, factories.GRACE]) == [grace, None, ada, grace]
    assert proxy.seen == ["BatchGetItem"]


def test_the_owners_of_a_hundred_homes_are_one_request(proxy: Proxy) -> None:
    ada = factories.a_user()
    proxy.seen.clear()
    assert users.by_ids([factories.ADA] * 100) == [ada] * 100
    assert proxy.seen == ["BatchGetItem"]


@pytest.mark.parametrize(
    ("changes", "attributes"),
    [
        ({"name": "Countess"}, {"name": "Countess"}),
        ({"email": NEW}, {"email": NEW}),
        ({"email": None}, {"email": None}),
        ({"name": "Countess", "email": NEW}, {"name": "Countess", "email": NEW}),
    ],
)
def test_a_profile_changes_what_it_is_told_and_nothing_else(
    changes: dict[str, Any], attributes: dict[str, Any]
) -> None:
    user = factories.a_user(property_count=3)
    other = replace(
        factories.a_profile(), name="From the token", email=Email("token@example.com"), created_at=factories.at(9)
    )
    changed = users.update(users.starting(other, factories.at(9)), changes)
    assert changed == replace(user, **attributes)
    assert users.by_id(factories.ADA) == changed


def test_a_profile_is_made_where_there_is_none() -> None:
    starting = users.starting(replace(factories.a_profile(), property_count=7), factories.at(9))
    assert users.update(starting, {"name": "Countess"}) == User(
        id=factories.ADA,
        name="Countess",
        email=factories.a_profile().email,
        property_count=0,
        created_at=factories.at(9),
    )


def test_a_profile_made_without_an_email_has_none() -> None:
    users.update(factories.a_profile(), {"email": None})
    assert users.by_id(factories.ADA) == replace(factories.a_profile(), email=None)


def test_an_email_that_was_taken_away_does_not_come_back_with_the_next_home() -> None:
    factories.a_user()
    users.update(factories.a_profile(), {"email": None})
    factories.a_home()
    assert users.by_id(factories.ADA) == replace(factories.a_profile(), email=None, property_count=1)


def test_an_email_that_was_taken_away_does_not_come_back_with_the_next_name() -> None:
    factories.a_user()
    users.update(factories.a_profile(), {"email": None})
    assert users.update(factories.a_profile(), {"name": "Countess"}).email is None


def test_a_first_home_makes_the_profile() -> None:
    factories.a_home()
    assert users.by_id(factories.ADA) == replace(factories.a_profile(), property_count=1)


def test_a_name_changed_while_homes_are_made_loses_neither() -> None:
    factories.a_user()
    drafts = [factories.a_draft(n) for n in range(5)]
    makes = [partial(properties.create, draft, factories.ADA, factories.a_profile(), None) for draft in drafts]
    actions.all_at_the_same_time(*makes, partial(users.update, factories.a_profile(), {"name": "Countess"}))
    assert users.by_id(factories.ADA) == replace(factories.a_profile(), name="Countess", property_count=5)


def test_a_count_is_set_to_the_homes_there_are() -> None:
    factories.homes(2)
    factories.a_user(property_count=7)
    users.recount(factories.a_profile())
    assert users.by_id(factories.ADA) == replace(factories.a_profile(), property_count=2)


def test_a_count_that_is_right_is_left_alone(proxy: Proxy) -> None:
    factories.homes(2)
    proxy.seen.clear()
    users.recount(factories.a_profile())
    assert proxy.seen == ["GetItem", "Query"]


def test_a_recount_that_is_overtaken_counts_again(proxy: Proxy) -> None:
    factories.a_user(property_count=7)
    proxy.fail("TransactWriteItems", cancelled("ConditionalCheckFailed"), times=2)
    users.recount(factories.a_profile())
    assert assertions.homes_counted(factories.ADA) == 0
    assert proxy.seen.count("TransactWriteItems") == 3


def test_a_recount_that_is_overtaken_again_and_again_may_try_again(proxy: Proxy) -> None:
    factories.a_user(property_count=7)
    proxy.fail("TransactWriteItems", cancelled("ConditionalCheckFailed"), times=6)
    with pytest.raises(TryAgain), assertions.nothing_changes():
        users.recount(factories.a_profile())


def test_a_user_is_one_item() -> None:
    user = factories.a_user(property_count=3)
    assert assertions.everything() == [users.to_item(user)]
    assert users.to_item(user) == {
        **keys.user(factories.ADA)._asdict(),
        "id": "ada",
        "name": "Ada",
        "email": "ada@example.com",
        "property_count": 3,
        "created_at": factories.at(0),
    }
