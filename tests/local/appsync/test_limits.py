"""The limits of AppSync and Lambda for one request, invocation and message: values at and above each limit."""

import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from types import CodeType
from typing import Any

import pytest

from data import properties
from data.records import ID, Property
from local import assumptions
from local.lambdas.pool import InvocationResult
from local.paths import ROOT
from resolvers.wiring import LIMITS
from tests import proxy
from tests.local import dataset
from tests.local.server_fixture import LocalServer
from tests.local.ws_client import ON_PROPERTY_CHANGE, connect_client

FOUR_BYTE_CHARACTER = "\N{HOUSE BUILDING}"  # four bytes in UTF-8; escaped it would be twelve
PROPERTY_WITH_OWNER_AND_HISTORY = (
    "query($id: ID!) { property(id: $id) { address owner { name } history { nodes { kind } } } }"
)
BY_IDS = "query($ids: [ID!]!) { properties(ids: $ids) { id description } }"
SET_DESCRIPTION = """mutation($id: ID!, $version: Int!, $text: String) {
    updateProperty(id: $id, expectedVersion: $version, input: {description: $text}) { version } }"""
CHANGES = "changes { before after }"
UNRELATED_CONSTANTS = {  # constants that equal a limit but mean something else
    "appsync/execution/schema_runtime.py": {LIMITS.resolvers},  # characters of a document
    "appsync/execution/cache.py": {LIMITS.resolvers},  # cached values
    "appsync/language/selection_set.py": {LIMITS.resolvers},  # paths
    "dynamodb/process.py": {LIMITS.resolvers},  # the first port of an engine
    "loader/writers.py": {LIMITS.depth},  # successes of a writer, seconds
    "trace/findings.py": {LIMITS.depth},  # items
    "gateway/server.py": {LIMITS.resolvers, LIMITS.subscriptions},  # cached responses, a status
    "gateway/usage_plans.py": {LIMITS.depth},  # bytes of a key
    "auth/sigv4.py": {LIMITS.depth},  # bytes of a secret
    "appsync/http.py": {LIMITS.subscriptions},  # a status
    "trace/model.py": {LIMITS.subscriptions},  # characters of a query
    "trace/pages.py": {LIMITS.subscriptions},  # requests
}


def add_property(server: LocalServer, **details: Any) -> Property:
    """Writes a property of the user `ada` directly to the table."""
    server.put_items(dataset.table_items()[:3])  # users
    property_ = replace(dataset.make_property(4), **{"id": new_id(), "version": 1, "image_ids": (), **details})
    server.put_items(dataset.items_of(property_))
    return property_


def new_id() -> ID:
    return ID(str(uuid.uuid4()))


@contextmanager
def delay_response(server: LocalServer, operation: str) -> Iterator[None]:
    """Delays the response to the next request of this operation until the block ends."""
    gate = threading.Event()
    server.proxy.fail(operation, proxy.delay_until(lambda: gate.wait(60)))
    try:
        yield
    finally:
        gate.set()


def integer_constants(code: CodeType) -> Iterator[int]:
    """Yields the integer constants in compiled code, in which a product of numbers is one constant."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from integer_constants(constant)
        elif type(constant) is int:
            yield constant


def test_a_timeout_fails_only_the_fields_that_are_not_finished(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    property_ = add_property(server)
    server.execute(PROPERTY_WITH_OWNER_AND_HISTORY, id=property_.id)  # so that each function's process has started
    monkeypatch.setattr(server.appsync.api, "limits", replace(LIMITS, seconds=3))
    with delay_response(server, "BatchGetItem"):
        response = server.execute(PROPERTY_WITH_OWNER_AND_HISTORY, id=property_.id)
    history = {"nodes": [{"kind": "CREATED"}]}
    assert response.body["data"] == {"property": {"address": property_.address, "owner": None, "history": history}}
    type, message = assumptions.TIMED_OUT
    assert response.errors == [
        {
            "path": ["property", "owner"],
            "locations": [{"line": 1, "column": 47, "sourceName": None}],
            "message": message,
            "data": None,
            "errorType": type,
            "errorInfo": None,
        }
    ]


def test_no_function_is_invoked_after_the_timeout(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second of two mutations, for example: it would write although its client receives an error."""
    invoked: list[str] = []

    async def invoke(name: str, event: Any) -> InvocationResult:
        invoked.append(name)
        raise AssertionError

    monkeypatch.setattr(server.appsync.api, "limits", replace(LIMITS, seconds=0))
    monkeypatch.setattr(server.appsync, "get_invoker", lambda: invoke)
    response = server.execute(
        'mutation { a: updateMe(input: {name: "A"}) { id } b: updateMe(input: {name: "B"}) { id } }'
    )
    assert response.body["data"] == {"a": None, "b": None}
    assert response.error_types == [assumptions.TIMED_OUT[0]] * 2
    assert invoked == []


def test_the_next_request_is_answered_after_a_function_timed_out(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    property_ = add_property(server)
    with delay_response(server, "Query"):
        with monkeypatch.context() as patch:
            patch.setattr(server.appsync.api, "limits", replace(LIMITS, seconds=1))
            assert server.execute(PROPERTY_WITH_OWNER_AND_HISTORY, id=property_.id).error_types == [
                assumptions.TIMED_OUT[0]
            ]
        assert server.execute(PROPERTY_WITH_OWNER_AND_HISTORY, id=property_.id).data["property"]["owner"] == {
            "name": "Ada"
        }


@pytest.mark.parametrize(
    ("property_count", "expected_error"),
    [(40, None), (48, assumptions.RESULT_TOO_LARGE), (60, assumptions.RESPONSE_TOO_LARGE)],
)
def test_a_function_result_may_have_5_mb_in_appsync_and_6_mb_in_lambda(
    server: LocalServer, property_count: int, expected_error: tuple[str, str] | None
) -> None:
    property_ = add_property(server, description=FOUR_BYTE_CHARACTER * 30_000)
    more_properties = [replace(property_, id=new_id()) for _ in range(property_count - 1)]
    server.put_items([properties.to_item(property_) for property_ in more_properties])
    response = server.execute(BY_IDS, ids=[property_.id, *(property_.id for property_ in more_properties)])
    if expected_error is None:
        assert len(response.data["properties"]) == property_count
    else:
        assert response.body["data"] == {"properties": None}
        assert [(error["errorType"], error["message"]) for error in response.errors] == [expected_error]


def test_a_payload_of_more_than_6_mb_is_not_sent_to_a_function(server: LocalServer) -> None:
    """Each event of a batch contains the variables of the request."""
    zip_code = str(uuid.uuid4().int)[:5]
    added_properties = [add_property(server, zip_code=zip_code) for _ in range(8)]
    query = "query($zip: String!) { listingsByZip(zipCode: $zip) { nodes { id property { id } } } }"
    calls_before = len(server.proxy.operations)
    response = server.execute(query, zip=zip_code, more="x" * 800_000)
    nodes = response.body["data"]["listingsByZip"]["nodes"]
    assert {node["id"] for node in nodes} == {property_.id for property_ in added_properties}
    assert [node["property"] for node in nodes] == [None] * 8
    assert {(error["errorType"], error["message"]) for error in response.errors} == {assumptions.REQUEST_TOO_LARGE}
    assert server.proxy.operations[calls_before:] == ["Query"]


@pytest.mark.parametrize(
    ("levels", "status"), [(assumptions.MAX_BODY_LEVELS, 200), (101, 400), (960, 400), (100_000, 400)]
)
def test_a_body_nested_too_deep_to_serialize_is_malformed(server: LocalServer, levels: int, status: int) -> None:
    nested = "[" * (levels - 2) + "]" * (levels - 2)
    body = f'{{"query": "{{ user(id: 1) {{ id }} }}", "variables": {{"unknown": {nested}}}}}'
    response = server.send(body.encode(), {"authorization": server.token("ada")})
    assert (response.status, "data" in response.body) == (status, status == 200)
    assert server.http.get("/trace.json").status_code == 200


def test_a_payload_of_more_than_240_kb_is_dropped_only_for_its_subscriber(
    server: LocalServer, caplog: pytest.LogCaptureFixture
) -> None:
    id = new_id()
    aliased_selections = " ".join(f"{name}: {CHANGES}" for name in "abcdefghi")
    with connect_client(server) as large_subscriber, connect_client(server) as small_subscriber:
        large_subscriber.subscribe(
            f"subscription($id: ID!) {{ onPropertyChange(propertyId: $id) {{ version {aliased_selections} }} }}", id=id
        )
        small_subscriber.subscribe(ON_PROPERTY_CHANGE, id=id)
        add_property(server, id=id, description=FOUR_BYTE_CHARACTER * 10_000)
        for version, text in enumerate(["!" + FOUR_BYTE_CHARACTER * 9_999, None], 1):
            assert server.execute(SET_DESCRIPTION, groups=["admins"], id=id, version=version, text=text).data
        assert [small_subscriber.receive_change()["version"] for _ in range(3)] == [1, 2, 3]
        assert [large_subscriber.receive_change()["version"] for _ in range(2)] == [1, 3]
    [warning] = [
        record.getMessage() for record in caplog.records if record.name == "local.appsync.realtime.subscriptions"
    ]
    assert re.fullmatch(r"onPropertyChange: a change of 2[89]\d,\d{3} bytes is not delivered", warning)


def test_no_module_of_the_local_server_repeats_a_limit() -> None:
    limits = set(asdict(LIMITS).values())
    matches = {
        str(path.relative_to(ROOT / "local")): limits & set(integer_constants(compile(path.read_text(), path, "exec")))
        for path in (ROOT / "local").rglob("*.py")
    }
    assert {name: values for name, values in matches.items() if values} == UNRELATED_CONSTANTS
