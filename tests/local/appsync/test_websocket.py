"""AppSync's WebSocket protocol, message by message, and the delivery of changes."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from resolvers.wiring import LIMITS
from tests.local.server_fixture import LocalServer
from tests.local.ws_client import (
    ON_PROPERTY_CHANGE,
    ON_ZIP_CHANGE,
    RealtimeClient,
    connect_client,
    create_property,
    credentials_of,
    encode_base64url,
    open_client,
)

NOT_AUTHORIZED = "You are not authorized to make this call."


def set_price(server: LocalServer, id: str, version: int, price: float, user: str = "olga") -> Any:
    query = """mutation($id: ID!, $version: Int!, $price: Float!) {
        updateProperty(id: $id, expectedVersion: $version, input: {price: $price}) { version } }"""
    return server.execute(query, as_user=user, id=id, version=version, price=price).data


def is_closed(client: RealtimeClient) -> bool:
    try:
        client.connection.recv(60)
    except ConnectionClosed:
        return True
    return False


def by_protocol(credentials: dict[str, str]) -> dict[str, Any]:
    return {"protocol": f"header-{encode_base64url(credentials)}"}


def by_url(credentials: dict[str, str]) -> dict[str, Any]:
    text = base64.b64encode(json.dumps(credentials).encode()).decode()
    return {"path": f"/graphql/realtime?header={text}&payload=e30="}


def by_headers(credentials: dict[str, str]) -> dict[str, Any]:
    return {"headers": {"authorization": credentials["Authorization"]}}


@pytest.mark.parametrize("carry", [by_protocol, by_url, by_headers])
def test_a_client_may_send_credentials_by_protocol_url_or_headers(
    server: LocalServer, carry: Callable[[dict[str, str]], dict[str, Any]]
) -> None:
    options = carry(credentials_of(server, "ada"))
    protocols = [options.pop("protocol")] if "protocol" in options else []
    with open_client(server, *protocols, **options) as client:
        assert client.connection.subprotocol == "graphql-ws"
        client.send(type="connection_init")
        ack = {"type": "connection_ack", "payload": {"connectionTimeoutMs": 300_000}}
        assert [client.receive(include_keep_alives=True) for _ in range(2)] == [ack, {"type": "ka"}]


@pytest.mark.parametrize("path", ["/graphql", "/graphql/realtime", "/realtime"])
def test_each_realtime_path_that_clients_use_is_served(server: LocalServer, path: str) -> None:
    with open_client(server, f"header-{encode_base64url(credentials_of(server, 'ada'))}", path=path) as client:
        assert client.init()["type"] == "connection_ack"


@pytest.mark.parametrize(
    ("credentials", "type", "message", "code"),
    [
        ({"host": "x"}, "UnauthorizedException", "Valid authorization header not provided.", 401),
        ({"host": "x", "Authorization": "no token"}, "UnauthorizedException", NOT_AUTHORIZED, 401),
        ({"host": "x", "x-api-key": "da2-0"}, "UnauthorizedException", NOT_AUTHORIZED, 401),
        (["x"], "BadRequest", "the credentials are not an object of strings", 400),
    ],
)
def test_an_unauthorized_client_gets_a_connection_error_and_is_disconnected(
    server: LocalServer, credentials: Any, type: str, message: str, code: int
) -> None:
    with open_client(server, f"header-{encode_base64url(credentials)}") as client:
        error = {"errorType": type, "message": message, "errorCode": code}
        assert client.init() == {"type": "connection_error", "payload": {"errors": [error]}}
        assert is_closed(client)


def test_credentials_that_are_not_base64_are_a_bad_request(server: LocalServer) -> None:
    with open_client(server, "header-e") as client:
        assert client.init()["payload"]["errors"][0]["errorCode"] == 400
        assert is_closed(client)


def test_messages_before_the_connection_ack_are_ignored(server: LocalServer) -> None:
    credentials = credentials_of(server, "ada")
    with open_client(server, f"header-{encode_base64url(credentials)}", credentials=credentials) as client:
        client.start(ON_PROPERTY_CHANGE, id="early")
        assert client.init()["type"] == "connection_ack"
        client.subscribe(ON_PROPERTY_CHANGE, id="late")


def test_a_subscriber_receives_only_the_changes_of_its_property(server: LocalServer) -> None:
    property_, other_property = create_property(server), create_property(server)
    with connect_client(server, "bob") as client:
        id = client.subscribe(ON_PROPERTY_CHANGE, id=property_["id"])
        set_price(server, other_property["id"], 1, 200)
        set_price(server, property_["id"], 1, 300)
        set_price(server, other_property["id"], 2, 400)
        set_price(server, property_["id"], 2, 500)
        for version, price in ((2, 300.0), (3, 500.0)):
            change = {"propertyId": property_["id"], "kind": "PRICE_CHANGED", "version": version, "price": price}
            assert client.receive() == {"type": "data", "id": id, "payload": {"data": {"onPropertyChange": change}}}


def test_a_change_of_zip_code_reaches_the_subscribers_of_both_zip_codes(server: LocalServer) -> None:
    property_ = create_property(server, "98001")
    with connect_client(server) as old_zip, connect_client(server) as new_zip:
        old_zip.subscribe(ON_ZIP_CHANGE, zip="98001")
        new_zip.subscribe(ON_ZIP_CHANGE, zip="98002")
        mutation = """mutation($id: ID!) {
            updateProperty(id: $id, expectedVersion: 1, input: {zipCode: "98002"}) { version } }"""
        server.execute(mutation, as_user="olga", id=property_["id"])
        expected_change = {"propertyId": property_["id"], "kind": "DETAILS_CHANGED", "version": 2}
        assert old_zip.receive_change() == {**expected_change, "zipCode": "98001", "listed": False}
        assert new_zip.receive_change() == {**expected_change, "zipCode": "98002", "listed": True}


def test_the_deletion_of_a_property_reaches_its_subscribers(server: LocalServer) -> None:
    property_ = create_property(server, "98003")
    with connect_client(server) as client:
        client.subscribe(ON_PROPERTY_CHANGE, id=property_["id"])
        server.execute(
            "mutation($id: ID!) { deleteProperty(id: $id, expectedVersion: 1) }", as_user="olga", id=property_["id"]
        )
        assert client.receive_change()["kind"] == "DELETED"


def test_an_aliased_field_is_delivered_with_its_alias(server: LocalServer) -> None:
    property_ = create_property(server)
    with connect_client(server) as client:
        aliased = "subscription($id: ID!) { mine: onPropertyChange(propertyId: $id) { now: price } }"
        client.subscribe(aliased, id=property_["id"])
        set_price(server, property_["id"], 1, 7)
        assert client.receive()["payload"] == {"data": {"mine": {"now": 7.0}}}


def test_nothing_is_delivered_after_stop(server: LocalServer) -> None:
    property_ = create_property(server)
    with connect_client(server) as client:
        id = client.subscribe(ON_PROPERTY_CHANGE, id=property_["id"])
        other_id = client.subscribe(ON_PROPERTY_CHANGE, id=property_["id"])
        client.send(type="stop", id=id)
        assert client.receive() == {"type": "complete", "id": id}
        set_price(server, property_["id"], 1, 7)
        set_price(server, property_["id"], 2, 8)
        assert [client.receive()["id"] for _ in range(2)] == [other_id, other_id]


def test_a_connection_has_at_most_200_subscriptions(server: LocalServer) -> None:
    with connect_client(server) as client:
        ids = [client.start(ON_PROPERTY_CHANGE, id=f"h{n}") for n in range(LIMITS.subscriptions + 1)]
        messages = [client.receive() for _ in ids]
    assert messages[:-1] == [{"type": "start_ack", "id": id} for id in ids[:-1]]
    error = {"errorType": "MaxSubscriptionsReachedError", "message": "Max number of 200 subscriptions reached"}
    assert messages[-1] == {"type": "error", "id": ids[-1], "payload": {"errors": [error]}}


def test_an_id_in_use_is_rejected(server: LocalServer) -> None:
    with connect_client(server) as client:
        id = client.subscribe(ON_PROPERTY_CHANGE, id="h1")
        data = json.dumps({"query": ON_PROPERTY_CHANGE, "variables": {"id": "h2"}})
        client.send(type="start", id=id, payload={"data": data, "extensions": {"authorization": client.credentials}})
        assert (message := client.receive())["type"] == "error"
        assert message["id"] == id
        assert message["payload"]["errors"][0]["errorType"] == "DuplicatedOperationError"


def test_a_stop_of_an_unknown_subscription_is_an_error(server: LocalServer) -> None:
    with connect_client(server) as client:
        client.send(type="stop", id="nothing")
        message = client.receive()
        assert (message["type"], message["id"]) == ("error", "nothing")


def test_each_start_message_is_authorized_by_its_own_credentials(server: LocalServer) -> None:
    with connect_client(server) as client:
        id = client.start(ON_PROPERTY_CHANGE, credentials={"host": "x", "Authorization": "no token"}, id="h1")
        error = {"errorType": "UnauthorizedException", "message": NOT_AUTHORIZED}
        assert client.receive() == {"type": "error", "id": id, "payload": {"errors": [error]}}
        client.subscribe(ON_PROPERTY_CHANGE, id="h1")


@pytest.mark.parametrize("query", ["{ me { id } }", "mutation { deleteProperty(id: 1, expectedVersion: 1) }"])
def test_only_subscriptions_are_accepted(server: LocalServer, query: str) -> None:
    with connect_client(server) as client:
        id = client.start(query)
        message = client.receive()
        assert (message["type"], message["id"]) == ("error", id)
        assert message["payload"]["errors"][0]["errorType"] == "UnsupportedOperation"


def test_an_invalid_subscription_gets_the_same_errors_as_a_query(server: LocalServer) -> None:
    with connect_client(server) as client:
        id = client.start("subscription { onPropertyChange(propertyId: 1) { nonsense } }")
        message = client.receive()
        assert (message["type"], message["id"]) == ("error", id)
        (error,) = message["payload"]["errors"]
        assert error["message"].startswith("Validation error of type FieldUndefined")


@pytest.mark.parametrize(
    "frame",
    ["nonsense", "[]", "{}", '{"type": "start"}', '{"type": "start", "id": "a", "payload": {"data": {}}}', b"\x00"],
)
def test_an_unsupported_message_is_an_error_and_the_connection_stays_open(server: LocalServer, frame: Any) -> None:
    with connect_client(server) as client:
        client.connection.send(frame)
        message = client.receive()
        assert message["type"] == "error"
        assert message["payload"]["errors"] == [
            {"errorType": "UnsupportedOperation", "message": "unknown not supported through the realtime channel"}
        ]
        client.subscribe(ON_PROPERTY_CHANGE, id="h1")


def test_a_publication_selected_by_two_fragments_is_delivered_once(server: LocalServer) -> None:
    change = '{zipCode: "94133", propertyId: "h1", kind: CREATED, version: 1, at: "2026-01-01T00:00:00Z", listed: true}'
    fragments = "fragment A on Mutation { publishZipChange(input: $it) { zipCode version } }"
    fragments += " fragment B on Mutation { publishZipChange(input: $it) { propertyId kind listed } }"
    query = f"mutation {{ ...A ...B }} {fragments}".replace("$it", change)
    body = json.dumps({"query": query}).encode()
    with connect_client(server) as client:
        client.subscribe(ON_ZIP_CHANGE, zip="94133")
        assert server.send(body, server.iam.sign("POST", f"{server.url}/graphql", body)).status == 200
        payload = client.receive()["payload"]
    assert payload == {
        "data": {
            "onZipChange": {"zipCode": "94133", "propertyId": "h1", "kind": "CREATED", "version": 1, "listed": True}
        }
    }


def test_undefined_variables_are_not_stored(server: LocalServer) -> None:
    property_ = create_property(server)
    with connect_client(server) as client:
        client.subscribe(ON_PROPERTY_CHANGE, id=property_["id"], unused="x" * 100_000)
        (subscription,) = [
            subscription for group in server.appsync.subscriptions.by_field.values() for subscription in group
        ]
        assert subscription.request.variables == {"id": property_["id"]}
        set_price(server, property_["id"], 1, 7)
        assert client.receive_change()["propertyId"] == property_["id"]
