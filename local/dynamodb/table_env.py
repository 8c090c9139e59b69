"""The table on which the command-line tools operate."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from data.dynamodb import table as the_table
from local import running_server, settings
from local.dynamodb import engine

NO_TABLE = "no server listens on port {port}: start one (`make run`), set PORT to its port, or set DATA to a folder"


class NoTable(Exception):
    """The environment does not lead to a table."""


@contextmanager
def connect_table(create: bool = True) -> Iterator[None]:
    """Connects data.dynamodb to the table in the folder DATA, at DYNAMODB_ENDPOINT, or of the local server at PORT.

    With DATA, an engine runs until the context ends. Creates the table in DATA or at DYNAMODB_ENDPOINT if it does not
    exist, unless `create` is False. Raises InvalidSetting; NoTable if DATA has no database and none may be created, or
    if no local server responds at PORT.
    """
    connect = ensure_table if create else use_table
    if data := settings.data_folder():
        if not create and not any(data.glob("*.db")):
            raise NoTable(f"the folder {data} has no table: set DATA to a folder of `make run` or `make load`")
        with engine.engine(data) as endpoint:
            connect(endpoint)
            yield
    elif endpoint := os.environ.get("DYNAMODB_ENDPOINT", ""):
        connect(endpoint)
        yield
    else:
        os.environ.update(from_running_server(settings.port()))
        yield


def ensure_table(endpoint: str) -> dict[str, str]:
    """Creates the table in an engine if it does not exist. Sets and returns the environment that leads to it."""
    engine.create_table(endpoint, the_table.table_name())
    return use_table(endpoint)


def use_table(endpoint: str) -> dict[str, str]:
    """Sets and returns the environment that leads to the table in an engine."""
    environment = engine.environment(endpoint, the_table.table_name())
    os.environ.update(environment)
    return environment


def from_running_server(port: int) -> dict[str, str]:
    """Returns the environment that leads to the table of a running local server. Raises NoTable."""
    try:
        url, access_key, table = running_server.request_members(port, "/info", ("dynamodb", "accessKeyId", "table"))
    except running_server.NoServer as error:
        raise NoTable(NO_TABLE.format(port=port)) from error
    except running_server.ServerError as error:
        raise NoTable(str(error)) from error
    return engine.environment(engine.with_access_key(url, access_key), table)
