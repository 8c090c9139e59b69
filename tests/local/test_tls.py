"""The local server over https and wss, for clients that require TLS."""

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
from tests.local.test_server import free_port, server_process, token
from tests.local.ws_client import encode_base64url


def test_certificates_are_created_once_with_a_key_that_only_its_owner_can_read(tmp_path: Path) -> None:
    first = tls.certificates(tmp_path).chain.read_bytes()
    second_certificates = tls.certificates(tmp_path)
    assert second_certificates.chain.read_bytes() == first
    assert stat.S_IMODE(second_certificates.key.stat().st_mode) == 0o600
    assert b"PRIVATE" not in second_certificates.authority.read_bytes()


@pytest.mark.parametrize(("value", "is_enabled"), [(None, False), ("", False), ("0", False), ("1", True)])
def test_the_environment_enables_tls(value: str | None, is_enabled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TLS", raising=False)
    if value is not None:
        monkeypatch.setenv("TLS", value)
    assert tls.is_enabled() is is_enabled


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a server with TLS."""
    port = free_port()
    with server_process(port, TLS="1"):
        yield port


@pytest.mark.process
def test_tokens_queries_and_subscriptions_work_over_tls(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TLS", "1")
    bearer = token(port)
    trusting = ssl.create_default_context(cafile=tls.certificates().authority)
    credentials = {"host": f"localhost:{port}", "Authorization": bearer}
    protocols = [Subprotocol("graphql-ws"), Subprotocol(f"header-{encode_base64url(credentials)}")]
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
        response = httpx.post(url, json={"query": make}, headers=headers, verify=trusting, timeout=20).json()
        message = json.loads(socket.recv(60))
    assert message["payload"]["data"] == {"onZipChange": {"propertyId": response["data"]["createProperty"]["id"]}}


@pytest.mark.process
def test_a_client_that_does_not_trust_the_authority_cannot_connect(port: int) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"https://localhost:{port}/info", timeout=20)
