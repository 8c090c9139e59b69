"""What is published and followed: AppSync answers it by itself; a function asked all the same says nothing else."""

from typing import Any

import pytest

from tests.resolvers.events import IAM, event, handled

CHANGE: dict[str, Any] = {
    "propertyId": "h1",
    "kind": "PRICE_CHANGED",
    "version": 2,
    "at": "2026-01-01T00:00:00.000Z",
    "address": "1 Elm Street",
    "price": 5.5,
    "status": "ACTIVE",
    "changes": [{"field": "price", "before": "100", "after": "5.5"}],
}
IN_A_ZIP: dict[str, Any] = {
    "zipCode": "94110",
    "propertyId": "h1",
    "kind": "DELETED",
    "version": 3,
    "at": "2026-01-01T00:00:00.000Z",
    "listed": False,
    "listing": None,
}


@pytest.mark.parametrize(
    ("path", "change"), [("Mutation.publishPropertyChange", CHANGE), ("Mutation.publishZipChange", IN_A_ZIP)]
)
def test_what_is_published_is_answered_as_it_came(path: str, change: dict[str, Any]) -> None:
    assert handled(event(path, {"input": change}, IAM)) == {"ok": change}


@pytest.mark.parametrize(
    ("path", "asked"),
    [("Subscription.onPropertyChange", {"propertyId": "h1"}), ("Subscription.onZipChange", {"zipCode": "94110"})],
)
def test_a_subscription_begins_with_nothing(path: str, asked: dict[str, Any]) -> None:
    assert handled(event(path, asked)) == {"ok": None}
