"""The size of a value equals the size that AWS counts against its limits."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.lambdas.encoding import utf8_size

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "bytes"),
    [
        ("a", 3),
        ("é", 4),
        ("\N{EURO SIGN}", 5),
        ("\N{HOUSE BUILDING}", 6),
        ("\n", 4),
        ("\0", 8),
        ("\\u0041", 9),
        ("\ud800", 5),
    ],
)
def test_a_character_counts_as_its_bytes_in_utf_8(text: str, bytes: int) -> None:
    assert utf8_size(text, json.dumps(text)) == bytes


@given(value=JSON)
def test_the_size_of_a_value_is_that_of_its_json_in_utf_8(value: Any) -> None:
    assert utf8_size(value, json.dumps(value)) == len(json.dumps(value, ensure_ascii=False).encode())
