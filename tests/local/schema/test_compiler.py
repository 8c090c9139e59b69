"""schema.graphql: that it is what the records and the wiring make, what it promises, and that AppSync takes it."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

import pytest
from graphql import build_schema, parse, print_ast, validate_schema

from data.records import ID, Deprecated
from local.schema import compiler
from resolvers.field_config import COGNITO, IAM, ROOTS, Field
from resolvers.wiring import FIELDS, SIGNED_IN

TEXT = compiler.FILE.read_text()
MODES = {"aws_api_key", "aws_cognito_user_pools", "aws_iam", "aws_lambda", "aws_oidc"}


@cache
def definitions(text: str, kind: str = "") -> dict[str, Any]:
    """The definitions of one kind of node, or all, by their names."""
    found: Any = parse(text).definitions
    return {node.name.value: node for node in found if node.kind.startswith(kind)}


@cache
def members(text: str) -> set[str]:
    """The path of each field, input field and enum value of a schema."""
    return {
        f"{name}.{member.name.value}"
        for name, node in definitions(text).items()
        for member in (*attribute(node, "fields"), *attribute(node, "values"))
    }


def attribute(node: Any, name: str) -> tuple[Any, ...]:
    return getattr(node, name, None) or ()


def modes(node: Any) -> set[str]:
    """The kinds of caller that a definition lets in."""
    return {directive.name.value for directive in attribute(node, "directives")} & MODES


def named(kind: Any) -> str:
    """The name of a type, without what makes it a list or not null."""
    return str(kind.name.value) if hasattr(kind, "name") else named(kind.type)


def reached(text: str) -> dict[str, set[str]]:
    """Which kinds of caller get to each type, from the root fields that let them in through the fields that do."""
    objects = definitions(text, "object_type_definition")
    found: dict[str, set[str]] = {}
    ways = [(named(field.type), mode) for root in ROOTS for field in objects[root].fields for mode in modes(field)]
    while ways:
        name, mode = ways.pop()
        if name in objects and mode not in found.setdefault(name, set()):
            found[name].add(mode)
            ways += [(named(one.type), mode) for one in objects[name].fields if mode in (modes(one) or {mode})]
    return found


def offered(path: str) -> Any:
    """A field of the schema, or an input field, with all that is written on it."""
    type_, _, name = path.partition(".")
    fields_by_name = {field.name.value: field for field in definitions(TEXT)[type_].fields}
    assert name in fields_by_name, f"schema.graphql lacks {path}: run `make schema`"
    return fields_by_name[name]


def test_the_file_is_what_the_records_and_the_wiring_make() -> None:
    assert compiler.sdl(compiler.build()) == TEXT, "schema.graphql is stale: run `make schema`"


def test_the_file_is_a_schema_by_itself() -> None:
    assert validate_schema(build_schema(TEXT)) == []


def test_what_a_function_answers_may_be_null() -> None:
    assert [row.path for row in FIELDS if offered(row.path).type.kind == "non_null_type"] == []


def test_a_field_is_open_to_exactly_those_whom_its_row_names() -> None:
    assert {row.path: modes(offered(row.path)) for row in FIELDS} == {
        row.path: {mode.directive for mode in row.who} for row in FIELDS
    }


def test_a_type_is_open_to_exactly_those_who_get_to_it() -> None:
    marked = {name: modes(node) for name, node in definitions(TEXT, "object_type_definition").items()}
    assert {name: found for name, found in marked.items() if name not in ROOTS} == reached(TEXT)


def test_the_backend_gets_to_what_it_publishes_and_no_further() -> None:
    opened = {name for name, found in reached(TEXT).items() if "aws_iam" in found}
    assert opened == {"PropertyChange", "ZipChange", "FieldChange", "Listing"}


@pytest.mark.parametrize("name", ["Property", "User", "Image", "HistoryEvent", "PageInfo"])
def test_the_types_of_people_and_homes_are_closed_to_the_backend(name: str) -> None:
    assert modes(definitions(TEXT)[name]) == {"aws_cognito_user_pools", "aws_oidc"}


@pytest.mark.parametrize(
    ("path", "mutations"),
    [
        ("Subscription.onPropertyChange", '["publishPropertyChange"]'),
        ("Subscription.onZipChange", '["publishZipChange"]'),
    ],
)
def test_a_subscription_names_the_mutations_it_follows(path: str, mutations: str) -> None:
    [follows] = [one for one in offered(path).directives if one.name.value == "aws_subscribe"]
    assert print_ast(follows) == f"@aws_subscribe(mutations: {mutations})"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Query.property", "The home with this id, with its pictures; null where there is none."),
        ("Property.history", "The home's changes, newest first."),
        ("Property.zipCode", "5 digits"),
        ("Property.version", "Raised by one at each change; a write says which one it was made from"),
        ("CreatePropertyInput.ownerId", "Whose home it is: the caller's, unless an admin asks"),
        ("UpdatePropertyInput.description", "At most 10,000 characters"),
    ],
)
def test_a_fields_description_is_its_functions_docstring_or_its_attributes_text(path: str, text: str) -> None:
    assert offered(path).description.value == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Property", "A home."),
        ("UpdateMeInput", "What to change of one's profile: what is left out stays, null clears the e-mail address."),
        ("ListingSort", "The order of a ZIP's listings. NEWEST is by creation."),
        ("HistoryConnection", "One page of a list, as in Relay."),
    ],
)
def test_a_types_description_is_its_docstring(name: str, text: str) -> None:
    assert definitions(TEXT)[name].description.value == text


def test_an_arguments_description_is_its_types_text() -> None:
    told = {
        one.name.value: one.description and one.description.value for one in offered("Query.listingsByZip").arguments
    }
    assert told == {
        "zipCode": "5 digits",
        "filter": None,
        "sort": None,
        "first": "How many, 1 to 100",
        "after": "A cursor of this list: what comes behind it",
    }


def test_what_travels_inside_is_in_no_schema() -> None:
    inside = ("imageIds", "coverImageUrl", "changedById", "isAdmin", "pk", "sk", "inversePk", "listPrice", "expiresAt")
    shown = {path for path in members(TEXT) if path.partition(".")[2] in inside}
    assert shown == {"Listing.coverImageUrl", "ListingInput.coverImageUrl"}


@dataclass(frozen=True, kw_only=True)
class Barn:
    """A barn."""

    id: ID
    size: int | None = None
    width: Annotated[int | None, Deprecated("use size")] = None


def barn(id: ID) -> Barn | None:
    """The barn with this id."""


def build_barn(input: Barn) -> Barn | None:
    """Makes a barn."""


BARNS = compiler.sdl(
    compiler.build(
        (
            Field("Query.barn", barn, SIGNED_IN),
            Field("Query.stable", barn, (COGNITO,), deprecated="use barn"),
            Field("Mutation.buildBarn", build_barn, (IAM,)),
        )
    )
)


def test_a_deprecated_row_says_what_to_use() -> None:
    assert '  stable(id: ID!): Barn @aws_cognito_user_pools @deprecated(reason: "use barn")\n' in BARNS


def test_a_deprecated_attribute_says_what_to_use() -> None:
    assert '  width: Int @deprecated(reason: "use size")\n' in BARNS


def test_what_is_asked_is_never_deprecated_for_appsync_knows_that_of_fields_only() -> None:
    assert "@" not in print_ast(definitions(BARNS)["BarnInput"])


def test_what_is_not_deprecated_says_nothing() -> None:
    assert BARNS.count("@deprecated") == 2


@pytest.mark.parametrize("construct", ["extension", "interface", "union", "schema_definition"])
def test_the_schema_has_nothing_that_appsync_refuses(construct: str) -> None:
    assert [node.kind for node in parse(TEXT).definitions if construct in node.kind] == []


def test_no_type_implements_another() -> None:
    objects = definitions(TEXT, "object_type_definition")
    assert [name for name in objects if attribute(objects[name], "interfaces")] == []


def test_the_schema_declares_only_scalars_that_appsync_has() -> None:
    assert {*definitions(TEXT, "scalar")} == {"AWSDateTime", "AWSEmail", "AWSURL"}


def test_the_schema_declares_only_directives_that_appsync_has() -> None:
    assert {*definitions(TEXT, "directive")} == {"aws_cognito_user_pools", "aws_iam", "aws_oidc", "aws_subscribe"}


def test_no_enum_has_a_comment_which_breaks_appsyncs_parser() -> None:
    bodies = re.findall(r"^enum [^{]*{([^}]*)}", TEXT, re.MULTILINE)
    assert (len(bodies), [body for body in bodies if "#" in body]) == (3, [])
