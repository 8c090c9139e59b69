"""What the API refuses on account of who asks. What it refuses on account of what is asked stands in data/errors.py.

Refusal
    NotSignedIn     the request carries no user
    NotTheOwner     only a home's owner, or an admin, may change it
    NotAllowed      only an admin may make a home for somebody else
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
