"""Several people write at the same time: nobody's change is lost, and what stands beside a home stays true."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from data import images, properties
from data.errors import ImageNotFound, VersionConflict
from data.records import Property
from tests.data import actions, assertions, factories

pytestmark = pytest.mark.usefixtures("table")

Act = Callable[[], Property | None]


def home_of(answers: list[Property | Exception]) -> Property:
    """The home that the one who was first is answered; the others are told that they were not."""
    assert sorted(type(answer).__name__ for answer in answers) == [
        "Property",
        *["VersionConflict"] * (len(answers) - 1),
    ]
    [home] = [answer for answer in answers if isinstance(answer, Property)]
    return home


def read(home: Property) -> Property:
    found = properties.with_images(home.id)
    assert found
    return found


def test_of_two_changes_exactly_one_wins_each_round() -> None:
    home = factories.a_home()
    for n in range(10):
        acts = [partial(actions.changed, home, price=float(price)) for price in (2 * n, 2 * n + 1)]
        home = home_of(actions.all_at_the_same_time(*acts))
        assert home.version == n + 2
        assert assertions.its_card_is_true(home)
    assert read(home) == home


def test_of_two_moves_to_other_zips_one_card_is_left() -> None:
    home = factories.a_home()
    for n in range(5):
        zips = [f"{n}0001", f"{n}0002"]
        home = home_of(actions.all_at_the_same_time(*[partial(actions.changed, home, zip_code=zip) for zip in zips]))
        assert assertions.its_card_is_true(home)
    assert len([item for item in assertions.everything() if item["pk"].startswith("ZIP#")]) == 1


def test_who_loses_is_told_the_version_that_won() -> None:
    home = factories.a_home()
    acts = [partial(actions.changed, home, price=float(price)) for price in range(4)]
    answers = actions.all_at_the_same_time(*acts)
    conflicts = [vars(answer) for answer in answers if isinstance(answer, VersionConflict)]
    assert conflicts == [{"id": home.id, "expected_version": 1, "current_version": 2}] * 3


def test_of_a_change_and_a_delete_exactly_one_wins_and_the_count_is_true() -> None:
    for n in range(8):
        home = factories.a_home(n)
        acts: list[Act] = [
            partial(actions.changed, home, price=1.0),
            partial(properties.delete, home, 1, factories.ADA),
        ]
        changed, deleted = actions.all_at_the_same_time(*acts)
        assert isinstance(changed, Property) == isinstance(deleted, VersionConflict)
        assert assertions.homes_counted(factories.ADA) == len(assertions.partition("USER#ada")) - 1
        assert len(assertions.partition("ZIP#98001")) == assertions.homes_counted(factories.ADA)


def test_two_deletes_lower_the_count_once() -> None:
    [home, *_] = factories.homes(3)
    actions.all_at_the_same_time(*[partial(properties.delete, home, 1, factories.ADA)] * 2)
    assert assertions.homes_counted(factories.ADA) == 2


def test_homes_made_and_deleted_at_once_are_counted_right() -> None:
    homes = factories.homes(4)
    new = [factories.a_draft(n) for n in range(4, 8)]
    acts: list[Act] = [partial(properties.delete, home, 1, factories.ADA) for home in homes[:3]]
    acts += [partial(properties.create, home, factories.ADA, factories.a_profile(), None) for home in new]
    actions.all_at_the_same_time(*acts)
    assert assertions.homes_counted(factories.ADA) == 5
    assert [item["sk"] for item in assertions.partition("USER#ada")[1:]] == [f"PROP#{h.id}" for h in (homes[3], *new)]


def test_eight_pictures_added_at_once_are_all_there() -> None:
    home = factories.a_home()
    pictures = [factories.a_picture(home.id, k) for k in range(8)]
    answers = actions.all_at_the_same_time(*[partial(images.add, home, image, factories.ADA) for image in pictures])
    assert [isinstance(answer, Property) for answer in answers] == [True] * 8
    assert set(read(home).images or ()) == set(pictures)
    assert read(home).version == 9


def test_pictures_added_at_once_stand_in_the_order_that_history_tells() -> None:
    home = factories.a_home()
    pictures = [factories.a_picture(home.id, k) for k in range(4)]
    actions.all_at_the_same_time(*[partial(images.add, home, image, factories.ADA) for image in pictures])
    told = [event.changes[0].after for event in reversed(assertions.events(home.id)) if event.changes]
    assert told == [image.url for image in read(home).images or ()]
    assert assertions.its_card_is_true(replace(read(home), images=None))


def test_a_picture_added_while_the_price_changes_is_no_conflict() -> None:
    for n in range(5):
        home = factories.a_home(n, zip_code=f"9800{n}")
        acts: list[Act] = [
            partial(actions.changed, home, price=1.0),
            partial(images.add, home, factories.a_picture(home.id, 0), factories.ADA),
        ]
        changed, added = actions.all_at_the_same_time(*acts)
        assert isinstance(added, Property)
        assert read(home).price == (1.0 if isinstance(changed, Property) else home.price)
        assert assertions.its_card_is_true(read(home))


def test_the_fiftieth_picture_is_added_once() -> None:
    home = factories.a_home(pictures=49)
    pictures = [factories.a_picture(home.id, k) for k in (49, 50)]
    answers = actions.all_at_the_same_time(*[partial(images.add, home, image, factories.ADA) for image in pictures])
    assert sorted(type(answer).__name__ for answer in answers) == ["Property", "TooMany"]
    assert len(read(home).images or ()) == 50


def test_a_picture_removed_by_two_is_not_found_by_one_of_them() -> None:
    home = factories.a_home(pictures=3)
    answers = actions.all_at_the_same_time(*[partial(images.remove, home, home.image_ids[1], factories.ADA)] * 2)
    assert sorted(isinstance(answer, ImageNotFound) for answer in answers) == [False, True]
    assert read(home).image_ids == (home.image_ids[0], home.image_ids[2])
