"""What the desk does where AWS's documentation leaves open what AppSync does: each such choice that is one value.

docs/first-deployment.md tells for each name how to find out on a real API. What is found out is corrected here.
"""

# Requests that never reach the schema: status, errorType, message
SYNTAX = (400, "MalformedHttpRequestException", "Unable to parse GraphQL query.")  # also for what is nested too deeply
NO_OPERATION = (400, "BadRequestException", "There is no operation.")  # fragments alone
UNKNOWN_OPERATION = (400, "BadRequestException", "Unknown operation named '{name}'.")
TOO_MANY_TOKENS = (400, "BadRequestException", "Maximum char length exceeded")  # the text is known
SUBSCRIPTION_OVER_HTTP = (400, "BadRequestException", "Subscriptions over MQTT is not supported.")  # seen in 2021
BODY_TOO_LARGE = (413, "BadRequestException", "Request body is larger than {bytes:,} bytes.")
MOST_BODY_BYTES = 1_000_000  # tokens of a query are limited, bytes of a body nowhere that we know of
MOST_BODY_LEVELS = 100  # of lists and objects in each other; a body of more is malformed
TOKEN_EXPIRED = "Token has expired."  # the status, 401, and the type, UnauthorizedException, are known

# Documents that are not valid
PATH_BY_ALIAS = False  # whether the path behind `@` names a field by its alias
MOST_VALIDATION_ERRORS = 100  # how many are told; a document of 15,000 tokens could have thousands
ABORTED = "MaxValidationErrorsReached"  # what the error is called that tells of more of them, or of too much to check
KINDS = {  # what AppSync calls the breaking of a rule, by graphql-core's name for it; the texts are graphql-core's
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
SCALAR_NAMES = {"AWSURL": "URL", "AWSEmail": "email address"}  # in "Unable to parse `x` as a valid …"; else the type's

# Fields that go wrong: errorType, message
DEPTH_TYPE = "QueryDepthLimitReached"
DEPTH_TEXT = "Query depth limit of {limit} reached"
RESOLVERS_TYPE = "ResolverExecutionLimitReached"
RESOLVERS_TEXT = "Resolver invocation limit reached"
TIMED_OUT = ("Lambda:ExecutionTimeoutException", "Execution timed out.")
REQUEST_TOO_LARGE = (  # over Lambda's 6 MB
    "Lambda:IllegalArgument",
    "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
)
RESPONSE_TOO_LARGE = (  # over Lambda's 6 MB
    "Function.ResponseSizeTooLarge",
    "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
)
RESULT_TOO_LARGE = ("MappingTemplate", "Transformation too large.")  # over AppSync's 5 MB, of a batch as a whole
WRONG_BATCH = ("Lambda:Unhandled", "{path} did not answer {items} items")  # no list, or not one item an event
BARE_ITEM_IS_ITS_VALUE = True  # a text or a number among a batch's items
UNTYPED_ITEM = "Lambda:Unhandled"  # an item with an errorMessage and no errorType
VALUE_KINDS = {"str": "STRING", "bool": "BOOLEAN", "int": "INT", "float": "FLOAT"}  # in "expected type LIST, got …"

# Events
ALIASES_SHARE_A_BATCH = True
TYPENAME_IN_SELECTION_SET_LIST = True

# The cache
NULL_IS_CACHED = True

# Real time
CONNECTION_HOURS = 24
FIRST_KEEP_ALIVE_AT_ONCE = True  # right behind the connection_ack
KEEP_ALIVE_SECONDS = 60
ERRORS_ARE_A_LIST = True  # those of an `error`, as is documented; clients have seen one alone, and no list around it
UNKNOWN_STOP = ("UnknownOperationError", "Unknown operation id {id}")  # errorType, message: as AppSync Events has them
DUPLICATE_START = ("DuplicatedOperationError", "Duplicated operation with id {id}")  # seen in a client's report

# REST, by API Gateway
TOKEN_BEFORE_KEY = True  # a request with neither is a 401, and no 403
EVERY_STATUS_IS_CACHED = True  # what the function answered to a GET, refusals included


def raised(name: str) -> str:
    """The errorType of an exception that a function let out, by its class's name: whether built-in ones keep theirs."""
    return "Lambda:Unhandled" if name == "Exception" else name
