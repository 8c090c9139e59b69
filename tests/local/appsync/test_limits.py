"""What AppSync and Lambda allow of one request, one invocation and one message, met and passed on a running desk."""

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
from local.lambdas.pool import Outcome
from local.paths import ROOT
from resolvers.wiring import LIMITS
from tests import proxy as trouble
from tests.local import dataset
from tests.local.server_fixture import Desk
from tests.local.ws_client import ON_HOME, connected

WIDE = "\N{HOUSE BUILDING}"  # four bytes in UTF-8; escaped it would be twelve
WITH_ALL = "query($id: ID!) { property(id: $id) { address owner { name } history { nodes { kind } } } }"
BY_IDS = "query($ids: [ID!]!) { properties(ids: $ids) { id description } }"
DESCRIBE = """mutation($id: ID!, $version: Int!, $text: String) {
    updateProperty(id: $id, expectedVersion: $version, input: {description: $text}) { version } }"""
CHANGES = "changes { before after }"
ANOTHER_THING = {  # where a number of the limits means something else
    "api.py": {LIMITS.resolvers},  # characters of a document
    "cache.py": {LIMITS.resolvers},  # answers
    "selection.py": {LIMITS.resolvers},  # paths
    "dynamodb.py": {LIMITS.seconds},  # until the engine must have started
    "findings.py": {LIMITS.depth},  # items
    "gateway.py": {LIMITS.resolvers, LIMITS.subscriptions},  # answers kept, a status
    "plans.py": {LIMITS.depth},  # bytes of a key
    "iam.py": {LIMITS.depth},  # bytes of a secret
    "http.py": {LIMITS.subscriptions},  # a status
    "trace.py": {LIMITS.subscriptions},  # characters of a query
    "traces.py": {LIMITS.subscriptions},  # requests kept
}


def put(desk: Desk, **details: Any) -> Property:
    """A new home of ada's, straight into the table."""
    desk.put(dataset.items()[:3])  # the owners
    home = replace(dataset.home(4), **{"id": new_id(), "version": 1, "image_ids": (), **details})
    desk.put(dataset.items_of(home))
    return home


def new_id() -> ID:
    return ID(str(uuid.uuid4()))


@contextmanager
def held(desk: Desk, operation: str) -> Iterator[None]:
    """The next request of this operation is answered only afterwards."""
    gate = threading.Event()
    desk.proxy.fail(operation, trouble.after(lambda: gate.wait(60)))
    try:
        yield
    finally:
        gate.set()


def numbers(code: CodeType) -> Iterator[int]:
    """The whole numbers in compiled code, where a product of numbers is one."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from numbers(constant)
        elif type(constant) is int:
            yield constant


def test_what_came_in_time_stays_and_what_did_not_is_an_error_of_the_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = put(desk)
    desk.ask(WITH_ALL, id=home.id)  # so that each function's process has started
    monkeypatch.setattr(desk.appsync.api, "limits", replace(LIMITS, seconds=3))
    with held(desk, "BatchGetItem"):
        answer = desk.ask(WITH_ALL, id=home.id)
    history = {"nodes": [{"kind": "CREATED"}]}
    assert answer.body["data"] == {"property": {"address": home.address, "owner": None, "history": history}}
    type, message = assumptions.TIMED_OUT
    assert answer.errors == [
        {
            "path": ["property", "owner"],
            "locations": [{"line": 1, "column": 47, "sourceName": None}],
            "message": message,
            "data": None,
            "errorType": type,
            "errorInfo": None,
        }
    ]


def test_what_comes_when_the_time_is_over_is_not_begun(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the second of two mutations: it would write, and its client be told that it did not."""
    begun: list[str] = []

    async def begin(name: str, event: Any) -> Outcome:
        begun.append(name)
        raise AssertionError

    monkeypatch.setattr(desk.appsync.api, "limits", replace(LIMITS, seconds=0))
    monkeypatch.setattr(desk.appsync, "get_invoker", lambda: begin)
    answer = desk.ask('mutation { a: updateMe(input: {name: "A"}) { id } b: updateMe(input: {name: "B"}) { id } }')
    assert answer.body["data"] == {"a": None, "b": None}
    assert answer.error_types == [assumptions.TIMED_OUT[0]] * 2
    assert begun == []


def test_after_a_function_that_took_too_long_the_next_request_is_answered(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = put(desk)
    with held(desk, "Query"):
        with monkeypatch.context() as short:
            short.setattr(desk.appsync.api, "limits", replace(LIMITS, seconds=1))
            assert desk.ask(WITH_ALL, id=home.id).error_types == [assumptions.TIMED_OUT[0]]
        assert desk.ask(WITH_ALL, id=home.id).data["property"]["owner"] == {"name": "Ada"}


@pytest.mark.parametrize(
    ("homes", "told"), [(40, None), (48, assumptions.RESULT_TOO_LARGE), (60, assumptions.RESPONSE_TOO_LARGE)]
)
def test_an_answer_of_a_function_is_taken_up_to_appsyncs_5_mb_and_lambdas_6(
    desk: Desk, homes: int, told: tuple[str, str] | None
) -> None:
    home = put(desk, description=WIDE * 30_000)
    more = [replace(home, id=new_id()) for _ in range(homes - 1)]
    desk.put([properties.to_item(one) for one in more])
    answer = desk.ask(BY_IDS, ids=[home.id, *(one.id for one in more)])
    if told is None:
        assert len(answer.data["properties"]) == homes
    else:
        assert answer.body["data"] == {"properties": None}
        assert [(error["errorType"], error["message"]) for error in answer.errors] == [told]


def test_what_a_function_would_be_sent_beyond_6_mb_is_not_sent(desk: Desk) -> None:
    """Each event of a batch carries the request's variables."""
    zip_code = str(uuid.uuid4().int)[:5]
    homes = [put(desk, zip_code=zip_code) for _ in range(8)]
    query = "query($zip: String!) { listingsByZip(zipCode: $zip) { nodes { id property { id } } } }"
    before = len(desk.proxy.seen)
    answer = desk.ask(query, zip=zip_code, more="x" * 800_000)
    nodes = answer.body["data"]["listingsByZip"]["nodes"]
    assert {node["id"] for node in nodes} == {home.id for home in homes}
    assert [node["property"] for node in nodes] == [None] * 8
    assert {(error["errorType"], error["message"]) for error in answer.errors} == {assumptions.REQUEST_TOO_LARGE}
    assert desk.proxy.seen[before:] == ["Query"]


@pytest.mark.parametrize(
    ("levels", "status"), [(assumptions.MOST_BODY_LEVELS, 200), (101, 400), (960, 400), (100_000, 400)]
)
def test_a_body_nested_so_deep_that_it_might_not_be_written_again_is_malformed(
    desk: Desk, levels: int, status: int
) -> None:
    deep = "[" * (levels - 2) + "]" * (levels - 2)
    body = f'{{"query": "{{ user(id: 1) {{ id }} }}", "variables": {{"unknown": {deep}}}}}'
    answer = desk.send(body.encode(), {"authorization": desk.token("ada")})
    assert (answer.status, "data" in answer.body) == (status, status == 200)
    assert desk.http.get("/trace.json").status_code == 200


def test_a_change_of_more_than_240_kb_is_dropped_for_those_alone_who_ask_so_much(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    id = new_id()
    again = " ".join(f"{name}: {CHANGES}" for name in "abcdefghi")
    with connected(desk) as much, connected(desk) as little:
        much.follow(f"subscription($id: ID!) {{ onPropertyChange(propertyId: $id) {{ version {again} }} }}", id=id)
        little.follow(ON_HOME, id=id)
        put(desk, id=id, description=WIDE * 10_000)
        for version, text in enumerate(["!" + WIDE * 9_999, None], 1):
            assert desk.ask(DESCRIBE, groups=["admins"], id=id, version=version, text=text).data
        assert [little.change()["version"] for _ in range(3)] == [1, 2, 3]
        assert [much.change()["version"] for _ in range(2)] == [1, 3]
    [dropped] = [
        record.getMessage() for record in caplog.records if record.name == "local.appsync.realtime.subscriptions"
    ]
    assert re.fullmatch(r"onPropertyChange: a change of 2[89]\d,\d{3} bytes is not delivered", dropped)


def test_no_module_of_the_desk_has_a_limit_of_its_own() -> None:
    limits = set(asdict(LIMITS).values())
    found = {
        path.name: limits & set(numbers(compile(path.read_text(), path, "exec")))
        for path in (ROOT / "local").glob("*.py")
    }
    assert {name: same for name, same in found.items() if same} == ANOTHER_THING
