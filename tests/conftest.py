"""Fixtures of all tests: one DynamoDB Local for the run, and a new table in it for each test.

Also selects the tiers of tests to collect; pyproject.toml describes the tiers.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.expression import Expression

from data.dynamodb import table as the_table
from local.dynamodb import engine as dynamodb
from tests import profiles
from tests.local.external_issuer import ExternalIssuer, run_issuer
from tests.proxy import FaultProxy
from tests.shared_processes import SharedProcesses, start

profiles.load()
for variable in ("MAKELEVEL", "MAKEFLAGS", "MFLAGS"):  # of `make test`: tests run make as a user does, not nested
    os.environ.pop(variable, None)

TESTS_FOLDER = Path(__file__).parent
TIER_BY_FOLDER = {"browser": "node", "clients": "node", "infra": "cloud"}  # all tests of the folder have this tier
SHARED = pytest.StashKey[SharedProcesses]()


def pytest_configure(config: pytest.Config) -> None:
    """Starts the shared processes of this run, or, in a worker process, uses those of the controller."""
    if worker := getattr(config, "workerinput", None):
        config.stash[SHARED] = SharedProcesses(Path(worker["folder"]), worker["port"])
    elif not config.option.collectonly:
        stack = ExitStack()
        config.add_cleanup(stack.close)
        config.stash[SHARED] = stack.enter_context(start())


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Passes the shared processes to a worker process of pytest-xdist."""
    shared_processes = node.config.stash[SHARED]
    node.workerinput |= {"folder": str(shared_processes.folder), "port": shared_processes.port}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Ignores a folder whose tier `-m` does not select: importing its tests takes seconds (`aws_cdk`)."""
    tier = folder_tier(collection_path)
    selection = Expression.compile(config.option.markexpr or "not none")
    return True if tier and not selection.evaluate(lambda name, /, **_: name == tier) else None


def pytest_itemcollected(item: pytest.Item) -> None:
    """Marks a test with the tier of its folder."""
    if tier := folder_tier(item.path):
        item.add_marker(tier)


def folder_tier(path: Path) -> str | None:
    """Returns the tier of the folder that contains a path, or None."""
    return (
        TIER_BY_FOLDER.get(path.relative_to(TESTS_FOLDER).parts[0])
        if path.is_relative_to(TESTS_FOLDER) and path != TESTS_FOLDER
        else None
    )


pytest_plugins = ["tests.returned_errors"]


@pytest.fixture(scope="session")
def shared_processes(pytestconfig: pytest.Config) -> SharedProcesses:
    """The processes that this run shares."""
    return pytestconfig.stash[SHARED]


@pytest.fixture(scope="session")
def engine(shared_processes: SharedProcesses) -> str:
    """The address of the DynamoDB Local that this run shares."""
    return shared_processes.engine


@pytest.fixture
def has_stream() -> bool:
    """True if the test's table has a stream. False by default: each stream slows down the engine for all tests."""
    return False


@pytest.fixture
def table(engine: str, has_stream: bool, monkeypatch: pytest.MonkeyPatch) -> str:
    """Creates an empty table that `data.dynamodb.table` uses, and returns its name."""
    name = f"homes-{uuid.uuid4()}"
    dynamodb.create_table(engine, name, has_stream)
    for variable, value in dynamodb.environment(engine, name).items():
        monkeypatch.setenv(variable, value)
    return name


@pytest.fixture
def proxy(table: str, engine: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultProxy]:
    """A proxy between `data.dynamodb.table` and the engine, which can inject faults."""
    with FaultProxy(engine) as fault_proxy:
        reset_client()
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", fault_proxy.url)
        yield fault_proxy
        reset_client()


def reset_client() -> None:
    """Closes the client of `data.dynamodb.table`; its next use creates a client from the environment."""
    if the_table.client.cache_info().currsize:
        the_table.client().close()
        the_table.client.cache_clear()


@pytest.fixture(scope="session")
def running_issuers() -> Iterator[list[ExternalIssuer]]:
    """Three token issuers, shared by all tests: starting one takes longer than most tests."""
    with ExitStack() as stack:
        yield [stack.enter_context(run_issuer()) for _ in range(3)]


@pytest.fixture
def issuers(running_issuers: list[ExternalIssuer]) -> list[ExternalIssuer]:
    """The three token issuers, reset."""
    for issuer in running_issuers:
        issuer.reset()
    return running_issuers
