"""Tags: which of them a home has, and which a condition names."""

import pytest

from data.errors import InvalidInput
from resolvers.runtime import etags
from tests.local import dataset

HOME = dataset.ALL[4]  # at version 2


@pytest.mark.parametrize("condition", [None, "*", " * ", '"2"', '"1", "2"', '"x","2"', '"1" , "2"', ' "2"'])
def test_a_write_may_go_on_where_its_version_is_named(condition: str | None) -> None:
    etags.check(HOME, etags.wanted(condition))


@pytest.mark.parametrize("condition", ['"1"', '"02"', 'W/"2"', '""', '"*"', '"1","3"'])
def test_a_write_ends_where_another_version_is_named_or_a_weak_tag(condition: str) -> None:
    with pytest.raises(etags.Changed) as refused:
        etags.check(HOME, etags.wanted(condition))
    assert refused.value.current_version == 2


@pytest.mark.parametrize(
    "condition", ["", "2", "two", '"2', '2"', "*,*", '*, "2"', '"2";"3"', "w/2", '"2"x', '"' + "2" * 1_100 + '"']
)
def test_what_is_no_tag_is_refused_and_named(condition: str) -> None:
    with pytest.raises(InvalidInput, match=r"^If-Match must be ETags"):
        etags.wanted(condition)
    with pytest.raises(InvalidInput, match=r"^If-None-Match must be ETags"):
        etags.known(HOME, condition)


@pytest.mark.parametrize(
    ("condition", "known"), [(None, False), ('"1"', False), ('W/"2"', True), ("*", True), ('"1", "2"', True)]
)
def test_whoever_has_the_version_need_not_be_sent_it_again(condition: str | None, known: bool) -> None:
    assert etags.known(HOME, condition) is known
