"""The checks of open questions about AppSync that need no property: each is a request and the local server's response.

A question's name is a heading of docs/first-deployment.md, which is the name of an assumption, or the question in a row
of that document's last table.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from conformance.client import ApiClient, ApiResponse
from conformance.contract import ASSUMPTIONS, LIMITS
from conformance.expected_response import (
    ANY_TEXT,
    OK,
    ExpectedResponse,
    request_error,
    validation_error,
    variable_error,
)
from conformance.finding import OPEN_QUESTION, ConformanceFinding

QUERY = "{ me { id } }"
OVERSIZE_BODY_BYTES = (2_000_000, 4_000_000, 12_000_000)
MAX_DESCRIPTION = 500  # characters of a query in a report
RULE_VIOLATIONS = {  # a document that violates each rule, by graphql-core's name for the rule
    "ExecutableDefinitionsRule": "{ me { id } } type A { a: Int }",
    "LoneAnonymousOperationRule": "query a { me { id } } { me { id } }",
    "MaxIntrospectionDepthRule": "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
    "NoFragmentCyclesRule": "{ me { ...F } } fragment F on User { ...F }",
    "NoUnusedFragmentsRule": "{ me { id } } fragment F on User { id }",
    "OverlappingFieldsCanBeMergedRule": "{ a: me { id } a: user(id: 1) { id } }",
    "PossibleFragmentSpreadsRule": "{ me { ...F } } fragment F on Image { id }",
    "UniqueArgumentNamesRule": "{ user(id: 1, id: 1) { id } }",
    "UniqueDirectivesPerLocationRule": "{ me { id @skip(if: true) @skip(if: true) } }",
    "UniqueFragmentNamesRule": "{ me { ...F } } fragment F on User { id } fragment F on User { id }",
    "UniqueInputFieldNamesRule": (
        '{ listingsByZip(zipCode: "1", filter: {minPrice: 1, minPrice: 1}) { nodes { id } } }'
    ),
    "UniqueVariableNamesRule": "query($x: ID!, $x: ID!) { user(id: $x) { id } }",
    "VariablesAreInputTypesRule": "query($x: User) { user(id: $x) { id } }",
}


@dataclass(frozen=True)
class ConformanceCheck:
    """One request for an open question, the request's description, and the response that the local server gives."""

    question: str
    request: str
    send: Callable[[ApiClient], ApiResponse]
    expected: ExpectedResponse

    def run(self, client: ApiClient) -> ConformanceFinding:
        response = self.send(client)
        matches = self.expected.matches(response)
        return ConformanceFinding(OPEN_QUESTION, self.question, self.request, str(self.expected), response, matches)


def query_check(question: str, query: str, expected: ExpectedResponse, **variables: object) -> ConformanceCheck:
    text = query if len(query) < MAX_DESCRIPTION else f"{query[:200]} {ANY_TEXT} ({len(query):,} characters)"
    request = f"{text} with {json.dumps(variables)}" if variables else text
    return ConformanceCheck(question, request, lambda client: client.execute(query, variables or None), expected)


def body_check(question: str, request: str, body: str, expected: ExpectedResponse) -> ConformanceCheck:
    return ConformanceCheck(question, request, lambda client: client.send(body.encode()), expected)


def checks() -> Iterator[ConformanceCheck]:
    """All checks of this module. They read the caller's profile at most, and write nothing."""
    yield from request_checks()
    yield from body_checks()
    yield from error_limit_checks()
    yield from rule_checks()
    yield from literal_checks()
    yield from variable_checks()
    yield from http_checks()


def request_checks() -> Iterator[ConformanceCheck]:
    syntax = request_error(*ASSUMPTIONS["SYNTAX"])
    yield query_check("SYNTAX", "{ me { id }", syntax)
    yield query_check("SYNTAX", "{ me " * 300 + "}" * 300, syntax)
    yield query_check("NO_OPERATION", "fragment F on User { id }", request_error(*ASSUMPTIONS["NO_OPERATION"]))
    status, type, message = ASSUMPTIONS["UNKNOWN_OPERATION"]
    yield ConformanceCheck(
        "UNKNOWN_OPERATION",
        'query a { me { id } }, operationName "x"',
        lambda client: client.execute("query a { me { id } }", operation_name="x"),
        request_error(status, type, message.format(name="x")),
    )
    subscription = 'subscription { onZipChange(zipCode: "00000") { version } }'
    over_http = request_error(*ASSUMPTIONS["SUBSCRIPTION_OVER_HTTP"])
    yield query_check("SUBSCRIPTION_OVER_HTTP", subscription, over_http)


def body_checks() -> Iterator[ConformanceCheck]:
    query = "{" + " me" * LIMITS["tokens"] + " }"
    yield query_check("TOO_MANY_TOKENS", query, request_error(*ASSUMPTIONS["TOO_MANY_TOKENS"]))
    status, type, message = ASSUMPTIONS["BODY_TOO_LARGE"]
    max_bytes = ASSUMPTIONS["MAX_BODY_BYTES"]
    too_large = request_error(status, type, message.format(bytes=max_bytes))
    yield body_check("MAX_BODY_BYTES", f"a body of {max_bytes:,} bytes", body_of_bytes(max_bytes), OK)
    oversize_bytes = max_bytes + 1
    yield body_check("BODY_TOO_LARGE", f"a body of {oversize_bytes:,} bytes", body_of_bytes(oversize_bytes), too_large)
    for size in OVERSIZE_BODY_BYTES:  # a client that is still sending may lose the response with the connection
        expected = replace(too_large, may_disconnect=True)
        yield body_check("BODY_TOO_LARGE", f"a body of {size:,} bytes", body_of_bytes(size), expected)
    max_levels = ASSUMPTIONS["MAX_BODY_LEVELS"]
    yield body_check("MAX_BODY_LEVELS", f"a body of {max_levels} levels", body_of_levels(max_levels), OK)
    syntax = request_error(*ASSUMPTIONS["SYNTAX"])
    for levels in (max_levels + 1, 1_000, 100_000):
        yield body_check("MAX_BODY_LEVELS", f"a body of {levels:,} levels", body_of_levels(levels), syntax)


def body_of_bytes(size: int) -> str:
    """A valid request of this size, most of which is a comment."""
    start, end = f'{{"query": "{QUERY} #', '"}'
    return start + "x" * (size - len(start) - len(end)) + end


def body_of_levels(levels: int) -> str:
    """A valid request with this many levels of nested objects and lists, including itself and its variables."""
    lists = levels - 2
    return f'{{"query": "{QUERY}", "variables": {{"x": {"[" * lists}{"]" * lists}}}}}'


def error_limit_checks() -> Iterator[ConformanceCheck]:
    alias_or_name = "mine" if ASSUMPTIONS["PATH_BY_ALIAS"] else "me"
    undefined = "Field 'x' in type 'User' is undefined"
    by_field = validation_error("FieldUndefined", f"{undefined} @ '{alias_or_name}/x'")
    yield query_check("PATH_BY_ALIAS", "{ mine: me { x } }", by_field)
    by_fragment = validation_error("FieldUndefined", f"{undefined} @ 'F/x'")
    yield query_check("PATH_BY_ALIAS", "{ me { ...F } } fragment F on User { x }", by_fragment)
    abort_kind = ASSUMPTIONS["ABORTED"]
    expected = ExpectedResponse(
        errors=((None, f"Validation error of type FieldUndefined: {ANY_TEXT}"),),
        error_count=ASSUMPTIONS["MAX_VALIDATION_ERRORS"] + 1,
        last_message=f"Validation error of type {abort_kind}: {ANY_TEXT}",
    )
    for question, count in (("MAX_VALIDATION_ERRORS", 150), ("ABORTED", 5_000)):
        fields = " ".join(f"x{number}" for number in range(1, count + 1))
        yield query_check(question, f"{{ {fields} }}", expected)
    slow_fields = " ".join(f"user(id: {number}) {{ id }}" for number in range(1, 1_201))
    yield query_check("ABORTED", f"{{ {slow_fields} }}", validation_error(abort_kind))


def rule_checks() -> Iterator[ConformanceCheck]:
    for rule, query in RULE_VIOLATIONS.items():
        yield rule_check(query, validation_error(ASSUMPTIONS["KINDS"][rule]))
    same_name = request_error(400, "BadRequestException", "Missing operation name.")
    yield rule_check("query a { me { id } } query a { me { id } }", same_name)


def rule_check(query: str, expected: ExpectedResponse) -> ConformanceCheck:
    """A check of an invalid document. If the document has an operation `a`, the request selects it."""
    name = "a" if query.startswith("query a ") else None
    request = f"{query}, operationName {json.dumps(name)}" if name else query
    return ConformanceCheck("KINDS", request, lambda client: client.execute(query, operation_name=name), expected)


def literal_checks() -> Iterator[ConformanceCheck]:
    missing = ASSUMPTIONS["MISSING_DIRECTIVE_ARGUMENT"].format(name="if") + ANY_TEXT
    yield query_check("MISSING_DIRECTIVE_ARGUMENT", "{ me { id @skip } }", validation_error(ANY_TEXT, missing))
    unknown = ASSUMPTIONS["UNKNOWN_DIRECTIVE_ARGUMENT"].format(name="x") + ANY_TEXT
    two_arguments = "{ me { id @skip(if: false, x: 1) } }"
    yield query_check("UNKNOWN_DIRECTIVE_ARGUMENT", two_arguments, validation_error(ANY_TEXT, unknown))
    text_default = 'query($x: Int = "a") { listingsByZip(zipCode: "00000", first: $x) { nodes { id } } }'
    bad_default = ASSUMPTIONS["BAD_DEFAULT"].format(value=ANY_TEXT, type="Int") + ANY_TEXT
    yield query_check("BAD_DEFAULT", text_default, validation_error("BadValueForDefaultArg", bad_default))
    null = f"argument 'id' with value 'NullValue{{}}' {ASSUMPTIONS['NULL_LITERAL']}{ANY_TEXT}"
    yield query_check("NULL_LITERAL", "{ user(id: null) { id } }", validation_error("WrongType", null))
    number_filter = '{ listingsByZip(zipCode: "00000", filter: 1) { nodes { id } } }'
    not_object = f"argument 'filter' with value 'IntValue{{value=1}}' {ASSUMPTIONS['NOT_OBJECT_LITERAL']}{ANY_TEXT}"
    yield query_check("NOT_OBJECT_LITERAL", number_filter, validation_error("WrongType", not_object))


def variable_checks() -> Iterator[ConformanceCheck]:
    names = ASSUMPTIONS["SCALAR_NAMES"]
    url = "mutation($u: AWSURL!) { addImage(propertyId: 1, input: {url: $u}) { id } }"
    yield scalar_check(url, "u", "x", names["AWSURL"])
    email = "mutation($e: AWSEmail) { updateMe(input: {email: $e}) { id } }"
    yield scalar_check(email, "e", "x", names["AWSEmail"])
    first = 'query($n: Int!) { listingsByZip(zipCode: "00000", first: $n) { nodes { id } } }'
    for value in ("x", 3_000_000_000, "5"):
        yield scalar_check(first, "n", value, "Int")
    sort = 'query($s: ListingSort!) { listingsByZip(zipCode: "00000", sort: $s) { nodes { id } } }'
    yield scalar_check(sort, "s", "x", "ListingSort")


def scalar_check(query: str, variable: str, value: object, type: str) -> ConformanceCheck:
    expected = variable_error(variable, f"Unable to parse `{value}` as a valid {type}.")
    return query_check("SCALAR_NAMES", query, expected, **{variable: value})


def http_checks() -> Iterator[ConformanceCheck]:
    yield ConformanceCheck(
        "Is an expired or unknown token refused before the query is parsed?",
        "{, with the token x",
        lambda client: client.send(b'{"query": "{"}', token="x"),
        request_error(401, "UnauthorizedException", ANY_TEXT),
    )
    introspection = "{ __schema { queryType { name } } }"
    yield query_check("What is the response to introspection if it is disabled?", introspection, OK)
    yield ConformanceCheck(
        "Which headers does a preflight response allow?",
        "OPTIONS, for POST with x-a",
        send_preflight,
        ExpectedResponse(
            headers=(
                ("access-control-allow-headers", f"{ANY_TEXT}x-a{ANY_TEXT}"),
                ("access-control-allow-origin", "*"),
            )
        ),
    )
    question = "Are GET, PUT and text/plain accepted?"
    body = json.dumps({"query": QUERY}).encode()
    query_string = "?query=%7B%20me%20%7B%20id%20%7D%20%7D"
    yield ConformanceCheck(question, f"GET {query_string}", lambda client: client.send(None, "GET", query_string), OK)
    yield ConformanceCheck(question, "PUT", lambda client: client.send(body, "PUT"), ExpectedResponse(405))
    plain = {"content-type": "text/plain"}
    yield ConformanceCheck(question, "POST of text/plain", lambda client: client.send(body, headers=plain), OK)


def send_preflight(client: ApiClient) -> ApiResponse:
    method_and_headers = {"access-control-request-method": "POST", "access-control-request-headers": "x-a"}
    return client.send(None, "OPTIONS", headers={"origin": "https://example.com", **method_and_headers}, token="")
