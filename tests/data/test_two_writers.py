"""Several people write at the same time: nobody's change is lost, and what stands beside a home stays true."""

from functools import partial

import pytest

from data import images, properties
from data.records import Property
from tests.data import given, then, when

pytestmark = pytest.mark.usefixtures("table")


def test_of_two_writers_at_once_exactly_one_wins_each_round() -> None:
    home = given.a_home()
    for n in range(8):
        acts = [partial(when.changed, home, price=float(price), zip_code=f"9800{price % 3}") for price in (n, n + 100)]
        answers = when.all_at_the_same_time(*acts)
        assert sorted(type(answer).__name__ for answer in answers) == ["Property", "VersionConflict"]
        [home] = [answer for answer in answers if isinstance(answer, Property)]
        assert then.its_card_is_true(home)
    assert properties_read(home) == replace(home, images=None)


def test_of_a_writer_and_a_deleter_at_once_exactly_one_wins() -> None:
    for n in range(6):
        home = given.a_home(n)
        acts = [partial(when.changed, home, price=1.0), partial(properties.delete, home, 1, given.ADA)]
        [changed, deleted] = when.all_at_the_same_time(*acts)
        assert isinstance(changed, Property) != (deleted is None)
        assert len(then.partition(f"USER#{given.ADA}")) == 1 + then.partition("USER#ada")[0]["property_count"]
