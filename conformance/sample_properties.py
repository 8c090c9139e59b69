"""The properties that a run creates to read and change them, and deletes at its end."""

import uuid
from dataclasses import dataclass

from conformance.client import ApiClient, ApiResponse, ConformanceError

ZIP_CODE = "00000"  # not in use, so that no user's search returns a sample property
IMAGE_URLS = ("https://example.com/1.jpg", "https://example.com/2.jpg")
DELETE_ATTEMPTS = 3  # a delete fails if the property or the API is busy
CREATE = "mutation($input: CreatePropertyInput!) { createProperty(input: $input) { id } }"
ADD_IMAGE = "mutation($id: ID!, $url: AWSURL!) { addImage(propertyId: $id, input: {url: $url}) { id } }"
READ = "query($id: ID!) { property(id: $id) { version images { id } } }"
LIST_OWN = (
    "query($after: String) { me { properties(first: 100, after: $after)"
    " { nodes { id address } pageInfo { hasNextPage endCursor } } } }"
)
DELETE = "mutation($id: ID!, $version: Int!) { deleteProperty(id: $id, expectedVersion: $version) }"
UPDATE = (
    "mutation($id: ID!, $version: Int!, $input: UpdatePropertyInput!)"
    " { updateProperty(id: $id, expectedVersion: $version, input: $input) { version } }"
)


@dataclass(frozen=True)
class SampleProperty:
    id: str
    version: int
    image_ids: tuple[str, ...]


class SampleProperties:
    """The properties of one run. All have the same unique address, which finds those whose create got no response."""

    def __init__(self, client: ApiClient) -> None:
        self.client = client
        self.address = f"Conformance check {uuid.uuid4()}"
        self.ids: set[str] = set()

    @property
    def create_input(self) -> dict[str, object]:
        return {"address": self.address, "price": 100, "zipCode": ZIP_CODE}

    def create(self) -> SampleProperty:
        """Creates a property with two images. Raises ConformanceError on failure: most checks need a property."""
        response = self.client.execute(CREATE, {"input": self.create_input})
        record = response.data.get("createProperty")
        if not record:
            raise ConformanceError(f"no sample property could be created: {response.error_summary}")
        self.ids.add(record["id"])
        for url in IMAGE_URLS:
            self.client.execute(ADD_IMAGE, {"id": record["id"], "url": url})
        return self.read(record["id"])

    def read(self, id: str) -> SampleProperty:
        """Returns the current state of a property. Raises ConformanceError if it cannot be read."""
        response = self.client.execute(READ, {"id": id})
        record = response.data.get("property")
        if not record:
            raise ConformanceError(f"the sample property {id} cannot be read: {response.error_summary}")
        return SampleProperty(id, record["version"], tuple(image["id"] for image in record.get("images") or ()))

    def change_price(self, id: str) -> ApiResponse:
        """Sets a price that the property has not had, at its current version."""
        sample = self.read(id)
        return self.client.execute(
            UPDATE, {"id": id, "version": sample.version, "input": {"price": 1_000 + sample.version}}
        )

    def delete_all(self) -> list[str]:
        """Deletes all properties of the run. Returns the ids of those that could not be deleted."""
        self.ids |= self._list_ids()
        for _ in range(DELETE_ATTEMPTS):
            for id in sorted(self.ids):
                record = self.client.execute(READ, {"id": id}).data.get("property") or {}
                self.client.execute(DELETE, {"id": id, "version": record.get("version", 1)})
            self.ids = {id for id in self.ids if self._may_exist(id)}
        return sorted(self.ids)

    def _may_exist(self, id: str) -> bool:
        """False only if the API answers that the property does not exist."""
        response = self.client.execute(READ, {"id": id})
        return bool(response.status != 200 or response.errors or response.data.get("property"))

    def _list_ids(self) -> set[str]:
        """The ids of the caller's properties that have this run's address."""
        ids: set[str] = set()
        cursor: str | None = None
        while True:
            caller = self.client.execute(LIST_OWN, {"after": cursor} if cursor else None).data.get("me") or {}
            page = caller.get("properties") or {"nodes": [], "pageInfo": {"hasNextPage": False}}
            ids |= {node["id"] for node in page["nodes"] if node["address"] == self.address}
            cursor = page["pageInfo"].get("endCursor")
            if not page["pageInfo"]["hasNextPage"] or not cursor:
                return ids
