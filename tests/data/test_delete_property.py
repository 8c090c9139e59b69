"""Deleting a home: all that stands for it goes at once; its history stays."""

import pytest

from data import properties
from data.errors import PropertyNotFound, VersionConflict
from tests.data import actions, assertions, factories
from tests.proxy import Proxy

pytestmark = pytest.mark.usefixtures("table")


def test_a_home_is_deleted_with_fifty_pictures_in_one_request(proxy: Proxy) -> None:
    home = factories.a_home(pictures=50)
    proxy.seen.clear()
    properties.delete(home, 1, factories.ADA)
    assert proxy.seen == ["TransactWriteItems"]
    assert [item["sk"].partition("#")[0] for item in assertions.everything()] == ["HIST", "HIST", "PROFILE"]


def test_a_deleted_home_is_one_less_of_its_owners() -> None:
    [home, _] = factories.homes(2)
    properties.delete(home, 1, factories.ADA)
    assert assertions.partition("USER#ada")[0]["property_count"] == 1
    assert len(assertions.partition("USER#ada")) == 2


def test_the_history_of_a_deleted_home_stays_and_says_who_deleted_it() -> None:
    home = factories.a_home()
    properties.delete(home, 1, factories.GRACE)
    [made, deleted] = assertions.partition(f"PROP#{home.id}")
    assert (made["kind"], deleted["kind"]) == ("CREATED", "DELETED")
    assert (deleted["version"], deleted["changed_by_id"], deleted["changes"]) == (2, "grace", [])


def test_deleting_another_version_is_refused_before_any_request(proxy: Proxy) -> None:
    home = factories.a_home()
    proxy.seen.clear()
    with pytest.raises(VersionConflict):
        properties.delete(home, 2, factories.ADA)
    assert proxy.seen == []


def test_deleting_what_somebody_changed_meanwhile_is_refused() -> None:
    home = factories.a_home(pictures=2)
    actions.changed(home, price=1.0)
    with pytest.raises(VersionConflict) as refused, assertions.nothing_changes():
        properties.delete(home, 1, factories.ADA)
    assert refused.value.current_version == 2


def test_deleting_twice_is_refused_and_counted_once() -> None:
    home = factories.a_home()
    properties.delete(home, 1, factories.ADA)
    with pytest.raises(PropertyNotFound), assertions.nothing_changes():
        properties.delete(home, 1, factories.ADA)
