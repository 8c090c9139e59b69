"""The table on which the command-line tools operate."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

from data.dynamodb import table as the_table
from local import tls
from local.dynamodb import engine

NO_TABLE = "no server listens on port {port}: start one (`make run`), set PORT to its port, or set DATA to a folder"


class NoTable(Exception):
    """The environment does not lead to a table."""


@contextmanager
def connect_table() -> Iterator[None]:
    """Connects data.dynamodb to the table in the folder DATA, at DYNAMODB_ENDPOINT, or of the local server at PORT.

    With DATA, an engine runs until the context ends. Raises NoTable if no local server responds at PORT.
    """
    if data := os.environ.get("DATA"):
        with engine.engine(Path(data)) as endpoint:
            ensure_table(endpoint)
            yield
    elif endpoint := os.environ.get("DYNAMODB_ENDPOINT", ""):
        ensure_table(endpoint)
        yield
    else:
        os.environ.update(from_running_server(os.environ.get("PORT") or "8000"))
        yield


def ensure_table(endpoint: str) -> dict[str, str]:
    """Creates the table in an engine if it does not exist. Sets and returns the environment that leads to it."""
    name = the_table.table_name()
    engine.create_table(endpoint, name)
    environment = engine.environment(endpoint, name)
    os.environ.update(environment)
    return environment


def from_running_server(port: str) -> dict[str, str]:
    """Returns the environment that leads to the table of a running local server. Raises NoTable."""
    try:
        with tls.opener().open(f"{tls.base_url(port)}/info", timeout=10) as answer:
            info = json.load(answer)
        return engine.environment(info["dynamodb"], info["table"])
    except (OSError, OverflowError, HTTPException, ValueError, KeyError, TypeError) as error:
        raise NoTable(NO_TABLE.format(port=port)) from error
