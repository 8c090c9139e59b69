"""What reaches a subscriber: the arguments that it gave as filters, and what the publisher selected of what it asks."""

import json
from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from local.appsync.execution.schema_runtime import ExecutableSchema
from local.appsync.graphql_request import GraphQLRequest
from local.appsync.realtime.subscriptions import Subscriptions
from local.auth.request import AuthContext
from local.schema import compiler, type_info
from resolvers.field_config import COGNITO, Field
from resolvers.wiring import LIMITS
from tests.local.server_fixture import Desk
from tests.local.ws_client import ON_ZIP, Socket, connected

AT = '"2026-01-01T00:00:00Z"'
CARD = f'{{id: "h1", zipCode: "94110", address: "1 Elm Street", price: 5, status: ACTIVE, listedAt: {AT}}}'
CHANGE = f'zipCode: "94110", propertyId: "h1", kind: CREATED, version: 1, at: {AT}, listed: true, listing: {CARD}'
ON_CARD = 'subscription { onZipChange(zipCode: "94110") { version at listing { price bedrooms } } }'
CITIES = st.sampled_from(["Oslo", "Rome", None])
FLOORS = st.sampled_from([0, 1, None])


@dataclass(frozen=True)
class Move:
    """A change, and what of it may be asked for by name; nothing in it is always there."""

    city: str | None = None
    floor: int | None = None


def nothing() -> Move | None: ...


def move() -> Move | None: ...


def on_move(city: str | None = None, floor: int | None = None) -> Move | None: ...


ROWS = (
    Field("Query.nothing", nothing, (COGNITO,)),
    Field("Mutation.move", move, (COGNITO,), local=True),
    Field("Subscription.onMove", on_move, (COGNITO,), local=True, follows=("move",)),
)
API = ExecutableSchema(compiler.build(ROWS)._schema, ROWS, type_info.reached(ROWS), LIMITS)
BY_VARIABLES = "subscription($city: String, $floor: Int) { onMove(city: $city, floor: $floor) { city } }"


def told(change: dict[str, Any], query: str, **variables: Any) -> list[Any]:
    """What somebody who follows by this query is told of a change."""
    heard: list[Any] = []
    subscriptions = Subscriptions(API)
    subscriptions.begin(
        GraphQLRequest(query, variables), AuthContext(COGNITO, None, {}), lambda text: heard.append(json.loads(text))
    )
    subscriptions.publish("move", change)
    return heard


def test_an_argument_left_out_filters_nothing_and_null_only_what_is_null() -> None:
    oslo, nowhere = {"city": "Oslo"}, {"city": None}
    everything, null = "subscription { onMove { city } }", "subscription { onMove(city: null) { city } }"
    assert [len(told(change, everything)) for change in (oslo, nowhere)] == [1, 1]
    assert [len(told(change, null)) for change in (oslo, nowhere)] == [0, 1]


def test_a_variable_left_out_is_an_argument_left_out_and_one_that_is_null_is_not() -> None:
    oslo = {"city": "Oslo", "floor": 1}
    assert told(oslo, BY_VARIABLES) == [{"data": {"onMove": {"city": "Oslo"}}}]
    assert told(oslo, BY_VARIABLES, city=None) == []


def test_what_the_publisher_did_not_select_fits_null_and_nothing_else() -> None:
    assert [len(told({"floor": 1}, BY_VARIABLES, city=city)) for city in (None, "Oslo")] == [1, 0]


@given(
    change=st.fixed_dictionaries({}, optional={"city": CITIES, "floor": FLOORS}),
    asked=st.fixed_dictionaries({}, optional={"city": CITIES, "floor": FLOORS}),
)
def test_a_change_is_told_to_those_whose_every_argument_it_fits(change: dict[str, Any], asked: dict[str, Any]) -> None:
    fits = all(change.get(name) == value for name, value in asked.items())
    assert told(change, BY_VARIABLES, **asked) == [{"data": {"onMove": {"city": change.get("city")}}}] * fits


def published(desk: Desk, selected: str) -> None:
    """The backend publishes a change of a ZIP, and selects just this of it."""
    body = json.dumps({"query": f"mutation {{ publishZipChange(input: {{{CHANGE}}}) {{ {selected} }} }}"}).encode()
    assert desk.send(body, desk.iam.sign("POST", f"{desk.url}/graphql", body)).data


def payload(socket: Socket) -> Any:
    message = socket.hear()
    assert message["type"] == "data"
    return message["payload"]


def test_a_subscriber_is_told_what_it_asks_of_what_the_publisher_selected(desk: Desk) -> None:
    with connected(desk) as socket:
        socket.follow(ON_CARD)
        published(desk, "zipCode propertyId version at listing { price }")
        card = {"price": 5.0, "bedrooms": None}
        assert payload(socket) == {
            "data": {"onZipChange": {"version": 1, "at": "2026-01-01T00:00:00Z", "listing": card}}
        }


def test_what_the_publisher_left_out_that_may_not_be_null_blanks_the_change_with_an_error(desk: Desk) -> None:
    with connected(desk) as socket:
        socket.follow(ON_CARD)
        published(desk, "zipCode version listing { price }")
        error = {
            "path": ["onZipChange", "at"],
            "locations": None,
            "message": "Cannot return null for non-nullable type: 'AWSDateTime' within parent 'ZipChange' "
            "(/onZipChange/at)",
        }
        assert payload(socket) == {"data": {"onZipChange": None}, "errors": [error]}


def test_a_change_is_filtered_by_what_the_publisher_selected_and_not_by_what_it_left_out(desk: Desk) -> None:
    with connected(desk) as socket:
        socket.follow(ON_ZIP, zip="94110")
        published(desk, "propertyId kind version listed")
        published(desk, "zipCode propertyId kind version listed")
        assert payload(socket)["data"]["onZipChange"]["zipCode"] == "94110"
