"""The homes that a run makes to have something to read and change, in a ZIP that is nobody's; removed at its end."""

import uuid
from dataclasses import dataclass

from conformance.client import Answer, Api, NotAsked

ZIP = "00000"  # no such ZIP is in use: nobody who looks for a home sees one of these
PICTURES = ("https://example.com/1.jpg", "https://example.com/2.jpg")
MAKE = "mutation($input: CreatePropertyInput!) { createProperty(input: $input) { id } }"
PICTURE = "mutation($id: ID!, $url: AWSURL!) { addImage(propertyId: $id, input: {url: $url}) { id } }"
TRIES = 3  # a home may be busy, or the API
HOME = "query($id: ID!) { property(id: $id) { version images { id } } }"
MINE = (
    "query($after: String) { me { properties(first: 100, after: $after)"
    " { nodes { id address } pageInfo { hasNextPage endCursor } } } }"
)
REMOVE = "mutation($id: ID!, $version: Int!) { deleteProperty(id: $id, expectedVersion: $version) }"
UPDATE = (
    "mutation($id: ID!, $version: Int!, $input: UpdatePropertyInput!)"
    " { updateProperty(id: $id, expectedVersion: $version, input: $input) { version } }"
)


@dataclass(frozen=True)
class Home:
    id: str
    version: int
    pictures: tuple[str, ...]


class Homes:
    """The homes of one run. They are known by their address, those too whose making was never answered."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.address = f"Probe {uuid.uuid4()}"
        self.made: set[str] = set()

    @property
    def input(self) -> dict[str, object]:
        return {"address": self.address, "price": 100, "zipCode": ZIP}

    def make(self) -> Home:
        """A new home with two pictures. Raises NotAsked where there is none: without it little can be asked."""
        answer = self.api.ask(MAKE, {"input": self.input})
        made = answer.data.get("createProperty")
        if not made:
            raise NotAsked(f"no home could be made to ask about: {said(answer)}")
        self.made.add(made["id"])
        for url in PICTURES:
            self.api.ask(PICTURE, {"id": made["id"], "url": url})
        return self.now(made["id"])

    def now(self, id: str) -> Home:
        """A home as it stands. Raises NotAsked where it cannot be read."""
        answer = self.api.ask(HOME, {"id": id})
        found = answer.data.get("property")
        if not found:
            raise NotAsked(f"the home {id} of this run cannot be read: {said(answer)}")
        return Home(id, found["version"], tuple(picture["id"] for picture in found.get("images") or ()))

    def change(self, id: str) -> Answer:
        """Raises a home's price by a dollar or more, at the version that it has."""
        home = self.now(id)
        return self.api.ask(UPDATE, {"id": id, "version": home.version, "input": {"price": 1_000 + home.version}})

    def remove(self) -> list[str]:
        """Removes all homes of the run; the ids of those that are still there."""
        self.made |= self.listed()
        for _ in range(TRIES):
            for id in sorted(self.made):
                found = self.api.ask(HOME, {"id": id}).data.get("property") or {}
                self.api.ask(REMOVE, {"id": id, "version": found.get("version", 1)})
            self.made = {id for id in self.made if self.there(id)}
        return sorted(self.made)

    def there(self, id: str) -> bool:
        """Whether a home is there, or nobody knows."""
        answer = self.api.ask(HOME, {"id": id})
        return bool(answer.status != 200 or answer.errors or answer.data.get("property"))

    def listed(self) -> set[str]:
        """The ids of the caller's homes that have this run's address, page by page."""
        found: set[str] = set()
        after: str | None = None
        while True:
            me = self.api.ask(MINE, {"after": after} if after else None).data.get("me") or {}
            page = me.get("properties") or {"nodes": [], "pageInfo": {"hasNextPage": False}}
            found |= {node["id"] for node in page["nodes"] if node["address"] == self.address}
            after = page["pageInfo"].get("endCursor")
            if not page["pageInfo"]["hasNextPage"] or not after:
                return found


def said(answer: Answer) -> str:
    """What an answer says went wrong, in a line."""
    texts = [f"{error.get('errorType')}: {error.get('message')}" for error in answer.errors if isinstance(error, dict)]
    return "; ".join(texts) or f"status {answer.status}, {' '.join(str(answer.body)[:200].split())}"
