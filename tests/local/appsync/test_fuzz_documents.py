"""Any document has well-formed validation errors, and at most a hundred of them."""

from graphql import GraphQLSyntaxError
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from hypothesis_graphql import from_schema, nodes

from local import assumptions
from local.schema import compiler
from tests.local.appsync.hostile_documents import fields
from tests.local.small_schema import FULL_SCHEMA, validation_errors
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


def test_validation_stops_after_a_hundred_errors_and_reports_that() -> None:
    errors = validation_errors(fields(1)["undefined fields"].query)
    assert len(errors) == 101
    assert errors[-1] == {
        "path": None,
        "locations": None,
        "message": f"Validation error of type {assumptions.ABORTED}: "
        "Too many validation errors, error limit reached. Validation aborted.",
    }
