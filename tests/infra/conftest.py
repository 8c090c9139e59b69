"""The folder with the synthesized templates, which all processes of a test run share."""

import pytest

from tests.infra import templates as synthesised
from tests.shared_processes import SharedProcesses


@pytest.fixture(scope="session", autouse=True)
def templates(shared_processes: SharedProcesses) -> None:
    synthesised.shared_folder = shared_processes.folder
