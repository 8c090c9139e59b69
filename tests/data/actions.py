"""Steps: what is done."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from data import properties
from data.dynamodb import table
from data.records import Property
from tests.data import factories

A = TypeVar("A")


def changed(home: Property, **changes: Any) -> Property:
    """The home after its owner changed it, seeing it as `home`."""
    return properties.update(home, changes, home.version, factories.ADA)


def all_at_the_same_time(*acts: Callable[[], A]) -> list[A | Exception]:
    """What each act answers or raises, in their order; each in a thread of its own, all begun together."""
    table.client()
    start = Barrier(len(acts))

    def begun(act: Callable[[], A]) -> A | Exception:
        start.wait()
        try:
            return act()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(begun, acts))
