"""Errors that depend on the caller, and the one that stands for every bug. All others are in data/errors.py.

Refusal
    NotSignedIn     the request carries no user
    NotTheOwner     only a home's owner, or an admin, may change it
    NotAllowed      only an admin may make a home for somebody else
InternalError       any other exception: the client gets the correlation id of our log
"""

from data.errors import Refusal


class NotSignedIn(Refusal):
    def __init__(self) -> None:
        super().__init__("this needs a signed-in user")


class NotTheOwner(Refusal):
    def __init__(self, property_id: str) -> None:
        super().__init__(f"the property {property_id} belongs to somebody else")
        self.property_id = property_id


class NotAllowed(Refusal):
    def __init__(self, owner_id: str) -> None:
        super().__init__(f"only an admin may create a property for {owner_id}")
        self.owner_id = owner_id


class InternalError(Exception):
    """Replaces every exception that is no Refusal. The log has its cause under the correlation id."""

    def __init__(self, correlation_id: str) -> None:
        super().__init__(f"something went wrong on our side: {correlation_id}")
        self.correlation_id = correlation_id
