"""What the table's side can refuse, by the names that clients see as `errorType`.

Refusal                  something the caller can put right
    InvalidInput         a value is outside its bounds, or there is nothing to change
    TooMany              more of something than one request or one home may have
    BadCursor            `after` was not given out by this very query
    PropertyNotFound     a write names a home that is not there
    ImageNotFound        a write names a picture that the home does not have
    UserNotFound         a home is to be made for somebody who has no profile
    VersionConflict      somebody else changed the home first
    IdempotencyMismatch  the key was used within 24 hours for another input
    TryAgain             the table is busy or away; the same request may succeed in a moment
Fault                    DynamoDB refused what only we can put right: a bug, a missing table, a missing permission
"""


class Refusal(Exception):
    """Its class name is the error's type, its text the message, its attributes the facts.

    If it is `retryable`, nothing was done, and the same request may succeed later.
    """

    retryable = False


class InvalidInput(Refusal):
    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where} {why}")
        self.where = where
        self.why = why


class TooMany(Refusal):
    def __init__(self, what: str, most: int) -> None:
        super().__init__(f"at most {most} {what} are allowed")
        self.what = what
        self.most = most


class BadCursor(Refusal):
    def __init__(self) -> None:
        super().__init__("after is not a cursor of this list: ask again without it")


class PropertyNotFound(Refusal):
    def __init__(self, id: str) -> None:
        super().__init__(f"no property has the id {id}")
        self.id = id


class ImageNotFound(Refusal):
    def __init__(self, property_id: str, id: str) -> None:
        super().__init__(f"the property {property_id} has no image with the id {id}")
        self.property_id = property_id
        self.id = id


class UserNotFound(Refusal):
    def __init__(self, id: str) -> None:
        super().__init__(f"no user has the id {id}")
        self.id = id


class VersionConflict(Refusal):
    def __init__(self, id: str, expected_version: int, current_version: int) -> None:
        super().__init__(f"the property {id} is at version {current_version}, not {expected_version}: read it again")
        self.id = id
        self.expected_version = expected_version
        self.current_version = current_version


class IdempotencyMismatch(Refusal):
    def __init__(self, idempotency_key: str) -> None:
        super().__init__(f"the idempotency key {idempotency_key} was used for another input")
        self.idempotency_key = idempotency_key


class TryAgain(Refusal):
    retryable = True

    def __init__(self) -> None:
        super().__init__("the service is busy: try again in a moment")


class Fault(Exception):
    """DynamoDB refused what only we can put right."""
