"""Errors that depend on the caller, and the error that replaces every bug. All others are in data/errors.py.

ApiError
    Unauthenticated     the request has no user
    NotOwner            only the owner of a property or an admin may change it
    Forbidden           only an admin may create a property for another user
InternalError           any other exception: the client gets the correlation id of the log record
"""

from data.errors import ApiError


class Unauthenticated(ApiError):
    def __init__(self) -> None:
        super().__init__("authentication required")


class NotOwner(ApiError):
    def __init__(self, property_id: str) -> None:
        super().__init__(f"the property {property_id} belongs to another user")
        self.property_id = property_id


class Forbidden(ApiError):
    def __init__(self, owner_id: str) -> None:
        super().__init__(f"only an admin may create a property for {owner_id}")
        self.owner_id = owner_id


class InternalError(Exception):
    """Replaces every exception that is not an ApiError. The log has its cause under the correlation id."""

    def __init__(self, correlation_id: str) -> None:
        super().__init__(f"internal error (correlation id: {correlation_id})")
        self.correlation_id = correlation_id
