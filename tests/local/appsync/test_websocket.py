"""AppSync's WebSocket protocol, message by message, and what reaches whom."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from resolvers.wiring import LIMITS
from tests.local.server_fixture import Desk
from tests.local.ws_client import ON_HOME, ON_ZIP, Socket, connected, credentials_of, encoded, made, opened

NOT_AUTHORIZED = "You are not authorized to make this call."


def priced(desk: Desk, id: str, version: int, price: float, user: str = "olga") -> Any:
    query = """mutation($id: ID!, $version: Int!, $price: Float!) {
        updateProperty(id: $id, expectedVersion: $version, input: {price: $price}) { version } }"""
    return desk.ask(query, as_=user, id=id, version=version, price=price).data


def closed(socket: Socket) -> bool:
    try:
        socket.connection.recv(60)
    except ConnectionClosed:
        return True
    return False


def by_protocol(credentials: dict[str, str]) -> dict[str, Any]:
    return {"protocol": f"header-{encoded(credentials)}"}


def by_address(credentials: dict[str, str]) -> dict[str, Any]:
    text = base64.b64encode(json.dumps(credentials).encode()).decode()
    return {"path": f"/graphql/realtime?header={text}&payload=e30="}


def by_headers(credentials: dict[str, str]) -> dict[str, Any]:
    return {"headers": {"authorization": credentials["Authorization"]}}


@pytest.mark.parametrize("way", [by_protocol, by_address, by_headers])
def test_a_client_is_let_in_by_each_way_to_carry_credentials(
    desk: Desk, way: Callable[[dict[str, str]], dict[str, Any]]
) -> None:
    carried = way(credentials_of(desk, "ada"))
    protocols = [carried.pop("protocol")] if "protocol" in carried else []
    with opened(desk, *protocols, **carried) as socket:
        assert socket.connection.subprotocol == "graphql-ws"
        socket.say(type="connection_init")
        ack = {"type": "connection_ack", "payload": {"connectionTimeoutMs": 300_000}}
        assert [socket.hear(alive=True) for _ in range(2)] == [ack, {"type": "ka"}]


@pytest.mark.parametrize("path", ["/graphql", "/graphql/realtime", "/realtime"])
def test_each_address_that_clients_make_of_an_endpoint_is_served(desk: Desk, path: str) -> None:
    with opened(desk, f"header-{encoded(credentials_of(desk, 'ada'))}", path=path) as socket:
        assert socket.init()["type"] == "connection_ack"


@pytest.mark.parametrize(
    ("credentials", "type", "message", "code"),
    [
        ({"host": "x"}, "UnauthorizedException", "Valid authorization header not provided.", 401),
        ({"host": "x", "Authorization": "no token"}, "UnauthorizedException", NOT_AUTHORIZED, 401),
        ({"host": "x", "x-api-key": "da2-0"}, "UnauthorizedException", NOT_AUTHORIZED, 401),
        (["x"], "BadRequest", "the credentials are no object of texts", 400),
    ],
)
def test_a_client_that_may_not_is_told_why_and_cut_off(
    desk: Desk, credentials: Any, type: str, message: str, code: int
) -> None:
    with opened(desk, f"header-{encoded(credentials)}") as socket:
        error = {"errorType": type, "message": message, "errorCode": code}
        assert socket.init() == {"type": "connection_error", "payload": {"errors": [error]}}
        assert closed(socket)


def test_credentials_that_are_no_base64_are_a_bad_request(desk: Desk) -> None:
    with opened(desk, "header-e") as socket:
        assert socket.init()["payload"]["errors"][0]["errorCode"] == 400
        assert closed(socket)


def test_what_is_said_before_the_ack_is_passed_over(desk: Desk) -> None:
    credentials = credentials_of(desk, "ada")
    with opened(desk, f"header-{encoded(credentials)}", credentials=credentials) as socket:
        socket.start(ON_HOME, id="early")
        assert socket.init()["type"] == "connection_ack"
        socket.follow(ON_HOME, id="late")


def test_a_subscriber_hears_what_changes_on_the_home_it_follows_and_nothing_of_others(desk: Desk) -> None:
    home, other = made(desk), made(desk)
    with connected(desk, "bob") as socket:
        id = socket.follow(ON_HOME, id=home["id"])
        priced(desk, other["id"], 1, 200)
        priced(desk, home["id"], 1, 300)
        priced(desk, other["id"], 2, 400)
        priced(desk, home["id"], 2, 500)
        for version, price in ((2, 300.0), (3, 500.0)):
            change = {"propertyId": home["id"], "kind": "PRICE_CHANGED", "version": version, "price": price}
            assert socket.hear() == {"type": "data", "id": id, "payload": {"data": {"onPropertyChange": change}}}


def test_a_move_reaches_both_zips(desk: Desk) -> None:
    home = made(desk, "98001")
    with connected(desk) as left, connected(desk) as entered:
        left.follow(ON_ZIP, zip="98001")
        entered.follow(ON_ZIP, zip="98002")
        moved = """mutation($id: ID!) {
            updateProperty(id: $id, expectedVersion: 1, input: {zipCode: "98002"}) { version } }"""
        desk.ask(moved, as_="olga", id=home["id"])
        heard = {"propertyId": home["id"], "kind": "DETAILS_CHANGED", "version": 2}
        assert left.change() == {**heard, "zipCode": "98001", "listed": False}
        assert entered.change() == {**heard, "zipCode": "98002", "listed": True}


def test_a_removed_home_is_told_to_those_who_followed_it(desk: Desk) -> None:
    home = made(desk, "98003")
    with connected(desk) as socket:
        socket.follow(ON_HOME, id=home["id"])
        desk.ask("mutation($id: ID!) { deleteProperty(id: $id, expectedVersion: 1) }", as_="olga", id=home["id"])
        assert socket.change()["kind"] == "DELETED"


def test_a_field_that_is_asked_by_an_alias_is_told_by_it(desk: Desk) -> None:
    home = made(desk)
    with connected(desk) as socket:
        aliased = "subscription($id: ID!) { mine: onPropertyChange(propertyId: $id) { now: price } }"
        socket.follow(aliased, id=home["id"])
        priced(desk, home["id"], 1, 7)
        assert socket.hear()["payload"] == {"data": {"mine": {"now": 7.0}}}


def test_after_stop_nothing_more_is_told(desk: Desk) -> None:
    home = made(desk)
    with connected(desk) as socket:
        id = socket.follow(ON_HOME, id=home["id"])
        other = socket.follow(ON_HOME, id=home["id"])
        socket.say(type="stop", id=id)
        assert socket.hear() == {"type": "complete", "id": id}
        priced(desk, home["id"], 1, 7)
        priced(desk, home["id"], 2, 8)
        assert [socket.hear()["id"] for _ in range(2)] == [other, other]


def test_a_connection_holds_two_hundred_subscriptions_and_no_more(desk: Desk) -> None:
    with connected(desk) as socket:
        ids = [socket.start(ON_HOME, id=f"h{n}") for n in range(LIMITS.subscriptions + 1)]
        heard = [socket.hear() for _ in ids]
    assert heard[:-1] == [{"type": "start_ack", "id": id} for id in ids[:-1]]
    error = {"errorType": "MaxSubscriptionsReachedError", "message": "Max number of 200 subscriptions reached"}
    assert heard[-1] == {"type": "error", "id": ids[-1], "payload": {"errors": [error]}}


def test_an_id_is_used_once_at_a_time(desk: Desk) -> None:
    with connected(desk) as socket:
        id = socket.follow(ON_HOME, id="h1")
        data = json.dumps({"query": ON_HOME, "variables": {"id": "h2"}})
        socket.say(type="start", id=id, payload={"data": data, "extensions": {"authorization": socket.credentials}})
        assert (message := socket.hear())["type"] == "error"
        assert message["id"] == id
        assert message["payload"]["errors"][0]["errorType"] == "DuplicatedOperationError"


def test_a_stop_of_what_was_not_started_is_an_error(desk: Desk) -> None:
    with connected(desk) as socket:
        socket.say(type="stop", id="nothing")
        message = socket.hear()
        assert (message["type"], message["id"]) == ("error", "nothing")


def test_each_start_brings_credentials_of_its_own(desk: Desk) -> None:
    with connected(desk) as socket:
        id = socket.start(ON_HOME, credentials={"host": "x", "Authorization": "no token"}, id="h1")
        error = {"errorType": "UnauthorizedException", "message": NOT_AUTHORIZED}
        assert socket.hear() == {"type": "error", "id": id, "payload": {"errors": [error]}}
        socket.follow(ON_HOME, id="h1")


@pytest.mark.parametrize("query", ["{ me { id } }", "mutation { deleteProperty(id: 1, expectedVersion: 1) }"])
def test_nothing_but_subscriptions_is_taken(desk: Desk, query: str) -> None:
    with connected(desk) as socket:
        id = socket.start(query)
        message = socket.hear()
        assert (message["type"], message["id"]) == ("error", id)
        assert message["payload"]["errors"][0]["errorType"] == "UnsupportedOperation"


def test_a_subscription_that_is_not_valid_is_told_as_a_query_is(desk: Desk) -> None:
    with connected(desk) as socket:
        id = socket.start("subscription { onPropertyChange(propertyId: 1) { nonsense } }")
        message = socket.hear()
        assert (message["type"], message["id"]) == ("error", id)
        (error,) = message["payload"]["errors"]
        assert error["message"].startswith("Validation error of type FieldUndefined")


@pytest.mark.parametrize(
    "frame",
    ["nonsense", "[]", "{}", '{"type": "start"}', '{"type": "start", "id": "a", "payload": {"data": {}}}', b"\x00"],
)
def test_a_message_that_is_none_of_the_protocols_is_an_error_and_the_connection_stays(desk: Desk, frame: Any) -> None:
    with connected(desk) as socket:
        socket.connection.send(frame)
        message = socket.hear()
        assert message["type"] == "error"
        assert message["payload"]["errors"] == [
            {"errorType": "UnsupportedOperation", "message": "unknown not supported through the realtime channel"}
        ]
        socket.follow(ON_HOME, id="h1")


def test_a_publication_that_is_selected_in_parts_is_told_once_and_whole(desk: Desk) -> None:
    change = '{zipCode: "94133", propertyId: "h1", kind: CREATED, version: 1, at: "2026-01-01T00:00:00Z", listed: true}'
    parts = "fragment A on Mutation { publishZipChange(input: $it) { zipCode version } }"
    parts += " fragment B on Mutation { publishZipChange(input: $it) { propertyId kind listed } }"
    query = f"mutation {{ ...A ...B }} {parts}".replace("$it", change)
    body = json.dumps({"query": query}).encode()
    with connected(desk) as socket:
        socket.follow(ON_ZIP, zip="94133")
        assert desk.send(body, desk.iam.sign("POST", f"{desk.url}/graphql", body)).status == 200
        told = socket.hear()["payload"]
    assert told == {
        "data": {
            "onZipChange": {"zipCode": "94133", "propertyId": "h1", "kind": "CREATED", "version": 1, "listed": True}
        }
    }


def test_variables_that_the_operation_does_not_define_are_not_kept(desk: Desk) -> None:
    home = made(desk)
    with connected(desk) as socket:
        socket.follow(ON_HOME, id=home["id"], unused="x" * 100_000)
        (held,) = [one for held in desk.appsync.subscriptions.held.values() for one in held]
        assert held.request.variables == {"id": home["id"]}
        priced(desk, home["id"], 1, 7)
        assert socket.change()["propertyId"] == home["id"]
