"""The scans report their findings, and a scan that could not run is never reported as clean."""

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from infra import scan
from infra.scan import ScanResult, ScanState
from local.paths import ROOT

REQUIREMENT = f"six==1.17.0 --hash=sha256:{'0' * 64}\n"
VULNERABILITY = {"id": "PYSEC-1", "summary": "a hole", "affected": [], "references": []}
ADVISORY = {
    "id": 1,
    "url": "https://example.com/1",
    "title": "a hole",
    "severity": "high",
    "vulnerable_versions": "<2.0.0",
    "cwe": [],
    "cvss": {"score": 9, "vectorString": None},
}


class VulnerabilityService:
    """A local vulnerability service that sends the same response to every request."""

    def __init__(self) -> None:
        self.status, self.body = 200, b"{}"
        self.paths: list[str] = []

    def respond_with(self, response: Any, status: int = 200) -> None:
        self.status, self.body = status, json.dumps(response).encode()


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[VulnerabilityService]:
    vulnerability_service = VulnerabilityService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            vulnerability_service.paths.append(self.path)
            self.send_response(vulnerability_service.status)
            self.send_header("content-length", str(len(vulnerability_service.body)))
            self.end_headers()
            self.wfile.write(vulnerability_service.body)

        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        for name, value in {"PIP_AUDIT_OSV_URL": url, "npm_config_registry": url, "NO_PROXY": "127.0.0.1"}.items():
            monkeypatch.setenv(name, value)
        yield vulnerability_service
        server.shutdown()


@pytest.fixture(scope="module")
def tools() -> Path:
    ready = ROOT / ".cache" / "scan" / ".ready"
    subprocess.run(["make", "-s", str(ready.relative_to(ROOT))], cwd=ROOT, check=True, capture_output=True, timeout=600)
    return ready.parent / "bin"


@pytest.fixture
def requirements_file(tmp_path: Path, tools: Path) -> Path:
    file = tmp_path / "requirements.txt"
    file.write_text(REQUIREMENT)
    return file


@pytest.fixture
def npm_folder(tmp_path: Path) -> Path:
    """A folder with a lock file of an npm package that has one dependency."""
    dependency = {"node_modules/left-pad": {"version": "1.3.0"}}
    root = {"": {"name": "a", "version": "1.0.0", "dependencies": {"left-pad": "1.3.0"}}}
    lock = {"name": "a", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": root | dependency}
    (tmp_path / "package-lock.json").write_text(json.dumps(lock))
    (tmp_path / "package.json").write_text(json.dumps(root[""]))
    return tmp_path


def test_python_packages_without_vulnerabilities_are_clean(
    service: VulnerabilityService, requirements_file: Path
) -> None:
    assert scan.audit_python(requirements_file) == ScanResult(ScanState.CLEAN, "")
    assert service.paths == ["/"]


def test_a_python_package_with_a_vulnerability_is_reported(
    service: VulnerabilityService, requirements_file: Path
) -> None:
    service.respond_with({"vulns": [VULNERABILITY]})
    assert scan.audit_python(requirements_file) == ScanResult(
        ScanState.FINDINGS, "requirements.txt: six 1.17.0: PYSEC-1"
    )


def test_without_the_service_python_packages_are_not_scanned(
    service: VulnerabilityService, requirements_file: Path
) -> None:
    service.respond_with({}, status=503)
    assert scan.audit_python(requirements_file).state is ScanState.NOT_RUN


def test_npm_packages_without_vulnerabilities_are_clean(service: VulnerabilityService, npm_folder: Path) -> None:
    assert scan.audit_node(npm_folder) == ScanResult(ScanState.CLEAN, "")
    assert service.paths == ["/-/npm/v1/security/advisories/bulk"]


def test_an_npm_package_with_a_vulnerability_is_reported(service: VulnerabilityService, npm_folder: Path) -> None:
    service.respond_with({"left-pad": [ADVISORY]})
    assert scan.audit_node(npm_folder) == ScanResult(ScanState.FINDINGS, f"{npm_folder.name}: left-pad: high")


def test_without_the_audit_endpoint_npm_packages_are_not_scanned(
    service: VulnerabilityService, npm_folder: Path
) -> None:
    service.respond_with({}, status=405)
    state, text = scan.audit_node(npm_folder)
    assert (state, text.startswith(f"{npm_folder.name}: 405 Method Not Allowed")) == (ScanState.NOT_RUN, True)


@pytest.fixture
def repository(tmp_path: Path, tools: Path) -> Path:
    """A git repository with a key in an untracked file, and one in an ignored file."""
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True, timeout=60)
    (tmp_path / ".gitignore").write_text("ignored.py\n")
    for name in ("settings.py", "ignored.py"):
        (tmp_path / name).write_text("KEY = '" + "AKIA" + "Q" * 12 + "4321'\n")
    return tmp_path


def test_a_secret_in_an_untracked_file_is_reported(repository: Path) -> None:
    state, text = scan.secrets(repository)
    assert (state, text.splitlines()) == (
        ScanState.FINDINGS,
        ["settings.py:1: AWS Access Key: remove it, or mark it in .secrets.baseline as no secret"],
    )


@pytest.mark.parametrize(
    ("audit", "count"),
    [({}, 1), ({"is_secret": False}, 0), ({"is_secret": True}, 1), ({"is_secret": False, "hashed_secret": "b"}, 1)],
)
def test_only_false_positives_of_the_baseline_are_ignored(audit: dict[str, Any], count: int) -> None:
    results = {"a.py": [{"type": "Secret", "line_number": 3, "hashed_secret": "a"}]}
    assert len(scan.unaudited_secrets(results, {"a.py": [{"hashed_secret": "a"} | audit]})) == count
    assert len(scan.unaudited_secrets(results, {"b.py": [{"hashed_secret": "a"} | audit]})) == 1


def test_the_baseline_contains_only_audited_false_positives() -> None:
    results = json.loads(scan.BASELINE.read_text())["results"]
    assert {secret["is_secret"] for secrets in results.values() for secret in secrets} == {False}


@pytest.mark.parametrize(
    ("state", "require_all", "code"),
    [
        (ScanState.CLEAN, False, 0),
        (ScanState.CLEAN, True, 0),
        (ScanState.FINDINGS, False, 1),
        (ScanState.FINDINGS, True, 1),
        (ScanState.NOT_RUN, False, 0),
        (ScanState.NOT_RUN, True, 1),
    ],
)
def test_findings_fail_and_with_all_scans_that_did_not_run(state: ScanState, require_all: bool, code: int) -> None:
    assert (
        scan.main(
            {"one": lambda: ScanResult(ScanState.CLEAN, ""), "two": lambda: ScanResult(state, "why")}, require_all
        )
        == code
    )


def test_a_scan_that_did_not_run_names_the_workflow_that_runs_it(capsys: pytest.CaptureFixture[str]) -> None:
    scan.main({"npm audit": lambda: ScanResult(ScanState.NOT_RUN, "no answer")})
    assert capsys.readouterr().out.splitlines() == [
        "npm audit: NOT RUN here: it runs in .github/workflows/deploy.yml, before anything is deployed",
        "no answer",
    ]


def test_findings_take_precedence_over_scans_that_did_not_run() -> None:
    results = [
        ScanResult(ScanState.CLEAN, ""),
        ScanResult(ScanState.NOT_RUN, "b"),
        ScanResult(ScanState.FINDINGS, "c"),
    ]
    assert scan.combine(results) == ScanResult(ScanState.FINDINGS, "c")
    assert scan.combine(results[:2]) == ScanResult(ScanState.NOT_RUN, "b")


def test_no_results_count_as_not_run() -> None:
    assert scan.combine([]).state is ScanState.NOT_RUN


def test_a_tool_that_is_not_installed_is_a_finding() -> None:
    assert scan.expect_zero_exit("no-such-tool") == ScanResult(ScanState.FINDINGS, "no-such-tool is not installed")


def test_all_files_with_hashes_are_scanned() -> None:
    files = {str(file.relative_to(ROOT)) for file in scan.hashed_requirements()}
    assert files >= {"requirements/all.txt", "infra/layer.txt", "infra/tools/scan.txt", "infra/tools/checkov.txt"}
