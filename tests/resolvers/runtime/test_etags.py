"""ETags of properties, and the preconditions of requests."""

import pytest

from data.errors import InvalidInput
from resolvers.runtime import etags
from tests.local import dataset

PROPERTY = dataset.PROPERTIES[4]  # at version 2


@pytest.mark.parametrize("condition", [None, "*", " * ", '"2"', '"1", "2"', '"x","2"', '"1" , "2"', ' "2"'])
def test_a_write_is_allowed_if_its_version_matches(condition: str | None) -> None:
    etags.require_match(PROPERTY, etags.parse_if_match(condition))


@pytest.mark.parametrize("condition", ['"1"', '"02"', 'W/"2"', '""', '"*"', '"1","3"'])
def test_another_version_or_a_weak_etag_does_not_match_a_write(condition: str) -> None:
    with pytest.raises(etags.PreconditionFailed) as raised:
        etags.require_match(PROPERTY, etags.parse_if_match(condition))
    assert raised.value.current_version == 2


@pytest.mark.parametrize(
    "condition", ["", "2", "two", '"2', '2"', "*,*", '*, "2"', '"2";"3"', "w/2", '"2"x', '"' + "2" * 1_100 + '"']
)
def test_an_invalid_etag_is_rejected_by_name(condition: str) -> None:
    with pytest.raises(InvalidInput, match=r"^If-Match must be ETags"):
        etags.parse_if_match(condition)
    with pytest.raises(InvalidInput, match=r"^If-None-Match must be ETags"):
        etags.is_not_modified(PROPERTY, condition)


@pytest.mark.parametrize(
    ("condition", "not_modified"), [(None, False), ('"1"', False), ('W/"2"', True), ("*", True), ('"1", "2"', True)]
)
def test_a_client_with_the_current_version_gets_not_modified(condition: str | None, not_modified: bool) -> None:
    assert etags.is_not_modified(PROPERTY, condition) is not_modified
