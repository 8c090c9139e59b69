"""Each hostile request has exactly its response, and a response has a bounded number of fields."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local import assumptions
from resolvers.wiring import LIMITS
from tests.local.appsync.engine_fixture import FakeFunctions, execute, return_properties
from tests.local.appsync.hostile_documents import hostile_requests, page_items
from tests.local.server_fixture import GraphQLResponse, LocalServer
from tests.profiles import examples

MAX_FIELDS = 5_000  # instead of 250,000, so that the test takes a fraction of the time
SMALL = 0.1  # of the largest size
LIMIT, ABORTED = assumptions.RESPONSE_FIELDS_TYPE, assumptions.ABORTED

EXPECTED = {  # of SMALL: the status, the number of fields below the root fields, and the number of errors by kind
    "aliases of __schema": (200, 0, {LIMIT: 1}),
    "aliases of __type": (200, 4880, {LIMIT: 90}),
    "aliases inside of __schema": (200, 0, {LIMIT: 1}),
    "fragments that spread the next twice": (200, 1, {}),
    "fragments that spread all later ones": (200, 0, {ABORTED: 1}),
    "fragments in circles": (200, 0, {"FragmentCycle": 100, ABORTED: 1}),
    "fragments that all conflict": (200, 9, {}),
    "a fragment chain through lists": (200, 9, {}),
    "fragments of every operation": (400, 0, {"BadRequestException": 1}),
    "one key, many arguments": (200, 0, {"FieldsConflict": 100, ABORTED: 1}),
    "one key, many fields": (200, 0, {ABORTED: 1}),
    "aliases of a leaf": (200, 490, {}),
    "many operations": (400, 0, {"BadRequestException": 1}),
    "many variables": (200, 0, {"UnusedVariable": 100, ABORTED: 1}),
    "undefined fields": (200, 0, {"FieldUndefined": 100, ABORTED: 1}),
    "definitions of types": (400, 0, {"BadRequestException": 1}),
    "a directive repeated": (200, 0, {"DuplicateDirectiveName": 100, ABORTED: 1}),
    "more tokens than allowed": (400, 0, {"BadRequestException": 1}),
    "a deep query": (200, 9, {}),
    "a document nested too deep": (400, 0, {"MalformedHttpRequestException": 1}),
    "a deep list": (200, 0, {"WrongType": 1}),
    "a deep object": (200, 0, {"WrongType": 1}),
    "a long list": (200, 0, {"LimitExceeded": 1}),
    "a long string": (200, 0, {"InvalidInput": 1}),
    "a long block string": (200, 0, {"InvalidInput": 1}),
    "a long alias above many fields": (200, 0, {"Lambda:IllegalArgument": 1}),
    "a long list in variables": (200, 0, {"LimitExceeded": 1}),
    "a long list in many events": (200, 0, {"LimitExceeded": 5}),
    "an unused variable of 1 MB": (200, 1, {}),
    "1 MB of lists in variables": (200, 1, {}),
    "1 MB of variables in many events": (200, 20, {}),
    "1 MB of variables in a batch": (200, 900, {}),
    "variables nested too deep": (400, 0, {"MalformedHttpRequestException": 1}),
    "the widest page": (200, 3197, {}),
    "aliases of a page": (200, 0, {LIMIT: 1}),
}
EXPECTED_OF_LARGEST = EXPECTED | {
    "aliases of __type": (200, 4880, {LIMIT: 1_080}),
    "fragments that spread the next twice": (200, 0, {ABORTED: 1}),
    "fragments that all conflict": (200, 0, {ABORTED: 1}),
    "one key, many arguments": (200, 0, {ABORTED: 1}),
    "aliases of a leaf": (200, 4900, {}),
    "a directive repeated": (400, 0, {"BadRequestException": 1}),
    "1 MB of variables in a batch": (200, 100, {"Lambda:IllegalArgument": 100}),
}


def field_count(value: Any) -> int:
    """Returns the number of fields in the value of a field, itself excluded."""
    if isinstance(value, dict):
        return len(value) + sum(map(field_count, value.values()))
    return sum(map(field_count, value)) if isinstance(value, list) else 0


def kind(error: dict[str, Any]) -> str:
    """Returns the type of an error, or AppSync's kind of a validation error."""
    return str(error.get("errorType")) if "errorType" in error else error["message"].split()[4].rstrip(":")


def summary(response: GraphQLResponse) -> tuple[int, int, dict[str, int]]:
    """Returns a response's status, the number of fields below its root fields, and the number of its errors by kind."""
    fields = sum(map(field_count, (response.body.get("data") or {}).values()))
    return response.status, fields, dict(Counter(map(kind, response.body.get("errors", ()))))


@pytest.mark.parametrize(
    ("fraction", "expected"), [(SMALL, EXPECTED), pytest.param(1, EXPECTED_OF_LARGEST, marks=pytest.mark.soak)]
)
def test_each_hostile_request_has_exactly_its_response(
    server: LocalServer,
    monkeypatch: pytest.MonkeyPatch,
    fraction: float,
    expected: dict[str, tuple[int, int, dict[str, int]]],
) -> None:
    server.put_items(page_items(25))
    monkeypatch.setattr(assumptions, "MAX_RESPONSE_FIELDS", MAX_FIELDS)
    credentials = {"authorization": server.token("ada")}
    responses = {name: server.send(request.body, credentials) for name, request in hostile_requests(fraction).items()}
    assert {name: summary(response) for name, response in responses.items()} == expected


TYPE_NAMES = st.sampled_from(["Property", "User", "ListingFilter", "ListingStatus", "Query"])
LEAVES = ("name", "kind", "fields { name }", "fields { a: name b: type { name } }", "enumValues { name }")
SELECTIONS = st.lists(st.sampled_from(LEAVES), min_size=1, max_size=3)


@examples()
@given(st.lists(st.tuples(TYPE_NAMES, SELECTIONS), min_size=1, max_size=5), st.integers(1, 200))
def test_a_root_field_is_whole_or_it_is_null_because_of_the_limit(
    roots: list[tuple[str, list[str]]], limit: int
) -> None:
    """The fields below the root fields count in the document's order, up to the limit."""
    aliases = [[f"s{n}: {text}" for n, text in enumerate(selections)] for _, selections in roots]
    query = " ".join(
        f'r{n}: __type(name: "{name}") {{ {" ".join(selections)} }}'
        for n, ((name, _), selections) in enumerate(zip(roots, aliases, strict=True))
    )
    unlimited = execute(FakeFunctions(), f"{{ {query} }}")["data"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assumptions, "MAX_RESPONSE_FIELDS", limit)
        body = execute(FakeFunctions(), f"{{ {query} }}")
    expected, remaining = {}, limit
    for key, value in unlimited.items():
        remaining -= field_count(value)
        expected[key] = value if remaining >= 0 else None
    assert body["data"] == expected
    assert [(error["path"], error["errorType"]) for error in body.get("errors", ())] == [
        ([key], LIMIT) for key, value in expected.items() if value is None
    ]


def test_the_fields_of_functions_count_toward_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assumptions, "MAX_RESPONSE_FIELDS", 9)
    functions = FakeFunctions(properties=return_properties("p1", "p2", "p3"))
    query = '{ whole: properties(ids: ["p"]) { id ownerId } cut: properties(ids: ["p"]) { id ownerId } }'
    body = execute(functions, query)
    assert body == {
        "data": {"whole": [{"id": f"p{n}", "ownerId": f"owner-of-p{n}"} for n in (1, 2, 3)], "cut": None},
        "errors": [
            {
                "path": ["cut"],
                "locations": [{"line": 1, "column": 48, "sourceName": None}],
                "message": "Response field limit of 9 reached",
                "data": None,
                "errorType": "ResponseFieldLimitReached",
                "errorInfo": None,
            }
        ],
    }


def test_the_selection_set_lists_of_a_request_have_at_most_the_characters_of_a_payload(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An alias of 100,000 characters above 10 fields makes a list of a million characters."""
    functions = FakeFunctions(
        users=lambda event: {"ok": {"id": "ada"}}, properties=lambda events: [{"data": None} for _ in events]
    )
    alias = "x" * 100_000
    fields = " ".join(f"{name}: id" for name in "abcdefghij")
    query = " ".join(f"r{n}: me {{ {alias}: properties {{ nodes {{ {fields} }} }} }}" for n in range(8))
    data = execute(functions, f"{{ {query} }}")["data"]
    events = [event for name, event in functions.events if name == "users"]
    assert sum(len(path) for event in events for path in event["info"]["selectionSetList"]) <= LIMITS.payload_bytes
    assert [value is None for value in data.values()] == [False] * 5 + [True] * 3
