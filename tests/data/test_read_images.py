"""The pictures of many homes: handed on where they came along, else read together."""

from dataclasses import replace

import pytest

from data import images
from data.dynamodb.instrumentation import Call
from data.records import Image, Property
from tests.data import assertions, factories
from tests.proxy import Proxy

pytestmark = pytest.mark.usefixtures("table")


def test_pictures_that_came_along_are_handed_on_without_a_read(proxy: Proxy) -> None:
    homes = [factories.a_home(n, pictures=n) for n in range(3)]
    proxy.seen.clear()
    assert images.of_properties(homes) == [list(home.images or ()) for home in homes]
    assert images.covers(homes) == [None, *(factories.a_picture(home.id, 0) for home in homes[1:])]
    assert proxy.seen == []


def test_pictures_that_did_not_come_along_are_one_batch(proxy: Proxy) -> None:
    homes = [factories.a_home(n, pictures=n) for n in range(4)]
    without = [replace(homes[3], images=None), homes[2], replace(homes[0], images=None), replace(homes[3], images=None)]
    proxy.seen.clear()
    assert images.of_properties(without) == [list(homes[n].images or ()) for n in (3, 2, 0, 3)]
    assert proxy.seen == ["BatchGetItem"]


@pytest.mark.parametrize(("homes", "calls"), [(2, 1), (3, 2), (5, 3)])
def test_pictures_are_read_a_hundred_a_call(proxy: Proxy, homes: int, calls: int) -> None:
    read = [replace(factories.a_home(n, pictures=50), images=None) for n in range(homes)]
    proxy.seen.clear()
    assert [len(pictures) for pictures in images.of_properties(read)] == [50] * homes
    assert proxy.seen == ["BatchGetItem"] * calls


def test_covers_read_only_the_first_pictures(calls: list[Call]) -> None:
    homes = [factories.a_home(n, pictures=3 * n) for n in range(3)]
    calls.clear()
    found = images.covers([replace(home, images=None) for home in homes])
    assert found == [None, factories.a_picture(homes[1].id, 0), factories.a_picture(homes[2].id, 0)]
    assert assertions.told(calls) == [("BatchGetItem", None, 2, 2)]


def test_a_picture_removed_since_its_home_was_read_is_left_out() -> None:
    home = factories.a_home(pictures=3)
    images.remove(home, home.image_ids[0], factories.ADA)
    read: list[Property] = [replace(home, images=None)]
    assert images.of_properties(read) == [[*(home.images or ())[1:]]]
    none: list[Image | None] = [None]
    assert images.covers(read) == none
