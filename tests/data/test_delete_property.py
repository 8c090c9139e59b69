"""Deleting a property removes all its items in one transaction, except its history."""

import pytest

from data import properties
from data.errors import PropertyNotFound, VersionConflict
from tests.data import actions, assertions, factories
from tests.proxy import FaultProxy

pytestmark = pytest.mark.usefixtures("table")


def test_a_property_with_fifty_images_is_deleted_in_one_request(proxy: FaultProxy) -> None:
    property_ = factories.create_property(image_count=50)
    proxy.operations.clear()
    properties.delete(property_, 1, factories.ADA)
    assert proxy.operations == ["TransactWriteItems"]
    assert [item["sk"].partition("#")[0] for item in assertions.all_items()] == ["HIST", "HIST", "PROFILE"]


def test_deleting_a_property_decrements_the_count_of_its_owner() -> None:
    [property_, _] = factories.create_properties(2)
    properties.delete(property_, 1, factories.ADA)
    assert assertions.partition("USER#ada")[0]["property_count"] == 1
    assert len(assertions.partition("USER#ada")) == 2


def test_the_history_of_a_deleted_property_names_who_deleted_it() -> None:
    property_ = factories.create_property()
    properties.delete(property_, 1, factories.GRACE)
    [created_event, deleted_event] = assertions.partition(f"PROP#{property_.id}")
    assert (created_event["kind"], deleted_event["kind"]) == ("CREATED", "DELETED")
    assert (deleted_event["version"], deleted_event["changed_by_id"], deleted_event["changes"]) == (2, "grace", [])


def test_deleting_another_version_fails_before_any_request(proxy: FaultProxy) -> None:
    property_ = factories.create_property()
    proxy.operations.clear()
    with pytest.raises(VersionConflict):
        properties.delete(property_, 2, factories.ADA)
    assert proxy.operations == []


def test_deleting_a_property_changed_since_is_rejected() -> None:
    property_ = factories.create_property(image_count=2)
    actions.change_property(property_, price=1.0)
    with pytest.raises(VersionConflict) as exc_info, assertions.unchanged_table():
        properties.delete(property_, 1, factories.ADA)
    assert exc_info.value.current_version == 2


def test_deleting_twice_is_rejected_and_counted_once() -> None:
    property_ = factories.create_property()
    properties.delete(property_, 1, factories.ADA)
    with pytest.raises(PropertyNotFound), assertions.unchanged_table():
        properties.delete(property_, 1, factories.ADA)
