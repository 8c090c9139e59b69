"""`make scan`: the security scans before a deployment, of our code, its dependencies and the templates.

A scan whose service cannot be reached is reported as NOT RUN; with ALL=1, as in the deployment workflow, that fails.
Exits with 0 if there are no findings, else with 1.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from infra.build.package import ROOT
from infra.stages import STAGES

TOOLS_BIN = ROOT / ".cache" / "scan" / "bin"
CHECKOV = ROOT / ".cache" / "checkov" / "bin" / "checkov"
PYTHON_BIN = Path(sys.executable).parent
BASELINE = ROOT / ".secrets.baseline"
PACKAGES = ("data", "resolvers", "local", "schema_diff", "conformance", "infra", "tools")
IGNORED_LINT_RULES = "W3005"  # CDK adds DependsOn to references that imply it
FILES_WITH_HASHES = r"(package-lock\.json|(requirements|infra/tools)/.*\.txt|infra/layer\.txt|\.secrets\.baseline)$"
RUNS_IN_CI = "it runs in .github/workflows/deploy.yml, before anything is deployed"
TIMEOUT_SECONDS = 600


class ScanState(Enum):
    CLEAN = "clean"
    FINDINGS = "FOUND"
    NOT_RUN = "NOT RUN"


class ScanResult(NamedTuple):
    """The state of a scan, and its findings or the reason why it did not run."""

    state: ScanState
    text: str


def run(*command: str | Path, folder: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    """Runs a tool; exit status 127 if it is not installed, 124 after a timeout."""
    arguments = [str(argument) for argument in command]
    environment = {**os.environ, "LOG_LEVEL": "ERROR"}  # else checkov logs each optional module
    try:
        return subprocess.run(
            arguments, cwd=folder, env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except FileNotFoundError:
        return subprocess.CompletedProcess(arguments, 127, "", f"{arguments[0]} is not installed")
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(arguments, 124, "", f"{arguments[0]} took more than {TIMEOUT_SECONDS} s")


def expect_zero_exit(*command: str | Path) -> ScanResult:
    """Runs a tool that exits 0 if it finds nothing."""
    process = run(*command)
    if process.returncode == 0:
        return ScanResult(ScanState.CLEAN, "")
    return ScanResult(ScanState.FINDINGS, (process.stdout + process.stderr).strip())


def bandit() -> ScanResult:
    return expect_zero_exit(TOOLS_BIN / "bandit", "--quiet", "--configfile", "pyproject.toml", "--recursive", *PACKAGES)


def secrets(folder: Path = ROOT) -> ScanResult:
    """Searches tracked and untracked files for secrets, except those that the baseline marks as false positives."""
    files = [file.relative_to(folder) for file in repository_files(folder)]
    process = run(
        TOOLS_BIN / "detect-secrets", "scan", "--no-verify", "--exclude-files", FILES_WITH_HASHES, *files, folder=folder
    )
    if process.returncode or not files:
        return ScanResult(ScanState.FINDINGS, f"detect-secrets ended with {process.returncode}: {process.stderr}")
    findings = unaudited_secrets(json.loads(process.stdout)["results"], json.loads(BASELINE.read_text())["results"])
    return ScanResult(ScanState.FINDINGS if findings else ScanState.CLEAN, "\n".join(findings))


def unaudited_secrets(results: dict[str, list[dict[str, Any]]], baseline: dict[str, list[dict[str, Any]]]) -> list[str]:
    """The detected secrets that the baseline does not mark with `"is_secret": false`, a line each."""
    harmless = {
        (file, secret["hashed_secret"])
        for file, secrets_of_file in baseline.items()
        for secret in secrets_of_file
        if secret.get("is_secret") is False
    }
    return [
        f"{file}:{secret['line_number']}: {secret['type']}: remove it, or mark it in {BASELINE.name} as no secret"
        for file, secrets_of_file in results.items()
        for secret in secrets_of_file
        if (file, secret["hashed_secret"]) not in harmless
    ]


def workflows() -> ScanResult:
    folder = ROOT / ".github" / "workflows"
    files = sorted(folder.glob("*.yml"))
    schema_check = expect_zero_exit(
        TOOLS_BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *files
    )
    security_check = expect_zero_exit(TOOLS_BIN / "zizmor", "--offline", "--quiet", "--no-progress", folder)
    return combine([schema_check, security_check])


def templates() -> ScanResult:
    """Runs cdk-nag at the synthesis of each stage, then cfn-lint and checkov (offline) on the templates."""
    synths = [expect_zero_exit(sys.executable, "-c", SYNTH_SNIPPET.format(stage=stage)) for stage in STAGES]
    files = [f"cdk.out/{stage}/Homes-{stage}.template.json" for stage in STAGES]
    lint = expect_zero_exit(PYTHON_BIN / "cfn-lint", "--ignore-checks", IGNORED_LINT_RULES, "--", *files)
    args = ["--framework", "cloudformation", "--skip-download", "--quiet", "--compact"]
    checkov = expect_zero_exit(CHECKOV, *args, *(arg for file in files for arg in ("--file", file)))
    return combine([*synths, lint, checkov])


SYNTH_SNIPPET = (
    "import os; os.environ['STAGE'] = '{stage}'; os.environ.pop('CDK_OUT', None); from infra import app; app.main()"
)


def repository_files(folder: Path, *patterns: str) -> list[Path]:
    """The tracked and the untracked files of a repository, without the ignored ones."""
    args = ("--cached", "--others", "--exclude-standard", "--deduplicate", "--", *patterns)
    files = run("git", "ls-files", *args, folder=folder).stdout.splitlines()
    return [folder / file for file in files if (folder / file).is_file()]


def hashed_requirements() -> list[Path]:
    """The requirements files that pin Python packages with hashes."""
    return [file for file in repository_files(ROOT, "*.txt") if "--hash=" in file.read_text()]


def python_packages() -> ScanResult:
    """Audits all pinned Python packages with https://osv.dev."""
    return combine([audit_python(file) for file in hashed_requirements()])


def audit_python(file: Path) -> ScanResult:
    """Audits one file: pip-audit accepts no package twice."""
    args = ["--vulnerability-service", "osv", "--disable-pip", "--require-hashes", "--progress-spinner", "off"]
    process = run(TOOLS_BIN / "pip-audit", *args, "--format", "json", "--requirement", file)
    try:
        packages = json.loads(process.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return ScanResult(ScanState.NOT_RUN, f"{file.name}: {last_line(process.stderr)}")
    if skipped := [package["name"] for package in packages if "skip_reason" in package]:
        return ScanResult(ScanState.NOT_RUN, f"{file.name}: no data for {', '.join(skipped)}")
    findings = [
        f"{file.name}: {package['name']} {package['version']}: {vulnerability['id']}"
        for package in packages
        for vulnerability in package["vulns"]
    ]
    return ScanResult(ScanState.FINDINGS if findings else ScanState.CLEAN, "\n".join(findings))


def node_packages() -> ScanResult:
    """Audits all npm lock files with npm's configured registry."""
    return combine([audit_node(lock.parent) for lock in repository_files(ROOT, "*package-lock.json")])


def audit_node(folder: Path) -> ScanResult:
    process = run("npm", "audit", "--json", "--package-lock-only", folder=folder)
    try:
        report = json.loads(process.stdout)
        vulnerabilities = report["vulnerabilities"]
    except ValueError:
        return ScanResult(ScanState.NOT_RUN, f"{folder.name}: {last_line(process.stderr)}")
    except KeyError:
        return ScanResult(ScanState.NOT_RUN, f"{folder.name}: {report.get('message') or report.get('error')}")
    findings = [
        f"{folder.name}: {name}: {vulnerability['severity']}" for name, vulnerability in vulnerabilities.items()
    ]
    return ScanResult(ScanState.FINDINGS if findings else ScanState.CLEAN, "\n".join(findings))


def last_line(text: str) -> str:
    return next((line for line in reversed(text.splitlines()) if line.strip()), "").strip()


def combine(results: Sequence[ScanResult]) -> ScanResult:
    """All findings; without findings, the reasons of the scans that did not run. No results count as NOT RUN."""
    if not results:
        return ScanResult(ScanState.NOT_RUN, "no files to scan")
    for state in (ScanState.FINDINGS, ScanState.NOT_RUN):
        if texts := [result.text for result in results if result.state is state]:
            return ScanResult(state, "\n".join(texts))
    return ScanResult(ScanState.CLEAN, "")


SCANS: dict[str, Callable[[], ScanResult]] = {
    "bandit": bandit,
    "secrets": secrets,
    "workflows": workflows,
    "templates": templates,
    "pip-audit": python_packages,
    "npm audit": node_packages,
}


def main(scans: dict[str, Callable[[], ScanResult]] = SCANS, require_all: bool = False) -> int:
    """Runs the scans and prints their results; with `require_all`, a scan that did not run counts as failed."""
    failed = 0
    for name, scan in scans.items():
        state, text = scan()
        print(f"{name}: {state.value}{f' here: {RUNS_IN_CI}' if state is ScanState.NOT_RUN else ''}", flush=True)
        if text:
            print(text, flush=True)
        failed += state is ScanState.FINDINGS or (require_all and state is ScanState.NOT_RUN)
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(require_all=os.environ.get("ALL") == "1"))
