"""Assumptions about behaviour of AppSync and API Gateway that AWS does not document, one value each.

docs/first-deployment.md describes for each name how to check it on a deployed API. Correct the value here.
"""

# Requests that are rejected before validation: status, errorType, message
SYNTAX = (400, "MalformedHttpRequestException", "Unable to parse GraphQL query.")  # also if nested too deeply
NO_OPERATION = (400, "BadRequestException", "There is no operation.")  # only fragments
UNKNOWN_OPERATION = (400, "BadRequestException", "Unknown operation named '{name}'.")
TOO_MANY_TOKENS = (400, "BadRequestException", "Maximum char length exceeded")  # the message is known
SUBSCRIPTION_OVER_HTTP = (400, "BadRequestException", "Subscriptions over MQTT is not supported.")  # reported in 2021
BODY_TOO_LARGE = (413, "BadRequestException", "Request body is larger than {bytes:,} bytes.")
MAX_BODY_BYTES = 1_000_000  # AppSync limits a query's tokens; we know of no limit of a body's bytes
MAX_BODY_LEVELS = 100  # of nested lists and objects; a deeper body is malformed
TOKEN_EXPIRED = "Token has expired."  # the status, 401, and the type, UnauthorizedException, are known

# Invalid documents
PATH_BY_ALIAS = False  # True if the path after `@` has a field's alias
MAX_VALIDATION_ERRORS = 100  # in one response; a document of 15,000 tokens could have thousands
ABORTED = "MaxValidationErrorsReached"  # the kind of the error that reports more errors, or too many checks
KINDS = {  # AppSync's kind of error by graphql-core's name of the rule; the messages are graphql-core's
    "ExecutableDefinitionsRule": "NonExecutableDefinition",
    "KnownOperationTypesRule": "UnknownType",
    "LoneAnonymousOperationRule": "LoneAnonymousOperationViolation",
    "MaxIntrospectionDepthRule": "MaxIntrospectionDepthReached",
    "NoFragmentCyclesRule": "FragmentCycle",
    "NoUnusedFragmentsRule": "UnusedFragment",
    "OverlappingFieldsCanBeMergedRule": "FieldsConflict",
    "PossibleFragmentSpreadsRule": "InvalidFragmentType",
    "SingleFieldSubscriptionsRule": "SubscriptionMultipleRootFields",
    "UniqueArgumentNamesRule": "DuplicateArgumentNames",
    "UniqueDirectivesPerLocationRule": "DuplicateDirectiveName",
    "UniqueFragmentNamesRule": "DuplicateFragmentName",
    "UniqueInputFieldNamesRule": "UniqueObjectFieldName",
    "UniqueOperationNamesRule": "DuplicateOperationName",
    "UniqueVariableNamesRule": "DuplicateVariableName",
    "VariablesAreInputTypesRule": "NonInputTypeOnVariable",
}
MISSING_DIRECTIVE_ARGUMENT = "Missing directive argument {name}"
UNKNOWN_DIRECTIVE_ARGUMENT = "Unknown directive argument {name}"
BAD_DEFAULT = "Bad default value {value} for type {type}"
NULL_LITERAL = "must not be null"
NOT_OBJECT_LITERAL = "must be an object type"
SCALAR_NAMES = {
    "AWSURL": "URL",
    "AWSEmail": "email address",
}  # in "Unable to parse `x` as a valid …"; or the type

# Errors of fields: errorType, message
DEPTH_TYPE = "QueryDepthLimitReached"
DEPTH_TEXT = "Query depth limit of {limit} reached"
RESOLVERS_TYPE = "ResolverExecutionLimitReached"
RESOLVERS_TEXT = "Resolver invocation limit reached"
MAX_RESPONSE_FIELDS = 250_000  # of one request, introspection included: our limit, a few seconds of work
RESPONSE_FIELDS_TYPE = "ResponseFieldLimitReached"
RESPONSE_FIELDS_TEXT = "Response field limit of {limit:,} reached"
TIMED_OUT = ("Lambda:ExecutionTimeoutException", "Execution timed out.")
REQUEST_TOO_LARGE = (  # over Lambda's 6 MB
    "Lambda:IllegalArgument",
    "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
)
RESPONSE_TOO_LARGE = (  # over Lambda's 6 MB
    "Function.ResponseSizeTooLarge",
    "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
)
RESULT_TOO_LARGE = ("MappingTemplate", "Transformation too large.")  # over AppSync's 5 MB, for all results of a batch
WRONG_BATCH = ("Lambda:Unhandled", "{path} did not answer {items} items")  # not a list, or not one item per event
BARE_ITEM_IS_ITS_VALUE = True  # a string or a number among a batch's items
UNTYPED_ITEM = "Lambda:Unhandled"  # an item with an errorMessage and no errorType
VALUE_KINDS = {"str": "STRING", "bool": "BOOLEAN", "int": "INT", "float": "FLOAT"}  # in "expected type LIST, got …"

# Events
ALIASES_SHARE_A_BATCH = True
TYPENAME_IN_SELECTION_SET_LIST = True

# The cache
NULL_IS_CACHED = True

# Real time
CONNECTION_HOURS = 24
FIRST_KEEP_ALIVE_IS_IMMEDIATE = True  # directly after the connection_ack
KEEP_ALIVE_SECONDS = 60
ERRORS_ARE_A_LIST = True  # in an `error` message, as documented; clients have received a single error without a list
UNKNOWN_STOP = ("UnknownOperationError", "Unknown operation id {id}")  # errorType, message: those of AppSync Events
DUPLICATE_START = ("DuplicatedOperationError", "Duplicated operation with id {id}")  # reported by a client

# REST (API Gateway)
TOKEN_BEFORE_KEY = True  # a request without both is a 401, not a 403
EVERY_STATUS_IS_CACHED = True  # of a GET's responses, errors included


def exception_type(name: str) -> str:
    """Returns the errorType of an exception that a function raised: its class's name, for built-in classes as well."""
    return "Lambda:Unhandled" if name == "Exception" else name
