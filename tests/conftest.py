"""What the tests stand on: one DynamoDB Local for the whole run, and for each test a table of its own in it.

Here too is which tiers of tests are collected: pyproject.toml says what each of them is.
"""

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
from tests.local.external_issuer import Elsewhere, elsewhere
from tests.proxy import Proxy
from tests.shared_processes import Shared, started

profiles.load()

HERE = Path(__file__).parent
FOLDERS = {"browser": "node", "clients": "node", "infra": "cloud"}  # whose tests are all of one tier
SHARED = pytest.StashKey[Shared]()


def pytest_configure(config: pytest.Config) -> None:
    """Starts what the processes of this run share, or takes it from the process that did."""
    if worker := getattr(config, "workerinput", None):
        config.stash[SHARED] = Shared(Path(worker["folder"]), worker["port"])
    elif not config.option.collectonly:
        stack = ExitStack()
        config.add_cleanup(stack.close)
        config.stash[SHARED] = stack.enter_context(started())


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tells a process of pytest-xdist what it shares with the others."""
    mine = node.config.stash[SHARED]
    node.workerinput |= {"folder": str(mine.folder), "port": mine.port}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Passes over a folder whose tier `-m` does not select: importing its tests alone takes seconds (`aws_cdk`)."""
    tier = tier_of(collection_path)
    selection = Expression.compile(config.option.markexpr or "not none")
    return True if tier and not selection.evaluate(lambda name, /, **_: name == tier) else None


def pytest_itemcollected(item: pytest.Item) -> None:
    """Marks the tests of such a folder."""
    if tier := tier_of(item.path):
        item.add_marker(tier)


def tier_of(path: Path) -> str | None:
    """The tier of all tests of the folder that a path is, or is in."""
    return FOLDERS.get(path.relative_to(HERE).parts[0]) if path.is_relative_to(HERE) and path != HERE else None


pytest_plugins = ["tests.returned_errors"]


@pytest.fixture(scope="session")
def shared(pytestconfig: pytest.Config) -> Shared:
    """What the processes of this run share."""
    return pytestconfig.stash[SHARED]


@pytest.fixture(scope="session")
def engine(shared: Shared) -> str:
    """The address of the DynamoDB that the tests of this run share."""
    return shared.engine


@pytest.fixture
def streamed() -> bool:
    """Whether the test's table has a stream: true only where that is read, for each slows down the engine for all."""
    return False


@pytest.fixture
def table(engine: str, streamed: bool, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a new, empty table, which is the one that `data.dynamodb.table` now speaks to."""
    name = f"homes-{uuid.uuid4()}"
    dynamodb.make_table(engine, name, streamed)
    for variable, value in dynamodb.environment(engine, name).items():
        monkeypatch.setenv(variable, value)
    return name


@pytest.fixture
def proxy(table: str, engine: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """What now stands between `data.dynamodb.table` and the engine, and can make trouble there."""
    with Proxy(engine) as between:
        forget_the_client()
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", between.url)
        yield between
        forget_the_client()


def forget_the_client() -> None:
    """The next use of `data.dynamodb.table` makes its client anew, from what the environment says then."""
    if the_table.client.cache_info().currsize:
        the_table.client().close()
        the_table.client.cache_clear()


@pytest.fixture(scope="session")
def running_issuers() -> Iterator[list[Elsewhere]]:
    """Three token issuers, as many as a test needs at once: each takes longer to start than most tests take."""
    with ExitStack() as stack:
        yield [stack.enter_context(elsewhere()) for _ in range(3)]


@pytest.fixture
def issuers(running_issuers: list[Elsewhere]) -> list[Elsewhere]:
    """They, as if they were new."""
    for issuer in running_issuers:
        issuer.reset()
    return running_issuers
