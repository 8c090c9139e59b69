"""Publishing of a change to AppSync: a signed request with every field, over a persistent and verified connection."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import EndpointConnectionError, SSLError
from graphql import GraphQLField, GraphQLObjectType, get_named_type, parse

from data.records import ID, DateTime, HistoryKind
from local import tls
from local.auth.sigv4 import SigV4Credentials
from local.paths import ROOT
from resolvers.runtime import publishing
from resolvers.runtime.publishing import PropertyChange, PublishError, ZipChange
from tests.resolvers import fake_appsync as servers
from tests.resolvers.conftest import publish_to, reset_client
from tests.resolvers.fake_appsync import SCHEMA, AppSync

NOW = DateTime("2026-01-01T00:00:00.000Z")
CHANGE = PropertyChange(property_id=ID("h1"), kind=HistoryKind.DELETED, version=2, at=NOW, changes=())
ZIP_CHANGE = ZipChange(
    zip_code="94110", property_id=ID("h1"), kind=HistoryKind.DELETED, version=2, at=NOW, listed=False
)
LOADED_MODULES_SCRIPT = """
import sys, data.dynamodb.table
before = set(sys.modules)
import resolvers.runtime.publishing
print([name for name in sys.modules if name not in before and name.partition(".")[0] in ("botocore", "urllib3")])
"""


def visible_to_backend(type: Any) -> dict[str, Any] | None:
    """Returns the fields of a type that the backend may read, with their own fields; None for a scalar."""
    if not isinstance(type, GraphQLObjectType):
        return None
    return {
        name: visible_to_backend(get_named_type(field.type))
        for name, field in type.fields.items()
        if directives(field) in ([], ["aws_iam"])
    }


def directives(field: GraphQLField) -> list[str]:
    return [directive.name.value for directive in (field.ast_node and field.ast_node.directives) or ()]


def selected_fields(node: Any) -> dict[str, Any] | None:
    """Returns the fields of a selection set, with their own fields; None without a selection set."""
    return (
        {field.name.value: selected_fields(field) for field in node.selection_set.selections}
        if node.selection_set
        else None
    )


@pytest.mark.parametrize("zips", [0, 1, 2])
def test_every_field_that_a_subscriber_may_select_is_published(zips: int) -> None:
    mutation: Any = parse(publishing.build_mutation(zips)).definitions[0]
    change, in_zip = (visible_to_backend(SCHEMA.get_type(name)) for name in ("PropertyChange", "ZipChange"))
    assert [selected_fields(field) for field in mutation.selection_set.selections] == [change, *[in_zip] * zips]


def test_the_backend_cannot_read_the_property_of_a_listing() -> None:
    listing: Any = SCHEMA.get_type("Listing")
    visible = visible_to_backend(listing)
    assert visible is not None
    assert listing.fields.keys() - visible.keys() == {"property"}


def test_the_publisher_sends_its_user_agent(appsync: AppSync) -> None:
    publishing.publish(CHANGE, [])
    assert appsync.user_agents == ["homes-changes"]


def test_a_change_is_published_in_one_request(appsync: AppSync) -> None:
    publishing.publish(CHANGE, [ZIP_CHANGE, ZIP_CHANGE])
    [published] = appsync.published
    assert sorted(published) == ["property", "zip0", "zip1"]


def test_the_connection_stays_open_between_two_changes(appsync: AppSync) -> None:
    publishing.publish(CHANGE, [])
    publishing.publish(CHANGE, [])
    assert (len(appsync.published), appsync.connections) == (2, 1)


def test_the_connection_disables_nagles_algorithm(appsync: AppSync) -> None:
    """With Nagle's algorithm the kernel delays the body of each request except the first by 40 ms."""
    publishing.publish(CHANGE, [])
    assert [
        connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for connection in connections_to(appsync)
    ] == [1]


def connections_to(appsync: AppSync) -> Iterator[socket.socket]:
    """Yields this process's open connections to the server."""
    for descriptor in Path("/proc/self/fd").iterdir():
        if descriptor.is_symlink() and os.readlink(descriptor).startswith("socket:"):
            with socket.socket(fileno=os.dup(int(descriptor.name))) as connection, suppress(OSError):
                if connection.family == socket.AF_INET and connection.getpeername()[1] == urlsplit(appsync.url).port:
                    yield connection


def test_a_request_signed_by_other_credentials_is_rejected(appsync: AppSync, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in SigV4Credentials().environment().items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(PublishError, match=r"^401: You are not authorized to make this call\.$"):
        publishing.publish(CHANGE, [])
    assert appsync.published == []


def test_errors_in_the_response_raise_publish_error(appsync: AppSync) -> None:
    appsync.responses = [(200, b'{"data": null, "errors": [{"message": "no"}]}')]
    with pytest.raises(PublishError, match='"message": "no"'):
        publishing.publish(CHANGE, [])


def test_an_unreachable_endpoint_raises_an_error(appsync: AppSync, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as bound:  # it does not listen, and no other process can use the port
        bound.bind(("127.0.0.1", 0))
        monkeypatch.setenv("APPSYNC_URL", f"http://127.0.0.1:{bound.getsockname()[1]}/graphql")
        with pytest.raises(EndpointConnectionError):
            publishing.publish(CHANGE, [])


def test_only_certificates_of_the_ca_bundle_are_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    certificates = tls.certificates(tmp_path)
    with servers.running(certificates) as server:
        publish_to(server, monkeypatch)
        with pytest.raises(SSLError):
            publishing.publish(CHANGE, [])
        reset_client()
        monkeypatch.setenv("AWS_CA_BUNDLE", str(certificates.authority))
        publishing.publish(CHANGE, [])
        reset_client()
        assert len(server.published) == 1


@pytest.mark.process
def test_the_publisher_loads_no_more_of_botocore_than_the_data_layer() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", LOADED_MODULES_SCRIPT], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert json.loads(loaded.stdout) == []
