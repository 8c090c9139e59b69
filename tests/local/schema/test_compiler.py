"""schema.graphql matches the records and the wiring, has the expected types and texts, and is valid for AppSync."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

import pytest
from graphql import build_schema, parse, print_ast, validate_schema

from data.records import ID, Deprecated
from local.schema import compiler
from resolvers.field_config import COGNITO, IAM, ROOT_TYPES, FieldConfig
from resolvers.wiring import FIELDS, SIGNED_IN

SDL = compiler.FILE.read_text()
AUTH_DIRECTIVES = {"aws_api_key", "aws_cognito_user_pools", "aws_iam", "aws_lambda", "aws_oidc"}


@cache
def definitions(text: str, kind: str = "") -> dict[str, Any]:
    """Returns the definitions of one kind of node, or of all kinds, by their names."""
    nodes: Any = parse(text).definitions
    return {node.name.value: node for node in nodes if node.kind.startswith(kind)}


@cache
def member_paths(text: str) -> set[str]:
    """Returns the path of each field, input field and enum value of a schema."""
    return {
        f"{name}.{member.name.value}"
        for name, node in definitions(text).items()
        for member in (*node_list(node, "fields"), *node_list(node, "values"))
    }


def node_list(node: Any, name: str) -> tuple[Any, ...]:
    return getattr(node, name, None) or ()


def auth_directives(node: Any) -> set[str]:
    """Returns the auth directives of a definition."""
    return {directive.name.value for directive in node_list(node, "directives")} & AUTH_DIRECTIVES


def named_type(type_: Any) -> str:
    """Returns the name of a type without its list and non-null wrappers."""
    return str(type_.name.value) if hasattr(type_, "name") else named_type(type_.type)


def reachable_modes(text: str) -> dict[str, set[str]]:
    """Returns the auth modes that reach each type, from the root fields through the fields that allow them."""
    objects = definitions(text, "object_type_definition")
    modes_by_type: dict[str, set[str]] = {}
    pending = [
        (named_type(field.type), mode)
        for root in ROOT_TYPES
        for field in objects[root].fields
        for mode in auth_directives(field)
    ]
    while pending:
        name, mode = pending.pop()
        if name in objects and mode not in modes_by_type.setdefault(name, set()):
            modes_by_type[name].add(mode)
            pending += [
                (named_type(field.type), mode)
                for field in objects[name].fields
                if mode in (auth_directives(field) or {mode})
            ]
    return modes_by_type


def schema_field(path: str) -> Any:
    """Returns the definition of a field or an input field in schema.graphql."""
    type_, _, name = path.partition(".")
    fields_by_name = {field.name.value: field for field in definitions(SDL)[type_].fields}
    assert name in fields_by_name, f"schema.graphql lacks {path}: run `make schema`"
    return fields_by_name[name]


def test_the_committed_schema_matches_the_code() -> None:
    assert compiler.print_sdl(compiler.build_schema()) == SDL, "schema.graphql is stale: run `make schema`"


def test_the_committed_schema_is_valid_on_its_own() -> None:
    assert validate_schema(build_schema(SDL)) == []


def test_a_field_with_a_resolver_is_nullable() -> None:
    assert [config.path for config in FIELDS if schema_field(config.path).type.kind == "non_null_type"] == []


def test_a_field_has_exactly_the_auth_directives_of_its_configuration() -> None:
    assert {config.path: auth_directives(schema_field(config.path)) for config in FIELDS} == {
        config.path: {mode.directive for mode in config.auth_modes} for config in FIELDS
    }


def test_a_type_has_exactly_the_auth_directives_of_the_modes_that_reach_it() -> None:
    directives_by_type = {
        name: auth_directives(node) for name, node in definitions(SDL, "object_type_definition").items()
    }
    assert {
        name: directives for name, directives in directives_by_type.items() if name not in ROOT_TYPES
    } == reachable_modes(SDL)


def test_the_backend_reaches_only_the_types_that_it_publishes() -> None:
    reachable = {name for name, modes in reachable_modes(SDL).items() if "aws_iam" in modes}
    assert reachable == {"PropertyChange", "ZipChange", "FieldChange", "Listing"}


@pytest.mark.parametrize("name", ["Property", "User", "Image", "HistoryEvent", "PageInfo"])
def test_the_types_of_users_and_properties_are_closed_to_the_backend(name: str) -> None:
    assert auth_directives(definitions(SDL)[name]) == {"aws_cognito_user_pools", "aws_oidc"}


@pytest.mark.parametrize(
    ("path", "mutations"),
    [
        ("Subscription.onPropertyChange", '["publishPropertyChange"]'),
        ("Subscription.onZipChange", '["publishZipChange"]'),
    ],
)
def test_a_subscription_names_the_mutations_that_trigger_it(path: str, mutations: str) -> None:
    [directive] = [node for node in schema_field(path).directives if node.name.value == "aws_subscribe"]
    assert print_ast(directive) == f"@aws_subscribe(mutations: {mutations})"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Query.property", "The property with this id; null if there is none."),
        ("Property.history", "The changes of the property, newest first."),
        ("Property.zipCode", "5 digits"),
        ("Property.version", "Incremented by each change. A write names the version that it is based on"),
        ("CreatePropertyInput.ownerId", "The owner: the caller by default, another user for admins only"),
        ("UpdatePropertyInput.description", "At most 10,000 characters"),
    ],
)
def test_a_field_is_described_by_its_docstring_or_its_annotation(path: str, text: str) -> None:
    assert schema_field(path).description.value == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Property", "A property."),
        (
            "UpdateMeInput",
            "Changes of the caller's profile. Omitted fields keep their value; null clears the e-mail address.",
        ),
        ("ListingSort", "The order of listings. NEWEST sorts by creation, latest first."),
        ("HistoryConnection", "One page of a list, as in the Relay specification."),
    ],
)
def test_a_type_is_described_by_its_docstring(name: str, text: str) -> None:
    assert definitions(SDL)[name].description.value == text


def test_an_argument_is_described_by_its_annotation() -> None:
    descriptions = {
        argument.name.value: argument.description and argument.description.value
        for argument in schema_field("Query.listingsByZip").arguments
    }
    assert descriptions == {
        "zipCode": "5 digits",
        "filter": "All listings match if omitted",
        "sort": "NEWEST by default",
        "first": "The page size, 1 to 100",
        "after": "A cursor of this list; the page starts after it",
    }


def undescribed(text: str) -> list[str]:
    """Returns the coordinates of the elements without a description. AppSync defines the scalars and the directives."""
    described_kinds = ("object_type", "input_object_type", "enum_type")
    coordinates = {
        coordinate: element
        for kind in described_kinds
        for type_name, type_ in definitions(text, f"{kind}_definition").items()
        for coordinate, element in elements(type_name, type_)
    }
    return [coordinate for coordinate, element in coordinates.items() if not element.description]


def elements(type_name: str, type_: Any) -> Iterator[tuple[str, Any]]:
    """Yields a type, its fields and enum values, and the arguments of the fields, each with its schema coordinate."""
    yield type_name, type_
    for member in (*node_list(type_, "fields"), *node_list(type_, "values")):
        yield f"{type_name}.{member.name.value}", member
        for argument in node_list(member, "arguments"):
            yield f"{type_name}.{member.name.value}({argument.name.value}:)", argument


def test_every_type_field_argument_and_enum_value_has_a_description() -> None:
    assert undescribed(SDL) == [], "add a text to the annotation in data/records.py or resolvers/"


def test_an_enum_value_is_described_by_its_member() -> None:
    descriptions = {value.name.value: value.description.value for value in definitions(SDL)["ListingSort"].values}
    assert descriptions == {
        "NEWEST": "By time of creation, latest first",
        "PRICE_ASC": "By price, lowest first",
        "PRICE_DESC": "By price, highest first",
    }


def test_an_element_without_a_description_is_reported() -> None:
    text = "type A { b(c: Int): D } input F { g: Int } enum D { E }"
    assert undescribed(text) == ["A", "A.b", "A.b(c:)", "F", "F.g", "D", "D.E"]


def test_internal_attributes_are_not_in_the_schema() -> None:
    internal_names = (
        "imageIds",
        "coverImageUrl",
        "changedById",
        "isAdmin",
        "pk",
        "sk",
        "inversePk",
        "listPrice",
        "expiresAt",
    )
    paths = {path for path in member_paths(SDL) if path.partition(".")[2] in internal_names}
    assert paths == {"Listing.coverImageUrl", "ListingInput.coverImageUrl"}


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


BARN_SDL = compiler.print_sdl(
    compiler.build_schema(
        (
            FieldConfig("Query.barn", barn, SIGNED_IN),
            FieldConfig("Query.stable", barn, (COGNITO,), deprecated="use barn"),
            FieldConfig("Mutation.buildBarn", build_barn, (IAM,)),
        )
    )
)


def test_a_deprecated_field_names_its_replacement() -> None:
    assert '  stable(id: ID!): Barn @aws_cognito_user_pools @deprecated(reason: "use barn")\n' in BARN_SDL


def test_a_deprecated_attribute_names_its_replacement() -> None:
    assert '  width: Int @deprecated(reason: "use size")\n' in BARN_SDL


def test_an_input_type_has_no_deprecations() -> None:
    assert "@" not in print_ast(definitions(BARN_SDL)["BarnInput"])


def test_only_deprecated_fields_have_the_directive() -> None:
    assert BARN_SDL.count("@deprecated") == 2


@pytest.mark.parametrize("construct", ["extension", "interface", "union", "schema_definition"])
def test_the_schema_has_no_construct_that_appsync_rejects(construct: str) -> None:
    assert [node.kind for node in parse(SDL).definitions if construct in node.kind] == []


def test_no_type_implements_an_interface() -> None:
    objects = definitions(SDL, "object_type_definition")
    assert [name for name in objects if node_list(objects[name], "interfaces")] == []


def test_the_schema_declares_only_scalars_of_appsync() -> None:
    assert {*definitions(SDL, "scalar")} == {"AWSDateTime", "AWSEmail", "AWSURL"}


def test_the_schema_declares_only_directives_of_appsync() -> None:
    assert {*definitions(SDL, "directive")} == {"aws_cognito_user_pools", "aws_iam", "aws_oidc", "aws_subscribe"}


def test_no_enum_has_a_comment_because_appsync_cannot_parse_it() -> None:
    bodies = re.findall(r"^enum [^{]*{([^}]*)}", SDL, re.MULTILINE)
    assert (len(bodies), [body for body in bodies if "#" in body]) == (3, [])
