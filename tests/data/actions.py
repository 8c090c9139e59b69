"""Actions of the tests."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from data import properties
from data.dynamodb import table
from data.records import Property
from tests.data import factories

A = TypeVar("A")


def change_property(property_: Property, **changes: Any) -> Property:
    """Updates a property as its owner, based on this version, and returns the next version."""
    return properties.update(property_, changes, property_.version, factories.ADA)


def run_concurrently(*functions: Callable[[], A]) -> list[A | Exception]:
    """Starts all functions at the same time, each in its own thread; returns their results or exceptions in order."""
    table.client()
    barrier = Barrier(len(functions))

    def call(function: Callable[[], A]) -> A | Exception:
        barrier.wait()
        try:
            return function()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(functions)) as threads:
        return list(threads.map(call, functions))
