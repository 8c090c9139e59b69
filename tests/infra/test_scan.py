"""The scans find what is there, and one that could not run is never taken for one that found nothing."""

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from infra import scan
from infra.scan import Outcome, State
from local.paths import ROOT

PINNED = f"six==1.17.0 --hash=sha256:{'0' * 64}\n"
HOLE = {"id": "PYSEC-1", "summary": "a hole", "affected": [], "references": []}
ADVISORY = {
    "id": 1,
    "url": "https://example.com/1",
    "title": "a hole",
    "severity": "high",
    "vulnerable_versions": "<2.0.0",
    "cwe": [],
    "cvss": {"score": 9, "vectorString": None},
}


class Service:
    """Where vulnerabilities are asked for: a server of the test's own, which answers every question alike."""

    def __init__(self) -> None:
        self.status, self.answer = 200, b"{}"
        self.asked: list[str] = []

    def answers(self, told: Any, status: int = 200) -> None:
        self.status, self.answer = status, json.dumps(told).encode()


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    answers = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            answers.asked.append(self.path)
            self.send_response(answers.status)
            self.send_header("content-length", str(len(answers.answer)))
            self.end_headers()
            self.wfile.write(answers.answer)

        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        for name, value in {"PIP_AUDIT_OSV_URL": url, "npm_config_registry": url, "NO_PROXY": "127.0.0.1"}.items():
            monkeypatch.setenv(name, value)
        yield answers
        server.shutdown()


@pytest.fixture(scope="module")
def tools() -> Path:
    ready = ROOT / ".cache" / "scan" / ".ready"
    subprocess.run(["make", "-s", str(ready.relative_to(ROOT))], cwd=ROOT, check=True, capture_output=True, timeout=600)
    return ready.parent / "bin"


@pytest.fixture
def pinned(tmp_path: Path, tools: Path) -> Path:
    file = tmp_path / "requirements.txt"
    file.write_text(PINNED)
    return file


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """A package of npm's with one other that it needs."""
    needed = {"node_modules/left-pad": {"version": "1.3.0"}}
    root = {"": {"name": "a", "version": "1.0.0", "dependencies": {"left-pad": "1.3.0"}}}
    lock = {"name": "a", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": root | needed}
    (tmp_path / "package-lock.json").write_text(json.dumps(lock))
    (tmp_path / "package.json").write_text(json.dumps(root[""]))
    return tmp_path


def test_python_packages_without_known_holes_are_clean(service: Service, pinned: Path) -> None:
    assert scan.of_python(pinned) == Outcome(State.CLEAN, "")
    assert service.asked == ["/"]


def test_a_python_package_with_a_known_hole_is_found(service: Service, pinned: Path) -> None:
    service.answers({"vulns": [HOLE]})
    assert scan.of_python(pinned) == Outcome(State.FOUND, "requirements.txt: six 1.17.0: PYSEC-1")


def test_without_the_service_python_packages_are_not_scanned(service: Service, pinned: Path) -> None:
    service.answers({}, status=503)
    assert scan.of_python(pinned).state is State.NOT_RUN


def test_npms_packages_without_known_holes_are_clean(service: Service, locked: Path) -> None:
    assert scan.of_node(locked) == Outcome(State.CLEAN, "")
    assert service.asked == ["/-/npm/v1/security/advisories/bulk"]


def test_a_package_of_npms_with_a_known_hole_is_found(service: Service, locked: Path) -> None:
    service.answers({"left-pad": [ADVISORY]})
    assert scan.of_node(locked) == Outcome(State.FOUND, f"{locked.name}: left-pad: high")


def test_a_registry_that_tells_of_no_holes_is_no_scan(service: Service, locked: Path) -> None:
    service.answers({}, status=405)
    state, text = scan.of_node(locked)
    assert (state, text.startswith(f"{locked.name}: 405 Method Not Allowed")) == (State.NOT_RUN, True)


@pytest.fixture
def repository(tmp_path: Path, tools: Path) -> Path:
    """A repository of git's with a key in a file that is not yet tracked, and one in a file that is ignored."""
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True, timeout=60)
    (tmp_path / ".gitignore").write_text("ignored.py\n")
    for name in ("settings.py", "ignored.py"):
        (tmp_path / name).write_text("KEY = '" + "AKIA" + "Q" * 12 + "4321'\n")
    return tmp_path


def test_a_secret_is_found_before_it_is_tracked(repository: Path) -> None:
    state, text = scan.secrets(repository)
    assert (state, text.splitlines()) == (
        State.FOUND,
        ["settings.py:1: AWS Access Key: take it out, or say in .secrets.baseline that it is none"],
    )


@pytest.mark.parametrize(
    ("known", "found"),
    [({}, 1), ({"is_secret": False}, 0), ({"is_secret": True}, 1), ({"is_secret": False, "hashed_secret": "b"}, 1)],
)
def test_only_what_the_baseline_says_is_none_is_passed_over(known: dict[str, Any], found: int) -> None:
    seen = {"a.py": [{"type": "Secret", "line_number": 3, "hashed_secret": "a"}]}
    assert len(scan.suspicious(seen, {"a.py": [{"hashed_secret": "a"} | known]})) == found
    assert len(scan.suspicious(seen, {"b.py": [{"hashed_secret": "a"} | known]})) == 1


def test_somebody_has_looked_at_all_that_the_baseline_holds() -> None:
    held = json.loads(scan.BASELINE.read_text())["results"]
    assert {one["is_secret"] for ones in held.values() for one in ones} == {False}


@pytest.mark.parametrize(
    ("state", "all", "code"),
    [
        (State.CLEAN, False, 0),
        (State.CLEAN, True, 0),
        (State.FOUND, False, 1),
        (State.FOUND, True, 1),
        (State.NOT_RUN, False, 0),
        (State.NOT_RUN, True, 1),
    ],
)
def test_what_is_found_fails_and_where_all_must_run_what_did_not(state: State, all: bool, code: int) -> None:
    assert scan.main({"one": lambda: Outcome(State.CLEAN, ""), "two": lambda: Outcome(state, "why")}, all) == code


def test_that_a_scan_did_not_run_is_told_with_where_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    scan.main({"npm audit": lambda: Outcome(State.NOT_RUN, "no answer")})
    assert capsys.readouterr().out.splitlines() == [
        "npm audit: NOT RUN here: it runs in .github/workflows/deploy.yml, before anything is deployed",
        "no answer",
    ]


def test_a_finding_outweighs_what_did_not_run() -> None:
    outcomes = [Outcome(State.CLEAN, ""), Outcome(State.NOT_RUN, "b"), Outcome(State.FOUND, "c")]
    assert scan.worst(outcomes) == Outcome(State.FOUND, "c")
    assert scan.worst(outcomes[:2]) == Outcome(State.NOT_RUN, "b")


def test_to_have_looked_at_nothing_is_not_to_have_found_nothing() -> None:
    assert scan.worst([]).state is State.NOT_RUN


def test_a_tool_that_is_not_there_is_no_clean_scan() -> None:
    assert scan.strict("no-such-tool") == Outcome(State.FOUND, "no-such-tool is not installed")


def test_all_that_is_pinned_is_scanned() -> None:
    files = {str(file.relative_to(ROOT)) for file in scan.pinned()}
    assert files >= {"requirements.txt", "infra/layer.txt", "infra/tools/scan.txt", "infra/tools/checkov.txt"}
