"""How a change travels to AppSync: signed, with every field, over a connection that stays, to whom the desk trusts."""

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

from data.records import ID, DateTime, HistoryKind, PropertyChange, ZipChange
from local import tls
from local.auth.sigv4 import Iam
from local.paths import ROOT
from resolvers.runtime import publishing
from resolvers.runtime.publishing import NotPublished
from tests.resolvers import fake_appsync as servers
from tests.resolvers.conftest import forget_appsync, led_to
from tests.resolvers.fake_appsync import SCHEMA, AppSync

NOW = DateTime("2026-01-01T00:00:00.000Z")
CHANGE = PropertyChange(property_id=ID("h1"), kind=HistoryKind.DELETED, version=2, at=NOW, changes=())
IN_ZIP = ZipChange(zip_code="94110", property_id=ID("h1"), kind=HistoryKind.DELETED, version=2, at=NOW, listed=False)
LOADED = """
import sys, data.table
before = set(sys.modules)
import resolvers.publishing
print([name for name in sys.modules if name not in before and name.partition(".")[0] in ("botocore", "urllib3")])
"""


def seen_by_backend(type: Any) -> dict[str, Any] | None:
    """All fields of a type that the schema lets the backend see, and the fields of those; None of what has none."""
    if not isinstance(type, GraphQLObjectType):
        return None
    return {
        name: seen_by_backend(get_named_type(field.type))
        for name, field in type.fields.items()
        if directives(field) in ([], ["aws_iam"])
    }


def directives(field: GraphQLField) -> list[str]:
    return [one.name.value for one in (field.ast_node and field.ast_node.directives) or ()]


def selected(node: Any) -> dict[str, Any] | None:
    """The fields that a selection names, and the fields of those."""
    return {one.name.value: selected(one) for one in node.selection_set.selections} if node.selection_set else None


@pytest.mark.parametrize("zips", [0, 1, 2])
def test_every_field_that_a_subscriber_may_ask_for_is_selected(zips: int) -> None:
    mutation: Any = parse(publishing.document(zips)).definitions[0]
    change, in_zip = (seen_by_backend(SCHEMA.get_type(name)) for name in ("PropertyChange", "ZipChange"))
    assert [selected(field) for field in mutation.selection_set.selections] == [change, *[in_zip] * zips]


def test_the_backend_does_not_see_the_home_behind_a_card() -> None:
    card: Any = SCHEMA.get_type("Listing")
    seen = seen_by_backend(card)
    assert seen is not None
    assert card.fields.keys() - seen.keys() == {"property"}


def test_who_publishes_says_what_it_is_for_the_firewall_turns_others_away(appsync: AppSync) -> None:
    publishing.publish(CHANGE, [])
    assert appsync.agents == ["homes-changes"]


def test_a_change_is_published_in_one_request(appsync: AppSync) -> None:
    publishing.publish(CHANGE, [IN_ZIP, IN_ZIP])
    [published] = appsync.published
    assert sorted(published) == ["home", "zip0", "zip1"]


def test_the_connection_stays_open_between_two_changes(appsync: AppSync) -> None:
    publishing.publish(CHANGE, [])
    publishing.publish(CHANGE, [])
    assert (len(appsync.published), appsync.connections) == (2, 1)


def test_a_change_does_not_wait_for_a_packet_to_be_confirmed(appsync: AppSync) -> None:
    """Where it does, the kernel holds back the body of each request but the first, for 40 ms."""
    publishing.publish(CHANGE, [])
    assert [one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for one in connections_to(appsync)] == [1]


def connections_to(appsync: AppSync) -> Iterator[socket.socket]:
    """This process's open connections to it."""
    for descriptor in Path("/proc/self/fd").iterdir():
        if descriptor.is_symlink() and os.readlink(descriptor).startswith("socket:"):
            with socket.socket(fileno=os.dup(int(descriptor.name))) as one, suppress(OSError):
                if one.family == socket.AF_INET and one.getpeername()[1] == urlsplit(appsync.url).port:
                    yield one


def test_what_other_credentials_sign_is_not_published(appsync: AppSync, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in Iam().environment().items():
        monkeypatch.setenv(variable, value)
    with pytest.raises(NotPublished, match=r"^401: You are not authorized to make this call\.$"):
        publishing.publish(CHANGE, [])
    assert appsync.published == []


def test_errors_in_the_answer_are_told(appsync: AppSync) -> None:
    appsync.answers = [(200, b'{"data": null, "errors": [{"message": "no"}]}')]
    with pytest.raises(NotPublished, match='"message": "no"'):
        publishing.publish(CHANGE, [])


def test_where_nothing_answers_nothing_is_published(appsync: AppSync, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as bound:  # and does not listen: nobody else can come to
        bound.bind(("127.0.0.1", 0))
        monkeypatch.setenv("APPSYNC_URL", f"http://127.0.0.1:{bound.getsockname()[1]}/graphql")
        with pytest.raises(EndpointConnectionError):
            publishing.publish(CHANGE, [])


def test_over_https_only_whom_the_bundle_names_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    certificates = tls.certificates(tmp_path)
    with servers.running(certificates) as server:
        led_to(server, monkeypatch)
        with pytest.raises(SSLError):
            publishing.publish(CHANGE, [])
        forget_appsync()
        monkeypatch.setenv("AWS_CA_BUNDLE", str(certificates.authority))
        publishing.publish(CHANGE, [])
        forget_appsync()
        assert len(server.published) == 1


@pytest.mark.process
def test_what_publishes_loads_no_more_of_aws_than_what_reads_the_table() -> None:
    loaded = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, cwd=ROOT, check=True)
    assert json.loads(loaded.stdout) == []
