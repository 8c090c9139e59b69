"""What the terminal shows while the local server starts."""

import os
import pty
from pathlib import Path

import pytest

from local.lifecycle import progress
from local.lifecycle.progress import NpmFailed, StartUp

WAITING_NPM = "#!/bin/sh\nuntil [ -e shown ]; do sleep 0.01; done\n"


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path of a program that is first on PATH as `npm`; the tests write it."""
    path = tmp_path / "bin" / "npm"
    path.parent.mkdir()
    path.touch(0o755)
    monkeypatch.setenv("PATH", f"{path.parent}:{os.environ['PATH']}")
    return path


def test_each_step_of_the_start_is_printed_with_its_own_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([100.0, 102.25, 114.5, 115.0])
    start_up = StartUp(lambda: next(times))
    start_up.finish("engine: DynamoDB Local")
    start_up.finish("table")
    assert capsys.readouterr().out == "engine: DynamoDB Local    2.2 s\ntable                    12.2 s\n"
    assert start_up.seconds == 15


def test_a_terminal_shows_the_renewed_status_of_npm(npm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def show() -> str:
        (tmp_path / "shown").touch()
        return "12 of 57 MB"

    npm.write_text(WAITING_NPM)
    controller, terminal = pty.openpty()
    with os.fdopen(controller, "rb") as screen, os.fdopen(terminal, "w") as stream:
        monkeypatch.setattr("sys.stderr", stream)
        progress.run_npm(["ci"], tmp_path, "fetching", show)
        output = screen.readline().decode()
    assert output.startswith("fetching\r\x1b[Kfetching: 12 of 57 MB")
    assert output.endswith("\r\n")


def test_a_file_gets_one_line_about_npm(npm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    npm.write_text('#!/bin/sh\necho "$@" > arguments\n')
    progress.run_npm(["ci", "--silent"], tmp_path, "fetching", lambda: "12 of 57 MB")
    assert capsys.readouterr().err == "fetching…\n"
    assert (tmp_path / "arguments").read_text() == "ci --silent\n"


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo npm error code EAI_AGAIN >&2; exit 1", "npm's registry is not reachable, so check the network"),
        ("echo no space >&2; exit 1", "no space$"),
        ("exit 3", "npm exited with 3$"),
    ],
)
def test_the_failure_of_npm_has_its_reason(npm: Path, tmp_path: Path, script: str, message: str) -> None:
    npm.write_text(f"#!/bin/sh\n{script}\n")
    with pytest.raises(NpmFailed, match=f"^{message}"):
        progress.run_npm(["ci"], tmp_path, "fetching", lambda: "")


def test_the_size_of_a_folder_counts_all_files_below_it(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a").write_bytes(bytes(1_500_000))
    (tmp_path / "b").write_bytes(bytes(1_500_000))
    assert progress.megabytes(tmp_path) == 3
    assert progress.megabytes(tmp_path / "absent") == 0
