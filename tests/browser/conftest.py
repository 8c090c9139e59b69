"""What the tests in a browser stand on: one Chromium and one desk, with homes in it, for all of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser import chromium
from tests.browser.chromium import Chromium, Page
from tests.local import dataset
from tests.local import server_fixture as desks
from tests.local.server_fixture import Desk
from tests.shared_processes import Shared

Opens = Callable[..., Page]


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    if chromium.PATH is None:
        pytest.skip("there is no chromium")
    with chromium.running(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture(scope="session")
def a_desk(browser: Chromium, shared: Shared) -> Iterator[Desk]:
    with desks.running(shared) as running:
        running.put(dataset.items())
        yield running


@pytest.fixture
def desk(a_desk: Desk) -> Desk:
    a_desk.forget()
    return a_desk


@pytest.fixture
def opened(browser: Chromium, desk: Desk, tmp_path: Path) -> Iterator[Opens]:
    """Opens a path of the desk in a tab of its own, 1280 or so many pixels wide. None of them may complain."""
    pages = []

    def opens(path: str, width: int = 1280) -> Page:
        page = browser.page(width)
        page.open(desk.url + path)
        pages.append(page)
        return page

    yield opens
    for number, page in enumerate(pages):
        page.picture(tmp_path / f"{number}.png")
        assert page.complaints() == []
        page.close()
