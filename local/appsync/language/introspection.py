"""What AppSync's introspection knows: that of GraphQL in 2016.

Newer tools have to be told not to ask for more, as graphql-js's `getIntrospectionQuery()` does by itself.
"""

from graphql import GraphQLDirective

KNOWN = {
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
UNKNOWN_DIRECTIVES = {"specifiedBy", "oneOf"}
TAKE_DEPRECATED = {"__Type.fields", "__Type.enumValues"}


def directives(known: tuple[GraphQLDirective, ...]) -> tuple[GraphQLDirective, ...]:
    """Those directives of a schema that AppSync has."""
    return tuple(one for one in known if one.name not in UNKNOWN_DIRECTIVES)


def has(type: str, field: str) -> bool:
    """Whether a type that graphql-core gives this field has it in AppSync too."""
    return type not in KNOWN or field in KNOWN[type] | {"__typename"}


def takes(type: str, field: str, argument: str) -> bool:
    """Whether a field that graphql-core gives this argument has it in AppSync too."""
    return type not in KNOWN or argument != "includeDeprecated" or f"{type}.{field}" in TAKE_DEPRECATED
