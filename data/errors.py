"""The errors of the data layer. The class names are the `errorType` that clients see.

ApiError                 the caller can correct the request
    InvalidInput         a value violates its constraint, or an update changes nothing
    LimitExceeded        a request or a property has more items than its limit
    InvalidCursor        `after` was issued for another query
    PropertyNotFound     a write names a property that does not exist
    ImageNotFound        a write names an image that the property does not have
    UserNotFound         the owner of a new property has no profile
    VersionConflict      another caller changed the property first
    IdempotencyMismatch  the key was used within 24 hours for another input
    TryAgain             DynamoDB is throttled or unavailable; the same request may succeed in a moment
StorageError             only the operators can correct it: a bug, a missing table, a missing permission
"""


class ApiError(Exception):
    """The base of all errors that clients see: the class name is `errorType`, the attributes are `errorInfo`.

    If it is `retryable`, nothing was written, and the same request may succeed later.
    """

    retryable = False


class InvalidInput(ApiError):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field} {reason}")
        self.field = field
        self.reason = reason


class LimitExceeded(ApiError):
    def __init__(self, resource: str, limit: int) -> None:
        super().__init__(f"at most {limit} {resource} are allowed")
        self.resource = resource
        self.limit = limit


class InvalidCursor(ApiError):
    def __init__(self) -> None:
        super().__init__("after is not a cursor of this list: omit it to read the first page")


class PropertyNotFound(ApiError):
    def __init__(self, id: str) -> None:
        super().__init__(f"no property has the id {id}")
        self.id = id


class ImageNotFound(ApiError):
    def __init__(self, property_id: str, id: str) -> None:
        super().__init__(f"the property {property_id} has no image with the id {id}")
        self.property_id = property_id
        self.id = id


class UserNotFound(ApiError):
    def __init__(self, id: str) -> None:
        super().__init__(f"no user has the id {id}")
        self.id = id


class VersionConflict(ApiError):
    def __init__(self, id: str, expected_version: int, current_version: int) -> None:
        super().__init__(f"the property {id} is at version {current_version}, not {expected_version}: read it again")
        self.id = id
        self.expected_version = expected_version
        self.current_version = current_version


class IdempotencyMismatch(ApiError):
    def __init__(self, idempotency_key: str) -> None:
        super().__init__(f"the idempotency key {idempotency_key} was used for another input")
        self.idempotency_key = idempotency_key


class TryAgain(ApiError):
    retryable = True

    def __init__(self) -> None:
        super().__init__("the service is busy: try again in a moment")


class StorageError(Exception):
    """DynamoDB rejected a request for a reason that only the operators can correct."""
