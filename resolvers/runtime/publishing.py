"""Publishes a change: one signed request to AppSync that selects every field a subscriber may select.

APPSYNC_URL is the API's URL. Subscribers receive only fields that the publisher selects, so it selects all of them.
https://docs.aws.amazon.com/appsync/latest/devguide/aws-appsync-real-time-data.html
"""

import json
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass, is_dataclass
from functools import cache
from typing import Annotated, Any, get_args, get_type_hints

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session
from botocore.session import get_session

from data.records import ChangedAt, ChangeKind, ChangeVersion, FieldChange, Listing, ListingStatus, PropertyId, ZipCode
from resolvers.runtime.encoding import camel_case, encode

TIMEOUT_SECONDS = 10
USER_AGENT = "homes-changes"  # the firewall rejects requests without a user agent


class PublishError(Exception):
    """AppSync rejected a change; the message holds its response."""


@dataclass(frozen=True, kw_only=True)
class PropertyChange:
    """A change of a property, for its subscribers. A deleted property has its last values."""

    property_id: PropertyId
    kind: ChangeKind
    version: ChangeVersion
    at: ChangedAt
    address: Annotated[str | None, "The address after the change"] = None
    price: Annotated[float | None, "The price after the change, in US dollars"] = None
    status: Annotated[ListingStatus | None, "The stage of the sale after the change"] = None
    changes: Annotated[
        tuple[FieldChange, ...],
        "As in the history, but `images` has the ids in order, and a text over 4,000 characters is cut and ends in …",
    ]


@dataclass(frozen=True, kw_only=True)
class ZipChange:
    """A change of a property, for the subscribers of a ZIP code. A move to another ZIP code is published to both."""

    zip_code: ZipCode
    property_id: PropertyId
    kind: ChangeKind
    version: ChangeVersion
    at: ChangedAt
    listed: Annotated[bool, "Whether the property is listed in this ZIP code after the change"]
    listing: Annotated[Listing | None, "The listing after the change; null unless `listed` is true"] = None


def publish(change: PropertyChange, zip_changes: Sequence[ZipChange]) -> None:
    """Publishes a change to the subscribers of a property and of each affected ZIP code. Raises PublishError."""
    body = json.dumps(
        {"query": build_mutation(len(zip_changes)), "variables": build_variables(change, zip_changes)}
    ).encode()
    response = post(body)
    if response.status_code != 200 or json.loads(response.content).get("errors"):
        raise PublishError(f"{response.status_code}: {response.text[:1_000]}")


def build_variables(change: PropertyChange, zip_changes: Sequence[ZipChange]) -> dict[str, Any]:
    return {"property": encode(change), **{f"zip{n}": encode(zip_change) for n, zip_change in enumerate(zip_changes)}}


@cache
def build_mutation(zip_count: int) -> str:
    """Returns the mutation that publishes one change of a property and `zip_count` changes of ZIP codes."""
    names = [f"zip{n}" for n in range(zip_count)]
    parameters = ["$property: PropertyChangeInput!", *(f"${name}: ZipChangeInput!" for name in names)]
    fields = [f"property: publishPropertyChange(input: $property) {full_selection(PropertyChange)}"]
    fields += [f"{name}: publishZipChange(input: ${name}) {full_selection(ZipChange)}" for name in names]
    return f"mutation Publish({', '.join(parameters)}) {{ {' '.join(fields)} }}"


def full_selection(type_: type) -> str:
    """Returns a selection set with all fields of a record type and of its nested records."""
    record_by_field = {camel_case(name): record_type(hint) for name, hint in get_type_hints(type_).items()}
    fields = [f"{name} {full_selection(inner)}" if inner else name for name, inner in record_by_field.items()]
    return f"{{ {' '.join(fields)} }}"


def record_type(hint: Any) -> Any:
    """Returns the record type in a type hint (itself, or inside of a list or union); None if there is none."""
    return hint if is_dataclass(hint) else next(filter(None, map(record_type, get_args(hint))), None)


def post(body: bytes) -> Any:
    """Sends a request, signed with the function's credentials, and returns AppSync's response."""
    credentials, session = client()
    headers = {"content-type": "application/json", "user-agent": USER_AGENT}
    request = AWSRequest("POST", os.environ["APPSYNC_URL"], data=body, headers=headers)
    SigV4Auth(credentials, "appsync", os.environ["AWS_REGION"]).add_auth(request)
    return session.send(request.prepare())


@cache
def client() -> tuple[Any, URLLib3Session]:
    """Returns refreshing credentials and a session with persistent connections."""
    verify: Any = os.environ.get("AWS_CA_BUNDLE") or True
    socket_options: Any = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]  # else each body is delayed by about 40 ms
    return get_session().get_credentials(), URLLib3Session(
        verify, timeout=TIMEOUT_SECONDS, socket_options=socket_options
    )
