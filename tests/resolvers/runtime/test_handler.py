"""Every function's entry: what AppSync gets for one event, for a list of them, and for what goes wrong."""

import json
import uuid

import pytest

from data import keys
from data.errors import BadCursor
from data.records import ID
from resolvers.field_config import Batch, Field
from resolvers.runtime import handler
from resolvers.runtime.errors import InternalError
from resolvers.wiring import SIGNED_IN
from tests.proxy import Proxy, error, reset
from tests.resolvers import factories
from tests.resolvers.conftest import Lines
from tests.resolvers.events import ADA, ADMIN, BOB, TRACE, Value, batch, event, handled, ok, refused, values

INTERNAL = f"something went wrong on our side: {TRACE}"
BROKEN_HOME = {"pk": "PROP#broken", "sk": "METADATA", "address": "1 Secret Street"}
BAD_CURSOR = {
    "data": None,
    "errorMessage": "after is not a cursor of this list: ask again without it",
    "errorType": "BadCursor",
}


def homes(*ids: str) -> list[Value]:
    """Homes as AppSync hands them to their fields: as the root field answered them."""
    found: list[Value] = ok("Query.properties", ids=list(ids))
    return found


def broken_event(id: str) -> dict[str, str]:
    """A row among a home's events that no code of ours wrote."""
    return {"pk": keys.property(ID(id)).pk, "sk": f"{keys.EVENTS}2000", "id": "broken"}


def test_a_root_field_answers_its_value_under_ok(table: str) -> None:
    assert handled(event("Query.property", {"id": "nowhere"})) == {"ok": None}


def test_a_root_field_answers_a_refusal_under_err(table: str) -> None:
    assert handled(event("Mutation.deleteProperty", {"id": "nowhere", "expectedVersion": 1})) == {
        "err": {
            "type": "PropertyNotFound",
            "message": "no property has the id nowhere",
            "info": {"id": "nowhere"},
        }
    }


def test_the_facts_of_a_refusal_are_spelled_as_the_api_spells(table: str) -> None:
    factories.home("h1")
    told = refused("Mutation.updateProperty", id="h1", input={"price": 5}, expectedVersion=7)
    assert told["info"] == {"id": "h1", "expectedVersion": 7, "currentVersion": 1}


def test_a_list_of_events_is_answered_in_its_order(table: str) -> None:
    factories.home("h1", "ada")
    factories.home("h2", "bob")
    answered = values("Property.owner", homes("h2", "h1", "h2"))
    assert [user["name"] for user in answered] == ["Bob", "Ada", "Bob"]


def test_an_item_without_a_value_answers_null_in_its_place(table: str) -> None:
    factories.person("bob")
    nobody, bob = batch("Property.owner", [{"ownerId": "nobody"}, {"ownerId": "bob"}])
    assert nobody == {"data": None}
    assert bob["data"]["name"] == "Bob"


def test_a_refused_item_says_so_and_has_no_data(table: str) -> None:
    factories.home("h1")
    assert batch("Property.history", homes("h1"), after="nonsense") == [BAD_CURSOR]


def test_a_batched_fields_lone_event_is_answered_by_the_bare_value(table: str) -> None:
    factories.home("h1", "ada")
    assert handled(event("Property.owner", {}, source={"ownerId": "ada"}))["name"] == "Ada"


def test_a_batched_fields_lone_event_raises_its_refusal_by_name(table: str) -> None:
    factories.home("h1")
    with pytest.raises(BadCursor, match="after is not a cursor of this list"):
        handled(event("Property.history", {"after": "nonsense"}, source={"id": "h1"}))


def test_a_batched_fields_lone_event_raises_internal_error_for_a_bug(table: str) -> None:
    factories.rows(broken_event("h1"))
    with pytest.raises(InternalError, match=TRACE) as raised:
        handled(event("Property.history", {}, source={"id": "h1"}))
    assert (raised.value.__cause__, raised.value.__suppress_context__) == (None, True)


def test_items_of_one_list_get_what_their_own_arguments_ask(table: str) -> None:
    factories.prices(factories.home("h1"), 1.0, 2.0)
    asked = [event("Property.history", {"first": first}, source={"id": "h1"}) for first in (1, 2, 1)]
    assert [len(item["data"]["nodes"]) for item in handled(asked)] == [1, 2, 1]


def test_items_of_one_list_get_what_their_own_callers_may_see(table: str) -> None:
    source = {"id": "ada", "name": "Ada", "email": "ada@example.com"}
    asked = [event("User.email", {}, caller, source) for caller in (BOB, ADA, ADMIN, BOB)]
    assert handled(asked) == [
        {"data": None},
        {"data": "ada@example.com"},
        {"data": "ada@example.com"},
        {"data": None},
    ]


def test_a_bad_cursor_fails_only_the_items_that_gave_it(table: str) -> None:
    factories.home("h1")
    asked = [event("Property.history", arguments, source={"id": "h1"}) for arguments in ({}, {"after": "nonsense"}, {})]
    good, bad, also_good = handled(asked)
    assert bad == BAD_CURSOR
    assert [event["kind"] for event in good["data"]["nodes"]] == ["CREATED"]
    assert also_good == good


def test_a_cursor_of_one_home_fails_only_the_other_home(table: str) -> None:
    factories.prices(factories.home("h1"), 1.0)
    factories.home("h2")
    [page, _] = values("Property.history", homes("h1", "h2"), first=1)
    items = batch("Property.history", homes("h1", "h2"), after=page["pageInfo"]["endCursor"])
    assert [node["kind"] for node in items[0]["data"]["nodes"]] == ["CREATED"]
    assert items[1] == BAD_CURSOR


def test_a_corrupt_row_fails_only_its_own_home(table: str) -> None:
    for id in ("h1", "h2", "h3"):
        factories.home(id)
    factories.rows(broken_event("h2"))
    first, broken, last = batch("Property.history", homes("h1", "h2", "h3"))
    assert broken == {"data": None, "errorMessage": INTERNAL, "errorType": "InternalError"}
    assert [len(item["data"]["nodes"]) for item in (first, last)] == [1, 1]


def test_twenty_events_are_one_read(table: str, proxy: Proxy) -> None:
    for number in range(20):
        factories.person(f"u{number}")
    proxy.seen.clear()
    answered = values("Property.owner", [{"ownerId": f"u{number}"} for number in range(20)])
    assert [user["id"] for user in answered] == [f"u{number}" for number in range(20)]
    assert proxy.seen == ["BatchGetItem"]


def test_a_field_that_reads_nothing_reads_nothing(table: str, proxy: Proxy) -> None:
    assert values("User.email", [{"id": "ada", "name": "Ada", "email": "a@b.c"}] * 20) == ["a@b.c"] * 20
    assert proxy.seen == []


def test_a_bug_is_answered_by_where_to_find_it(table: str) -> None:
    factories.rows(BROKEN_HOME)
    assert refused("Query.property", id="broken") == {
        "type": "InternalError",
        "message": INTERNAL,
        "info": {"correlationId": TRACE},
    }


def test_a_bug_is_logged_once_with_its_cause_under_the_same_id(table: str, logged: Lines) -> None:
    factories.rows(BROKEN_HOME)
    refused("Query.property", id="broken")
    [line] = logged()
    assert (line["level"], line["correlation_id"], line["field"]) == ("ERROR", TRACE, "Query.property")
    assert line["exception_name"] == "TypeError"
    assert "resolvers/properties.py" in line["exception"]


def test_the_answer_to_a_bug_tells_nothing_of_its_cause(table: str) -> None:
    factories.rows(BROKEN_HOME)
    told = json.dumps(refused("Query.property", id="broken"))
    assert not [word for word in ("TypeError", "Traceback", ".py", "address", "Secret", "METADATA") if word in told]


@pytest.mark.parametrize("request_", [None, {}, {"headers": None}, {"headers": {}}])
def test_without_a_trace_a_bug_gets_an_id_of_its_own(table: str, logged: Lines, request_: object) -> None:
    factories.rows(BROKEN_HOME)
    answer = handled(event("Query.property", {"id": "broken"}) | {"request": request_})
    [line] = logged()
    assert answer["err"]["info"] == {"correlationId": line["correlation_id"]}
    assert uuid.UUID(line["correlation_id"]).version == 4


def test_a_busy_table_is_answered_by_try_again(table: str, proxy: Proxy) -> None:
    proxy.fail("Query", error(400, "ThrottlingException"), times=3)
    assert handled(event("Query.property", {"id": "h1"})) == {
        "err": {"type": "TryAgain", "message": "the service is busy: try again in a moment", "info": {}}
    }


def test_a_busy_table_is_one_warning_with_its_cause(table: str, proxy: Proxy, logged: Lines) -> None:
    proxy.fail("Query", reset(), times=3)
    handled(event("Query.property", {"id": "h1"}))
    [line] = logged()
    assert (line["level"], line["correlation_id"], line["field"]) == ("WARNING", TRACE, "Query.property")
    assert line["cause"].startswith("ConnectionClosedError")


def test_a_busy_table_is_not_asked_for_each_item_again(table: str, proxy: Proxy) -> None:
    proxy.fail("BatchGetItem", error(400, "ThrottlingException"), times=3)
    items = batch("Property.owner", [{"ownerId": "ada"}, {"ownerId": "bob"}])
    assert [item["errorType"] for item in items] == ["TryAgain", "TryAgain"]
    assert proxy.seen == ["BatchGetItem"] * 3


def test_a_refusal_is_not_logged(table: str, logged: Lines) -> None:
    refused("Mutation.deleteProperty", id="nowhere", expectedVersion=1)
    assert logged() == []


def test_what_goes_wrong_is_counted_by_name_and_field(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    refused("Mutation.deleteProperty", id="nowhere", expectedVersion=1)
    line = json.loads(capsys.readouterr().out)
    assert (line["PropertyNotFound"], line["field"]) == ([1.0], "Mutation.deleteProperty")


def test_a_field_that_no_row_names_is_an_error_of_the_wiring() -> None:
    with pytest.raises(KeyError, match=r"Query\.nothing"):
        handled(event("Query.nothing", {}))


def test_a_function_that_answers_too_few_never_shifts_the_answers() -> None:
    def one_short(ids: list[ID], /) -> list[ID]:
        return ids[1:]

    field = Field("Property.owner", one_short, SIGNED_IN, batch=Batch(100, by="owner_id"))
    items = handler.many(field, [event("Property.owner", {}, source={"ownerId": id}) for id in ("ada", "bob")])
    assert [item["errorType"] for item in items] == ["InternalError", "InternalError"]


def test_a_table_that_is_missing_fails_a_batch_at_the_first_try(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "no-such-table")
    answers = batch("Property.owner", [{"ownerId": f"user-{n}"} for n in range(20)])
    assert {answer["errorType"] for answer in answers} == {"InternalError"}
    assert proxy.seen == ["BatchGetItem"]


def test_a_batch_that_is_all_bad_is_given_up_after_32_tries(proxy: Proxy) -> None:
    answers = batch("Property.owner", [{} for _ in range(100)])
    assert [answer["errorType"] for answer in answers] == ["InternalError"] * 100
    assert proxy.seen == []
