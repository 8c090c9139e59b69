"""Fixtures of the browser tests: one Chromium, and one local server with properties."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.ui import graphiql, swagger
from tests.browser import chromium
from tests.browser.chromium import Chromium, Page
from tests.local import dataset, server_fixture
from tests.local.server_fixture import LocalServer
from tests.shared_processes import SharedProcesses

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    if chromium.PATH is None:
        pytest.skip("chromium is not installed")
    with chromium.running(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture(scope="session")
def page_packages() -> None:
    """Installs the npm packages of the pages, as `make run` does."""
    for folder in (graphiql.FOLDER, swagger.FOLDER):
        graphiql.assets(folder)


@pytest.fixture(scope="session")
def running_server(browser: Chromium, page_packages: None, shared_processes: SharedProcesses) -> Iterator[LocalServer]:
    with server_fixture.run_server(shared_processes) as running:
        running.put_items(dataset.table_items())
        yield running


@pytest.fixture
def browsed_server(running_server: LocalServer) -> LocalServer:
    running_server.clear_cache()
    return running_server


@pytest.fixture
def open_page(browser: Chromium, browsed_server: LocalServer, tmp_path: Path) -> Iterator[OpenPage]:
    """A function that opens a path of the server in a new tab, 1280 or `width` pixels wide.

    At the end it writes a screenshot of each tab and asserts that its console has no errors and no warnings.
    """
    pages = []

    def open_path(path: str, width: int = 1280) -> Page:
        page = browser.page(width)
        page.open(browsed_server.url + path)
        pages.append(page)
        return page

    yield open_path
    for number, page in enumerate(pages):
        page.picture(tmp_path / f"{number}.png")
        assert page.complaints() == []
        page.close()
