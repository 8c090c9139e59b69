"""A process receives the event that was encoded, and sizes are those that AWS counts against its limits."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.lambdas.encoding import Variables, decode_event, encode_event, utf8_size

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


IDENTITY = {"sub": "é"}
VARIABLES = st.dictionaries(st.text(), JSON, max_size=3).map(Variables)


def build_event(variables: Variables, info: dict[str, Any], source: Any) -> dict[str, Any]:
    return {"source": source, "identity": IDENTITY, "info": {**info, "variables": variables}}


def assert_is_received(event: Any) -> None:
    line, size_bytes = encode_event(event)
    assert decode_event(json.loads(line)) == event
    assert size_bytes == len(json.dumps(event, ensure_ascii=False).encode())


@given(VARIABLES, JSON)
def test_a_process_receives_an_event_with_its_variables(variables: Variables, source: Any) -> None:
    assert_is_received(build_event(variables, {"fieldName": "me"}, source))


@given(VARIABLES, st.lists(st.tuples(st.sampled_from(["a", "b"]), JSON), min_size=2, max_size=4))
def test_a_process_receives_a_batch_whose_events_have_the_same_variables(
    variables: Variables, instances: list[tuple[str, Any]]
) -> None:
    events = {name: build_event(variables, {"fieldName": name}, None) for name in "ab"}
    assert_is_received([{**events[name], "source": [source]} for name, source in instances])


@pytest.mark.parametrize("size", [0, 1_000_000])
def test_a_line_has_the_variables_of_a_batch_once_and_its_size_counts_them_for_each_event(size: int) -> None:
    variables = Variables(x="x" * size)
    batch = [build_event(variables, {"fieldName": "me"}, source) for source in range(10)]
    line, size_bytes = encode_event(batch)
    assert len(line) < size + 2_000
    assert 10 * size < size_bytes < 10 * size + 2_000


def test_the_variables_of_a_request_are_encoded_once_for_all_its_events() -> None:
    """The second event is encoded without a look at the variables, which have changed in spite of the rule."""
    variables = Variables(x=1)
    lines = []
    for _ in range(2):
        lines.append(encode_event(build_event(variables, {"fieldName": "me"}, None))[0])
        variables["x"] = 2
    assert lines[0] == lines[1]
