"""The open questions about AppSync that a request answers, with what the desk does in each case.

Their names are those of local/unconfirmed.py, or the first words of a row under "Open as well" in
docs/first-deployment.md.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from conformance.client import Answer, Api
from conformance.expected_response import ANY, OK, Told, invalid, misfit, refused
from conformance.finding import Finding
from local import unconfirmed
from resolvers.wiring import LIMITS

ME = "{ me { id } }"
SIZES = (2_000_000, 4_000_000, 12_000_000)
FORBIDDEN = refused(401, "UnauthorizedException", ANY)
UNDEFINED = Told(200, ((None, f"Validation error of type FieldUndefined: {ANY}"),))
BROKEN_RULES = {  # by graphql-core's name for a rule: what breaks it
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
class Question:
    """What is sent, in words and in fact, and what the desk does."""

    name: str
    sent: str
    send: Callable[[Api], Answer]
    desk: Told

    def put(self, api: Api) -> Finding:
        got = self.send(api)
        return Finding("open", self.name, self.sent, str(self.desk), got, self.desk.fits(got))


def document(name: str, query: str, desk: Told, **variables: object) -> Question:
    sent = query if len(query) < 500 else f"{query[:200]} {ANY} ({len(query):,} characters)"
    told = f"{sent} with {json.dumps(variables)}" if variables else sent
    return Question(name, told, lambda api: api.ask(query, variables or None), desk)


def body(name: str, sent: str, text: str, desk: Told) -> Question:
    return Question(name, sent, lambda api: api.send(text.encode()), desk)


def questions() -> Iterator[Question]:
    """All that read nothing but the caller's own profile, and write nothing."""
    yield from requests()
    yield from bodies()
    yield from documents()
    yield from variables()
    yield from transport()


def requests() -> Iterator[Question]:
    yield document("SYNTAX", "{ me { id }", refused(*unconfirmed.SYNTAX))
    yield document("SYNTAX", "{ me " * 300 + "}" * 300, refused(*unconfirmed.SYNTAX))
    yield document("NO_OPERATION", "fragment F on User { id }", refused(*unconfirmed.NO_OPERATION))
    status, type, text = unconfirmed.UNKNOWN_OPERATION
    named = 'query a { me { id } }, operationName "x"'
    unknown = refused(status, type, text.format(name="x"))
    yield Question("UNKNOWN_OPERATION", named, lambda api: api.ask("query a { me { id } }", operation="x"), unknown)
    follow = 'subscription { onZipChange(zipCode: "00000") { version } }'
    yield document("SUBSCRIPTION_OVER_HTTP", follow, refused(*unconfirmed.SUBSCRIPTION_OVER_HTTP))


def bodies() -> Iterator[Question]:
    too_many = "{" + " me" * LIMITS.tokens + " }"
    yield document("TOO_MANY_TOKENS", too_many, refused(*unconfirmed.TOO_MANY_TOKENS))
    status, type, text = unconfirmed.BODY_TOO_LARGE
    most = unconfirmed.MOST_BODY_BYTES
    too_large = refused(status, type, text.format(bytes=most))
    yield body("MOST_BODY_BYTES", f"a body of {most:,} bytes", of_bytes(most), OK)
    yield body("BODY_TOO_LARGE", f"a body of {most + 1:,} bytes", of_bytes(most + 1), too_large)
    for size in SIZES:  # whoever still sends when it is answered may never see that
        yield body("BODY_TOO_LARGE", f"a body of {size:,} bytes", of_bytes(size), replace(too_large, cut=True))
    deep = unconfirmed.MOST_BODY_LEVELS
    yield body("MOST_BODY_LEVELS", f"a body of {deep} levels", of_levels(deep), OK)
    for levels in (deep + 1, 1_000, 100_000):
        yield body("MOST_BODY_LEVELS", f"a body of {levels:,} levels", of_levels(levels), refused(*unconfirmed.SYNTAX))


def of_bytes(size: int) -> str:
    """A request of so many bytes, most of them a comment."""
    start, end = f'{{"query": "{ME} #', '"}'
    return start + "x" * (size - len(start) - len(end)) + end


def of_levels(levels: int) -> str:
    """A request of so many lists and objects in each other: itself, its variables, and lists."""
    lists = levels - 2
    return f'{{"query": "{ME}", "variables": {{"x": {"[" * lists}{"]" * lists}}}}}'


def broken(query: str, desk: Told) -> Question:
    """A document that breaks a rule; where it has an operation named a, that is what is asked for."""
    named = "a" if query.startswith("query a ") else None
    sent = f"{query}, operationName {json.dumps(named)}" if named else query
    return Question("KINDS", sent, lambda api: api.ask(query, operation=named), desk)


def documents() -> Iterator[Question]:
    at = "mine" if unconfirmed.PATH_BY_ALIAS else "me"
    undefined = "Field 'x' in type 'User' is undefined"
    yield document("PATH_BY_ALIAS", "{ mine: me { x } }", invalid("FieldUndefined", f"{undefined} @ '{at}/x'"))
    in_fragment = "{ me { ...F } } fragment F on User { x }"
    yield document("PATH_BY_ALIAS", in_fragment, invalid("FieldUndefined", f"{undefined} @ 'F/x'"))
    most = unconfirmed.MOST_VALIDATION_ERRORS
    aborted = f"Validation error of type {unconfirmed.ABORTED}: {ANY}"
    for name, many in (("MOST_VALIDATION_ERRORS", 150), ("ABORTED", 5_000)):
        fields = " ".join(f"x{n}" for n in range(1, many + 1))
        yield document(name, f"{{ {fields} }}", replace(UNDEFINED, count=most + 1, last=aborted))
    slow = " ".join(f"user(id: {n}) {{ id }}" for n in range(1, 1_201))
    yield document("ABORTED", f"{{ {slow} }}", invalid(unconfirmed.ABORTED))
    for rule, query in BROKEN_RULES.items():
        yield broken(query, invalid(unconfirmed.KINDS[rule]))
    same_name = refused(400, "BadRequestException", "Missing operation name.")
    yield broken("query a { me { id } } query a { me { id } }", same_name)
    missing = unconfirmed.MISSING_DIRECTIVE_ARGUMENT.format(name="if")
    yield document("MISSING_DIRECTIVE_ARGUMENT", "{ me { id @skip } }", invalid(ANY, f"{missing}{ANY}"))
    unknown = unconfirmed.UNKNOWN_DIRECTIVE_ARGUMENT.format(name="x")
    yield document(
        "UNKNOWN_DIRECTIVE_ARGUMENT", "{ me { id @skip(if: false, x: 1) } }", invalid(ANY, f"{unknown}{ANY}")
    )
    default = 'query($x: Int = "a") { listingsByZip(zipCode: "00000", first: $x) { nodes { id } } }'
    bad = unconfirmed.BAD_DEFAULT.format(value=ANY, type="Int")
    yield document("BAD_DEFAULT", default, invalid("BadValueForDefaultArg", f"{bad}{ANY}"))
    null = f"argument 'id' with value 'NullValue{{}}' {unconfirmed.NULL_LITERAL}{ANY}"
    yield document("NULL_LITERAL", "{ user(id: null) { id } }", invalid("WrongType", null))
    number = '{ listingsByZip(zipCode: "00000", filter: 1) { nodes { id } } }'
    no_object = f"argument 'filter' with value 'IntValue{{value=1}}' {unconfirmed.NOT_OBJECT_LITERAL}{ANY}"
    yield document("NOT_OBJECT_LITERAL", number, invalid("WrongType", no_object))


def variables() -> Iterator[Question]:
    names = unconfirmed.SCALAR_NAMES
    url = "mutation($u: AWSURL!) { addImage(propertyId: 1, input: {url: $u}) { id } }"
    yield document("SCALAR_NAMES", url, misfit("u", f"Unable to parse `x` as a valid {names['AWSURL']}."), u="x")
    email = "mutation($e: AWSEmail) { updateMe(input: {email: $e}) { id } }"
    yield document("SCALAR_NAMES", email, misfit("e", f"Unable to parse `x` as a valid {names['AWSEmail']}."), e="x")
    first = 'query($n: Int!) { listingsByZip(zipCode: "00000", first: $n) { nodes { id } } }'
    for value in ("x", 3_000_000_000, "5"):
        yield document("SCALAR_NAMES", first, misfit("n", f"Unable to parse `{value}` as a valid Int."), n=value)
    sort = 'query($s: ListingSort!) { listingsByZip(zipCode: "00000", sort: $s) { nodes { id } } }'
    yield document("SCALAR_NAMES", sort, misfit("s", "Unable to parse `x` as a valid ListingSort."), s="x")


def transport() -> Iterator[Question]:
    before = "Is an expired or unknown token refused before the query is parsed?"
    yield Question(before, "{, with the token x", lambda api: api.send(b'{"query": "{"}', token="x"), FORBIDDEN)
    schema = "{ __schema { queryType { name } } }"
    yield document("How is introspection refused where it is off?", schema, OK)
    yield Question("Which headers does a preflight allow?", "OPTIONS, of POST with x-a", preflight, PREFLIGHT)
    methods = "Is GET answered, and what of PUT and text/plain?"
    asked = json.dumps({"query": ME}).encode()
    get = "?query=%7B%20me%20%7B%20id%20%7D%20%7D"
    yield Question(methods, f"GET {get}", lambda api: api.send(None, "GET", get), OK)
    yield Question(methods, "PUT", lambda api: api.send(asked, "PUT"), Told(405))
    plain = {"content-type": "text/plain"}
    yield Question(methods, "POST of text/plain", lambda api: api.send(asked, headers=plain), OK)


PREFLIGHT = Told(
    200, headers=(("access-control-allow-headers", f"{ANY}x-a{ANY}"), ("access-control-allow-origin", "*"))
)


def preflight(api: Api) -> Answer:
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "x-a"}
    return api.send(None, "OPTIONS", headers={"origin": "https://example.com", **asked}, token="")
