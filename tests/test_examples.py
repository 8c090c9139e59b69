"""The comparison of an output with the example that a document shows."""

import json

import pytest

from tests.examples import assert_matches, matches_example, parse_example

CREATED = 'HTTP/1.1 201 Created\r\netag: "1"\r\nlocation: /properties/7\r\n\r\n{"id": "7"}'


@pytest.mark.parametrize(
    ("example", "equal", "different"),
    [
        ('{"a": 1}', '{"a": 1}', '{"a": 1, "b": 2}'),
        ('{"a": 1, … }', '{"a": 1, "b": 2}', '{"a": 1}'),
        ('{"a": 1, … }', '{"b": 2, "a": 1}', '{"a": 2, "b": 2}'),
        ("[1, 2]", "[1, 2]", "[1]"),
        ("[ … ]", "[1]", "[]"),
        ('"/a/…"', '"/a/b"', '"/a/"'),
        ("1.5", "1.5", "1.25"),
        ("1", "1", "true"),
        ("null", "null", "0"),
    ],
)
def test_an_ellipsis_stands_for_what_is_not_empty(example: str, equal: str, different: str) -> None:
    parsed = parse_example(example)
    assert (matches_example(parsed, json.loads(equal)), matches_example(parsed, json.loads(different))) == (True, False)


def test_an_http_response_may_have_more_headers_than_its_example() -> None:
    assert_matches('HTTP/1.1 201 Created\nlocation: /properties/…\n\n{"id": "…"}\n', CREATED)


@pytest.mark.parametrize(
    "example",
    [
        'HTTP/1.1 200 OK\netag: "1"\n\n{"id": "7"}\n',
        'HTTP/1.1 201 Created\netag: "2"\n\n{"id": "7"}\n',
        'HTTP/1.1 201 Created\netag: "1"\n\n{"id": "8"}\n',
        '{"id": "7"}\n',
    ],
)
def test_another_status_header_or_body_differs_from_the_example(example: str) -> None:
    with pytest.raises((AssertionError, json.JSONDecodeError)):
        assert_matches(example, CREATED)
