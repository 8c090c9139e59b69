"""What the tests of the cloud stand on: a folder of templates, which the processes of the run share."""

import pytest

from tests.infra import templates as synthesised
from tests.shared_processes import Shared


@pytest.fixture(scope="session", autouse=True)
def templates(shared: Shared) -> None:
    synthesised.folder = shared.folder
