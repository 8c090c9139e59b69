"""The introspection that AppSync supports: that of GraphQL's specification of October 2016.

Newer tools must not select newer fields; graphql-js's `getIntrospectionQuery()` selects none of them by default.
"""

from graphql import GraphQLDirective

SUPPORTED_FIELDS = {
    "__Schema": {"types", "queryType", "mutationType", "subscriptionType", "directives"},
    "__Type": {
        "kind",
        "name",
        "description",
        "fields",
        "interfaces",
        "possibleTypes",
        "enumValues",
        "inputFields",
        "ofType",
    },
    "__Field": {"name", "description", "args", "type", "isDeprecated", "deprecationReason"},
    "__InputValue": {"name", "description", "type", "defaultValue"},
    "__EnumValue": {"name", "description", "isDeprecated", "deprecationReason"},
    "__Directive": {"name", "description", "locations", "args"},
}
UNSUPPORTED_DIRECTIVES = {"specifiedBy", "oneOf"}
FIELDS_WITH_INCLUDE_DEPRECATED = {"__Type.fields", "__Type.enumValues"}


def supported_directives(declared: tuple[GraphQLDirective, ...]) -> tuple[GraphQLDirective, ...]:
    """Returns the declared directives that AppSync supports."""
    return tuple(directive for directive in declared if directive.name not in UNSUPPORTED_DIRECTIVES)


def has_field(type: str, field: str) -> bool:
    """True if AppSync supports a field that graphql-core's introspection has."""
    return type not in SUPPORTED_FIELDS or field in SUPPORTED_FIELDS[type] | {"__typename"}


def has_argument(type: str, field: str, argument: str) -> bool:
    """True if AppSync supports an argument that graphql-core's introspection has."""
    return (
        type not in SUPPORTED_FIELDS
        or argument != "includeDeprecated"
        or f"{type}.{field}" in FIELDS_WITH_INCLUDE_DEPRECATED
    )
