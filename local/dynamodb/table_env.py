"""Which table the tools beside the desk work on."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

from data.dynamodb import table as the_table
from local import tls
from local.dynamodb import engine

NO_TABLE = "no desk answers at port {port}: start one (`make run`), set PORT to that of one, or DATA to a folder"


class NoTable(Exception):
    """Nothing that the environment names leads to a table."""


@contextmanager
def table() -> Iterator[None]:
    """Points data.dynamodb at the table in the folder DATA, at DYNAMODB_ENDPOINT, or of the local server at PORT.

    For DATA an engine runs as long as this does. Raises NoTable where none of them is there.
    """
    if data := os.environ.get("DATA"):
        with engine.engine(Path(data)) as endpoint:
            prepared(endpoint)
            yield
    elif endpoint := os.environ.get("DYNAMODB_ENDPOINT", ""):
        prepared(endpoint)
        yield
    else:
        os.environ.update(of_desk(os.environ.get("PORT") or "8000"))
        yield


def prepared(endpoint: str) -> dict[str, str]:
    """What leads to the table in an engine, made where it is not there: set in this process's environment as well."""
    name = the_table.name()
    engine.make_table(endpoint, name)
    environment = engine.environment(endpoint, name)
    os.environ.update(environment)
    return environment


def of_desk(port: str) -> dict[str, str]:
    """The environment that leads to the table of a running desk."""
    try:
        with tls.opener().open(f"{tls.address(port)}/desk", timeout=10) as answer:
            told = json.load(answer)
        return engine.environment(told["dynamodb"], told["table"])
    except (OSError, OverflowError, HTTPException, ValueError, KeyError, TypeError) as error:
        raise NoTable(NO_TABLE.format(port=port)) from error
