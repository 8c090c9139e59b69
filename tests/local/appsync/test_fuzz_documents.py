"""Validation of any document ends in bounded time with well-formed errors."""

import time

import pytest
from graphql import GraphQLSyntaxError, parse
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from hypothesis_graphql import from_schema, nodes

from local import assumptions
from local.appsync.language import validation
from local.schema import compiler
from resolvers.wiring import LIMITS
from tests.local.small_schema import FULL_SCHEMA, SMALL_SCHEMA, validation_errors
from tests.profiles import examples

SDL = compiler.FILE.read_text()
SCALARS = {
    "AWSDateTime": st.just(nodes.String("2020-01-01T00:00Z")),
    "AWSURL": st.just(nodes.String("https://example.com")),
    "AWSEmail": st.just(nodes.String("a@b")),
}


@given(from_schema(SDL, custom_scalars=SCALARS))
@examples(0.5, unchecked=tuple(HealthCheck))
def test_every_operation_that_fits_the_schema_is_valid(query: str) -> None:
    assert validation_errors(query, FULL_SCHEMA) == []


TOKENS = "{ } ( ) [ ] : ! $ @ ... = query mutation subscription fragment on F Post Query getPost id input x test __type"
WORDS = st.sampled_from([*TOKENS.split(), "1", "1.5", '"a"', "null", "true", "{ id }", "(id: 1)", "@skip(if: $x)"])


@given(st.lists(WORDS, max_size=20).map(" ".join) | st.lists(WORDS, max_size=12).map(lambda w: f"{{ {' '.join(w)} }}"))
@examples(3)
def test_every_document_that_parses_has_well_formed_errors(text: str) -> None:
    try:
        errors = validation_errors(text)
    except GraphQLSyntaxError:
        return
    assert all(error.keys() == {"path", "locations", "message"} for error in errors)


HOSTILE = {
    "aliases": "{ badge {" + " ".join(f"a{n}: tags" for n in range(3_500)) + "} }",
    "one alias of many fields": "{" + 'a: getPost(id: "1") { id } ' * 1_300 + "}",
    "different arguments": "{" + " ".join(f"getPost(id: {n}) {{ id }}" for n in range(1_300)) + "}",
    "undefined fields": "{" + " ".join(f"x{n}" for n in range(14_000)) + "}",
    "one undefined field": "{" + " x" * 14_000 + "}",
    "fragments that double": "{ badge { ...F0 } } fragment F900 on Badge { tags }"
    + "".join(f" fragment F{n} on Badge {{ ...F{n + 1} ...F{n + 1} }}" for n in range(900)),
    "fragments in circles": "{ badge { ...F0 } }"
    + "".join(f" fragment F{n} on Badge {{ {' '.join(f'...F{m}' for m in range(60))} }}" for n in range(60)),
    "fragments that conflict": "{ badge {" + " ".join(f"...F{n}" for n in range(1_000)) + "} }"
    + "".join(f" fragment F{n} on Badge {{ a: x{n % 2} }}" for n in range(1_000)),
    "a deep list": "{ getPost(id: " + "[" * 190 + "]" * 190 + ") { id } }",
    "a deep object": "mutation { createTest(input: " + '{test: "x", in: ' * 190 + "1" + "}" * 190 + ") { id } }",
    "a deep query": "{ getPost(id: 1) {" + "posts {" * 190 + "id" + "}" * 190 + "} }",
    "definitions of types": "type A { a: Int } " * 2_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_takes_bounded_time_and_has_a_bounded_number_of_errors(name: str) -> None:
    document = parse(HOSTILE[name], max_tokens=LIMITS.tokens)
    started_at = time.thread_time()
    errors = validation.validate_document(SMALL_SCHEMA, document)
    assert time.thread_time() - started_at < 10
    assert len(errors) <= assumptions.MAX_VALIDATION_ERRORS + 1
    assert all(error.keys() == {"path", "locations", "message"} for error in errors)


def test_validation_stops_after_a_hundred_errors_and_reports_that() -> None:
    errors = validation_errors(HOSTILE["undefined fields"])
    assert len(errors) == 101
    assert errors[-1] == {
        "path": None,
        "locations": None,
        "message": f"Validation error of type {assumptions.ABORTED}: "
        "Too many validation errors, error limit reached. Validation aborted.",
    }
