"""Subscription payloads: filtering by arguments, and the intersection with the publisher's selection."""

import json
from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from local.appsync.execution.schema_runtime import ExecutableSchema
from local.appsync.graphql_request import GraphQLRequest
from local.appsync.realtime.subscriptions import Subscriptions
from local.auth.request import AuthContext
from local.lambdas.encoding import Variables
from local.schema import compiler, type_info
from resolvers.field_config import COGNITO, FieldConfig
from resolvers.wiring import LIMITS
from tests.local.server_fixture import LocalServer
from tests.local.ws_client import ON_ZIP_CHANGE, RealtimeClient, connect_client

AT = '"2026-01-01T00:00:00Z"'
LISTING = f'{{id: "h1", zipCode: "94110", address: "1 Elm Street", price: 5, status: ACTIVE, listedAt: {AT}}}'
CHANGE = f'zipCode: "94110", propertyId: "h1", kind: CREATED, version: 1, at: {AT}, listed: true, listing: {LISTING}'
ON_LISTING_CHANGE = 'subscription { onZipChange(zipCode: "94110") { version at listing { price bedrooms } } }'
CITIES = st.sampled_from(["Oslo", "Rome", None])
FLOORS = st.sampled_from([0, 1, None])


@dataclass(frozen=True)
class Move:
    """A change with optional fields that a subscription may filter by."""

    city: str | None = None
    floor: int | None = None


def no_move() -> Move | None: ...


def move() -> Move | None: ...


def on_move(city: str | None = None, floor: int | None = None) -> Move | None: ...


FIELDS = (
    FieldConfig("Query.nothing", no_move, (COGNITO,)),
    FieldConfig("Mutation.move", move, (COGNITO,), none_data_source=True),
    FieldConfig("Subscription.onMove", on_move, (COGNITO,), none_data_source=True, subscribes_to=("move",)),
)
API = ExecutableSchema(compiler.build_schema(FIELDS)._schema, FIELDS, type_info.reachable_auth_modes(FIELDS), LIMITS)
BY_VARIABLES = "subscription($city: String, $floor: Int) { onMove(city: $city, floor: $floor) { city } }"


def received_payloads(change: dict[str, Any], query: str, **variables: Any) -> list[Any]:
    """Returns the payloads that a subscription with this query receives for a change."""
    payloads: list[Any] = []
    subscriptions = Subscriptions(API)
    subscriptions.add(
        subscriptions.create(
            GraphQLRequest(query, Variables(variables)),
            AuthContext(COGNITO, None, {}),
            lambda text: payloads.append(json.loads(text)),
        )
    )
    subscriptions.publish("move", change)
    return payloads


def test_an_omitted_argument_does_not_filter_and_null_matches_only_null() -> None:
    oslo, no_city = {"city": "Oslo"}, {"city": None}
    without_argument, with_null = "subscription { onMove { city } }", "subscription { onMove(city: null) { city } }"
    assert [len(received_payloads(change, without_argument)) for change in (oslo, no_city)] == [1, 1]
    assert [len(received_payloads(change, with_null)) for change in (oslo, no_city)] == [0, 1]


def test_an_omitted_variable_does_not_filter_and_a_null_variable_does() -> None:
    oslo = {"city": "Oslo", "floor": 1}
    assert received_payloads(oslo, BY_VARIABLES) == [{"data": {"onMove": {"city": "Oslo"}}}]
    assert received_payloads(oslo, BY_VARIABLES, city=None) == []


def test_a_field_that_the_publisher_did_not_select_matches_only_null() -> None:
    assert [len(received_payloads({"floor": 1}, BY_VARIABLES, city=city)) for city in (None, "Oslo")] == [1, 0]


@given(
    change=st.fixed_dictionaries({}, optional={"city": CITIES, "floor": FLOORS}),
    arguments=st.fixed_dictionaries({}, optional={"city": CITIES, "floor": FLOORS}),
)
def test_a_change_is_delivered_if_it_matches_every_argument(change: dict[str, Any], arguments: dict[str, Any]) -> None:
    matches = all(change.get(name) == value for name, value in arguments.items())
    assert (
        received_payloads(change, BY_VARIABLES, **arguments)
        == [{"data": {"onMove": {"city": change.get("city")}}}] * matches
    )


def publish_zip_change(server: LocalServer, selection: str) -> None:
    """Publishes a change of a ZIP code as the backend, with this selection."""
    body = json.dumps({"query": f"mutation {{ publishZipChange(input: {{{CHANGE}}}) {{ {selection} }} }}"}).encode()
    assert server.send(body, server.iam.sign("POST", f"{server.url}/graphql", body)).data


def receive_payload(client: RealtimeClient) -> Any:
    message = client.receive()
    assert message["type"] == "data"
    return message["payload"]


def test_a_subscriber_receives_its_selection_of_the_published_fields(server: LocalServer) -> None:
    with connect_client(server) as client:
        client.subscribe(ON_LISTING_CHANGE)
        publish_zip_change(server, "zipCode propertyId version at listing { price }")
        listing = {"price": 5.0, "bedrooms": None}
        assert receive_payload(client) == {
            "data": {"onZipChange": {"version": 1, "at": "2026-01-01T00:00:00Z", "listing": listing}}
        }


def test_an_unpublished_non_null_field_nulls_the_change_with_an_error(server: LocalServer) -> None:
    with connect_client(server) as client:
        client.subscribe(ON_LISTING_CHANGE)
        publish_zip_change(server, "zipCode version listing { price }")
        error = {
            "path": ["onZipChange", "at"],
            "locations": None,
            "message": "Cannot return null for non-nullable type: 'AWSDateTime' within parent 'ZipChange' "
            "(/onZipChange/at)",
        }
        assert receive_payload(client) == {"data": {"onZipChange": None}, "errors": [error]}


def test_a_change_is_filtered_only_by_the_published_fields(server: LocalServer) -> None:
    with connect_client(server) as client:
        client.subscribe(ON_ZIP_CHANGE, zip="94110")
        publish_zip_change(server, "propertyId kind version listed")
        publish_zip_change(server, "zipCode propertyId kind version listed")
        assert receive_payload(client)["data"]["onZipChange"]["zipCode"] == "94110"
