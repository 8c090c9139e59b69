"""Which table the tools beside the desk work on."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from local import dynamodb

TABLE = "homes"
NO_TABLE = "no table: say DATA=folder, or PORT of a running desk (`make run`); no desk answers at port {port}"


class NoTable(Exception):
    """Nothing that the environment names leads to a table."""


@contextmanager
def table() -> Iterator[None]:
    """Leads data/table.py to the table in the folder DATA, in the engine at DYNAMODB_ENDPOINT, or of the desk at PORT.

    For DATA an engine runs as long as this does. Raises NoTable where none of them is there.
    """
    if data := os.environ.get("DATA"):
        with dynamodb.engine(Path(data)) as endpoint:
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
    dynamodb.make_table(endpoint, TABLE)
    environment = dynamodb.environment(endpoint, TABLE)
    os.environ.update(environment)
    return environment


def of_desk(port: str) -> dict[str, str]:
    """The environment that leads to the table of a running desk."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/desk", timeout=10) as answer:
            told = json.load(answer)
        return dynamodb.environment(told["dynamodb"], told["table"])
    except (URLError, OSError, ValueError, KeyError) as error:
        raise NoTable(NO_TABLE.format(port=port)) from error
