"""The kinds of client that apps are built with, and how each behaves if a response is not what its code expects.

The behaviors are those of the code that each generates, or of its runtime, as the named sources describe them.
"""

from dataclasses import dataclass

from schema_diff.severity import Severity


@dataclass(frozen=True)
class ClientBehavior:
    """How a client behaves, and the severity of that."""

    severity: Severity
    description: str


def breaking(description: str) -> ClientBehavior:
    return ClientBehavior(Severity.BREAKING, description)


def risky(description: str) -> ClientBehavior:
    return ClientBehavior(Severity.DANGEROUS, description)


@dataclass(frozen=True)
class ClientProfile:
    """How one kind of client behaves for an unknown enum value, for null in a non-null field, for a value of another
    type, and for an object of an unknown type."""

    name: str
    unknown_value: ClientBehavior
    unexpected_null: ClientBehavior
    type_mismatch: ClientBehavior
    unknown_type: ClientBehavior
    sources: tuple[str, ...]


APOLLO_IOS = ClientProfile(
    "apollo-ios",
    unknown_value=risky("reads .unknown(value): the screen depends on the default branch of its switch"),
    unexpected_null=breaking("fails the whole response with nullValue, its other fields included"),
    type_mismatch=breaking("fails the whole response with couldNotConvert"),
    unknown_type=risky("has nil for each `as…` of the object, and only the shared fields"),
    sources=("https://www.apollographql.com/docs/ios", "https://github.com/apollographql/apollo-ios"),
)
APOLLO_KOTLIN = ClientProfile(
    "apollo-kotlin",
    unknown_value=risky("reads UNKNOWN__: the screen depends on the else branch of its `when`"),
    unexpected_null=breaking("fails the whole response with an exception of its parser"),
    type_mismatch=breaking("fails the whole response with an exception of its parser"),
    unknown_type=risky("has null for each `on…` of the object, and only the shared fields"),
    sources=("https://www.apollographql.com/docs/kotlin", "https://github.com/apollographql/apollo-kotlin/issues/5901"),
)
AMPLIFY_SWIFT = ClientProfile(
    "amplify-swift",
    unknown_value=breaking(
        "fails the whole response: a Codable enum throws DecodingError, reported as transformationError"
    ),
    unexpected_null=breaking("fails the whole response: Codable throws valueNotFound, reported as transformationError"),
    type_mismatch=breaking("fails the whole response: Codable throws typeMismatch, reported as transformationError"),
    unknown_type=risky("decodes the fields of its hand-written types; a switch over __typename may throw"),
    sources=(
        "https://github.com/aws-amplify/amplify-swift/issues/1328",
        "https://github.com/aws-amplify/amplify-codegen/tree/main/packages/appsync-modelgen-plugin",
    ),
)
AMPLIFY_ANDROID = ClientProfile(
    "amplify-android",
    unknown_value=breaking("crashes, or loses the whole list: the generated valueOf throws IllegalArgumentException"),
    unexpected_null=breaking(
        "puts null into a non-null member of the class: NullPointerException if a screen reads it"
    ),
    type_mismatch=breaking("fails the whole response: the value does not have the type in the class"),
    unknown_type=risky("reads the members of the expected class, and null for the rest"),
    sources=("https://github.com/awslabs/aws-mobile-appsync-sdk-android/issues/349",),
)
AMPLIFY_JS = ClientProfile(
    "amplify-js",
    unknown_value=risky("passes the text on: a switch without it falls through, a lookup gives undefined"),
    unexpected_null=breaking("passes null on although the type is non-null: TypeError if a screen reads its members"),
    type_mismatch=breaking("passes the value on: the page computes with a value of another type"),
    unknown_type=risky("passes the object on, without the fields of any of its fragments"),
    sources=("https://docs.amplify.aws/javascript/build-a-backend/data/",),
)
APOLLO_WEB = ClientProfile(
    "apollo-web",
    unknown_value=risky("passes the text on: a switch without it falls through, a lookup gives undefined"),
    unexpected_null=breaking("passes null on although the type is non-null: TypeError if a screen reads its members"),
    type_mismatch=breaking("passes the value on; an object instead of a scalar in the cache is a missing field"),
    unknown_type=risky(
        "matches no fragment on the interface or union, because its possibleTypes are old: data is missing"
    ),
    sources=("https://www.apollographql.com/docs/react/data/fragments",),
)
RELAY = ClientProfile(
    "relay",
    unknown_value=risky("passes the text on as '%future added value', an untested branch"),
    unexpected_null=breaking("passes null on although the type is non-null: TypeError if a screen reads its members"),
    type_mismatch=breaking("normalises by the compiled type, and stores other values as missing"),
    unknown_type=risky("gives __typename '%other' and no field of any fragment"),
    sources=("https://relay.dev/docs/", "https://github.com/facebook/relay/issues/3717"),
)

PROFILES = {
    profile.name: profile
    for profile in (APOLLO_IOS, APOLLO_KOTLIN, AMPLIFY_SWIFT, AMPLIFY_ANDROID, AMPLIFY_JS, APOLLO_WEB, RELAY)
}
