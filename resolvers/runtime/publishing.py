"""How a change is published: one signed request to AppSync, with every field that a subscriber may ask for selected.

APPSYNC_URL is the API's address. Subscribers get what the publisher selects and no more, so it selects everything.
https://docs.aws.amazon.com/appsync/latest/devguide/aws-appsync-real-time-data.html
"""

import json
import os
import socket
from collections.abc import Sequence
from dataclasses import is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session
from botocore.session import get_session

from data.records import PropertyChange, ZipChange
from resolvers.runtime.encoding import camel, encode

SECONDS = 10
AGENT = "homes-changes"  # firewalls turn away whoever does not say what they are


class NotPublished(Exception):
    """AppSync did not take a change; the text tells what it answered."""


def publish(change: PropertyChange, in_zips: Sequence[ZipChange]) -> None:
    """Tells the subscribers of a home what changed, and those of each ZIP concerned. Raises NotPublished."""
    body = json.dumps({"query": document(len(in_zips)), "variables": variables(change, in_zips)}).encode()
    answer = sent(body)
    if answer.status_code != 200 or json.loads(answer.content).get("errors"):
        raise NotPublished(f"{answer.status_code}: {answer.text[:1_000]}")


def variables(change: PropertyChange, in_zips: Sequence[ZipChange]) -> dict[str, Any]:
    return {"home": encode(change), **{f"zip{n}": encode(in_zip) for n, in_zip in enumerate(in_zips)}}


@cache
def document(zips: int) -> str:
    """The mutation that publishes one change of a home, and `zips` of what it means to a ZIP."""
    names = [f"zip{n}" for n in range(zips)]
    taken = ["$home: PropertyChangeInput!", *(f"${name}: ZipChangeInput!" for name in names)]
    told = [f"home: publishPropertyChange(input: $home) {selection(PropertyChange)}"]
    told += [f"{name}: publishZipChange(input: ${name}) {selection(ZipChange)}" for name in names]
    return f"mutation Publish({', '.join(taken)}) {{ {' '.join(told)} }}"


def selection(kind: type) -> str:
    """All fields of a record, and of the records in it."""
    told = {camel(name): record(hint) for name, hint in get_type_hints(kind).items()}
    return f"{{ {' '.join(f'{name} {selection(inner)}' if inner else name for name, inner in told.items())} }}"


def record(hint: Any) -> Any:
    """The record that a type is, or is a list or a union of; None where it is none."""
    return hint if is_dataclass(hint) else next(filter(None, map(record, get_args(hint))), None)


def sent(body: bytes) -> Any:
    """AppSync's answer to a body, signed with the function's own credentials."""
    credentials, session = client()
    headers = {"content-type": "application/json", "user-agent": AGENT}
    request = AWSRequest("POST", os.environ["APPSYNC_URL"], data=body, headers=headers)
    SigV4Auth(credentials, "appsync", os.environ["AWS_REGION"]).add_auth(request)
    return session.send(request.prepare())


@cache
def client() -> tuple[Any, URLLib3Session]:
    """Credentials that renew themselves, and connections that stay open."""
    trusted: Any = os.environ.get("AWS_CA_BUNDLE") or True
    at_once: Any = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]  # or each body waits some 40 ms behind its headers
    return get_session().get_credentials(), URLLib3Session(trusted, timeout=SECONDS, socket_options=at_once)
