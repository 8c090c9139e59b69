"""The kinds of client that apps are built with, and what each does when an answer is not what its code was made for.

The facts are those of the code that each generates, or of its runtime, at the sources named.
"""

from dataclasses import dataclass

from schema_diff.severity import Grade


@dataclass(frozen=True)
class Meets:
    """What a client does when it meets something, and how bad that is."""

    grade: Grade
    does: str


def breaks(does: str) -> Meets:
    return Meets(Grade.BREAKING, does)


def risks(does: str) -> Meets:
    return Meets(Grade.DANGEROUS, does)


@dataclass(frozen=True)
class Profile:
    """One kind of client: what it does with an enum value it does not know, with null where none was promised, with a
    value of another shape, and with an object of a type it does not know."""

    name: str
    unknown_value: Meets
    unexpected_null: Meets
    other_shape: Meets
    unknown_type: Meets
    sources: tuple[str, ...]


APOLLO_IOS = Profile(
    "apollo-ios",
    unknown_value=risks("reads .unknown(value): a screen shows whatever its switch does with that"),
    unexpected_null=breaks("fails the whole answer with nullValue, the fields beside it included"),
    other_shape=breaks("fails the whole answer with couldNotConvert"),
    unknown_type=risks("has nil for each `as…` of the object, and the shared fields alone"),
    sources=("https://www.apollographql.com/docs/ios", "https://github.com/apollographql/apollo-ios"),
)
APOLLO_KOTLIN = Profile(
    "apollo-kotlin",
    unknown_value=risks("reads UNKNOWN__: a screen shows whatever its `when` does with that"),
    unexpected_null=breaks("fails the whole answer with an exception of its parser"),
    other_shape=breaks("fails the whole answer with an exception of its parser"),
    unknown_type=risks("has null for each `on…` of the object, and the shared fields alone"),
    sources=("https://www.apollographql.com/docs/kotlin", "https://github.com/apollographql/apollo-kotlin/issues/5901"),
)
AMPLIFY_SWIFT = Profile(
    "amplify-swift",
    unknown_value=breaks("fails the whole answer: a Codable enum throws DecodingError, told as transformationError"),
    unexpected_null=breaks("fails the whole answer: Codable throws valueNotFound, told as transformationError"),
    other_shape=breaks("fails the whole answer: Codable throws typeMismatch, told as transformationError"),
    unknown_type=risks("decodes what its hand-written types take; a switch over __typename may throw"),
    sources=(
        "https://github.com/aws-amplify/amplify-swift/issues/1328",
        "https://github.com/aws-amplify/amplify-codegen/tree/main/packages/appsync-modelgen-plugin",
    ),
)
AMPLIFY_ANDROID = Profile(
    "amplify-android",
    unknown_value=breaks("crashes, or loses the whole list: the generated valueOf throws IllegalArgumentException"),
    unexpected_null=breaks("puts null where the class promises a value: NullPointerException where a screen reads it"),
    other_shape=breaks("fails the whole answer: the value cannot be read as the class has it"),
    unknown_type=risks("reads what the class of the type it expects has, and null for the rest"),
    sources=("https://github.com/awslabs/aws-mobile-appsync-sdk-android/issues/349",),
)
AMPLIFY_JS = Profile(
    "amplify-js",
    unknown_value=risks("hands the text through: a switch without it falls through, a table by value gives undefined"),
    unexpected_null=breaks("hands null through where the type says none: TypeError where a screen reads on"),
    other_shape=breaks("hands the value through: the page computes with what is not of the type it was written for"),
    unknown_type=risks("hands the object through, without the fields of any fragment it has"),
    sources=("https://docs.amplify.aws/javascript/build-a-backend/data/",),
)
APOLLO_WEB = Profile(
    "apollo-web",
    unknown_value=risks("hands the text through: a switch without it falls through, a table by value gives undefined"),
    unexpected_null=breaks("hands null through where the type says none: TypeError where a screen reads on"),
    other_shape=breaks("hands the value through; an object where the cache has a scalar is a missing field"),
    unknown_type=risks("matches no fragment on the interface or union, for its possibleTypes are old: data is missing"),
    sources=("https://www.apollographql.com/docs/react/data/fragments",),
)
RELAY = Profile(
    "relay",
    unknown_value=risks("hands the text through as '%future added value', the branch that nobody tried"),
    unexpected_null=breaks("hands null through where the type says none: TypeError where a screen reads on"),
    other_shape=breaks("normalises by the shape it was compiled for, and stores what does not fit as missing"),
    unknown_type=risks("gives __typename '%other' and no field of any fragment"),
    sources=("https://relay.dev/docs/", "https://github.com/facebook/relay/issues/3717"),
)

PROFILES = {
    profile.name: profile
    for profile in (APOLLO_IOS, APOLLO_KOTLIN, AMPLIFY_SWIFT, AMPLIFY_ANDROID, AMPLIFY_JS, APOLLO_WEB, RELAY)
}
