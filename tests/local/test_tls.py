"""The desk over https and wss, for clients that take nothing else."""

import json
import ssl
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from local import tls
from tests.local.test_server import desk, free_port, token
from tests.local.ws_client import encoded


def test_certificates_are_made_once_and_the_desks_key_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    first = tls.certificates(tmp_path).chain.read_bytes()
    again = tls.certificates(tmp_path)
    assert again.chain.read_bytes() == first
    assert stat.S_IMODE(again.key.stat().st_mode) == 0o600
    assert b"PRIVATE" not in again.authority.read_bytes()


@pytest.mark.parametrize(("said", "asked"), [(None, False), ("", False), ("0", False), ("1", True)])
def test_tls_is_asked_for_by_the_environment(said: str | None, asked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TLS", raising=False)
    if said is not None:
        monkeypatch.setenv("TLS", said)
    assert tls.asked() is asked


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where a desk serves TLS."""
    port = free_port()
    with desk(port, TLS="1"):
        yield port


@pytest.mark.process
def test_with_tls_queries_tokens_and_subscriptions_go_encrypted_and_writes_still_reach_subscribers(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TLS", "1")
    bearer = token(port)
    trusting = ssl.create_default_context(cafile=tls.certificates().authority)
    credentials = {"host": f"localhost:{port}", "Authorization": bearer}
    protocols = [Subprotocol("graphql-ws"), Subprotocol(f"header-{encoded(credentials)}")]
    with connect(
        f"wss://localhost:{port}/graphql/realtime", subprotocols=protocols, ssl=trusting, ping_interval=None
    ) as socket:
        socket.send('{"type": "connection_init"}')
        query = 'subscription { onZipChange(zipCode: "94111") { propertyId } }'
        payload = {"data": json.dumps({"query": query}), "extensions": {"authorization": credentials}}
        socket.send(json.dumps({"id": "1", "type": "start", "payload": payload}))
        assert [json.loads(socket.recv(60))["type"] for _ in range(3)] == ["connection_ack", "ka", "start_ack"]
        make = 'mutation { createProperty(input: {address: "1 Elm Street", price: 1, zipCode: "94111"}) { id } }'
        url, headers = f"https://localhost:{port}/graphql", {"authorization": bearer}
        answer = httpx.post(url, json={"query": make}, headers=headers, verify=trusting, timeout=20).json()
        heard = json.loads(socket.recv(60))
    assert heard["payload"]["data"] == {"onZipChange": {"propertyId": answer["data"]["createProperty"]["id"]}}


@pytest.mark.process
def test_whoever_does_not_trust_the_authority_is_not_connected(port: int) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"https://localhost:{port}/desk", timeout=20)
