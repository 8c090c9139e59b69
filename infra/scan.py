"""`make scan`: what is looked for before a deployment, in our code, in what it stands on and in what it deploys.

A scan that needs a service of the Internet's and cannot reach it says that it did not run, and is no pass: where ALL=1
is set, as it is where we deploy from, it fails. Ends with 0 where nothing was found, else with 1.
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

TOOLS = ROOT / ".cache" / "scan" / "bin"
CHECKOV = ROOT / ".cache" / "checkov" / "bin" / "checkov"
OWN = Path(sys.executable).parent
BASELINE = ROOT / ".secrets.baseline"
ROOMS = ("data", "resolvers", "local", "schema_diff", "conformance", "infra", "tools")
TWICE_SAID = "W3005"  # CDK writes a dependency beside the reference that makes it one
HASHES = r"(package-lock\.json|requirements\.txt|infra/layer\.txt|infra/tools/.*\.txt|\.secrets\.baseline)$"
WHERE = "it runs in .github/workflows/deploy.yml, before anything is deployed"
PATIENCE_SECONDS = 600


class State(Enum):
    CLEAN = "clean"
    FOUND = "FOUND"
    NOT_RUN = "NOT RUN"


class Outcome(NamedTuple):
    """What came of a scan, and what is to be said of it."""

    state: State
    text: str


def run(*command: str | Path, folder: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    """What a tool said; one that is not there, or never ends, says so and has failed."""
    told = [str(word) for word in command]
    environment = {**os.environ, "LOG_LEVEL": "ERROR"}  # or checkov tells of each module that it does not need
    try:
        return subprocess.run(
            told, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )
    except FileNotFoundError:
        return subprocess.CompletedProcess(told, 127, "", f"{told[0]} is not installed")
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(told, 124, "", f"{told[0]} took more than {PATIENCE_SECONDS} s")


def strict(*command: str | Path) -> Outcome:
    """Of a tool that ends with 0 where it finds nothing."""
    done = run(*command)
    if done.returncode == 0:
        return Outcome(State.CLEAN, "")
    return Outcome(State.FOUND, (done.stdout + done.stderr).strip())


def bandit() -> Outcome:
    return strict(TOOLS / "bandit", "--quiet", "--configfile", "pyproject.toml", "--recursive", *ROOMS)


def secrets(folder: Path = ROOT) -> Outcome:
    """What looks like a secret in any file, tracked or about to be, and is not one that the baseline says is none."""
    there = [file.relative_to(folder) for file in listed(folder)]
    done = run(TOOLS / "detect-secrets", "scan", "--no-verify", "--exclude-files", HASHES, *there, folder=folder)
    if done.returncode or not there:
        return Outcome(State.FOUND, f"detect-secrets ended with {done.returncode}: {done.stderr}")
    found = suspicious(json.loads(done.stdout)["results"], json.loads(BASELINE.read_text())["results"])
    return Outcome(State.FOUND if found else State.CLEAN, "\n".join(found))


def suspicious(found: dict[str, list[dict[str, Any]]], known: dict[str, list[dict[str, Any]]]) -> list[str]:
    """What was found and nobody has looked at, or somebody has and did not say that it is none."""
    harmless = {
        (file, one["hashed_secret"]) for file, ones in known.items() for one in ones if one.get("is_secret") is False
    }
    return [
        f"{file}:{one['line_number']}: {one['type']}: take it out, or say in {BASELINE.name} that it is none"
        for file, ones in found.items()
        for one in ones
        if (file, one["hashed_secret"]) not in harmless
    ]


def workflows() -> Outcome:
    folder = ROOT / ".github" / "workflows"
    files = sorted(folder.glob("*.yml"))
    formed = strict(TOOLS / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *files)
    safe = strict(TOOLS / "zizmor", "--offline", "--quiet", "--no-progress", folder)
    return worst([formed, safe])


def templates() -> Outcome:
    """cdk-nag as each stage is made, then cfn-lint and checkov on what was made. Checkov is told to fetch nothing."""
    made = [strict(sys.executable, "-c", MAKE.format(stage=stage)) for stage in STAGES]
    files = [f"cdk.out/{stage}/Homes-{stage}.template.json" for stage in STAGES]
    lint = strict(OWN / "cfn-lint", "--ignore-checks", TWICE_SAID, "--", *files)
    words = ["--framework", "cloudformation", "--skip-download", "--quiet", "--compact"]
    checked = strict(CHECKOV, *words, *(word for file in files for word in ("--file", file)))
    return worst([*made, lint, checked])


MAKE = "import os; os.environ['STAGE'] = '{stage}'; os.environ.pop('CDK_OUT', None); from infra import app; app.main()"


def listed(folder: Path, *patterns: str) -> list[Path]:
    """The files of a repository that are tracked or about to be, and not ignored."""
    words = ("--cached", "--others", "--exclude-standard", "--deduplicate", "--", *patterns)
    files = run("git", "ls-files", *words, folder=folder).stdout.splitlines()
    return [folder / file for file in files if (folder / file).is_file()]


def pinned() -> list[Path]:
    """The files that pin Python packages by their hashes."""
    return [file for file in listed(ROOT, "*.txt") if "--hash=" in file.read_text()]


def python_packages() -> Outcome:
    """Known holes of each Python package that is pinned, by https://osv.dev."""
    return worst([of_python(file) for file in pinned()])


def of_python(file: Path) -> Outcome:
    """One file at a time: pip-audit takes no package twice."""
    words = ["--vulnerability-service", "osv", "--disable-pip", "--require-hashes", "--progress-spinner", "off"]
    done = run(TOOLS / "pip-audit", *words, "--format", "json", "--requirement", file)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Outcome(State.NOT_RUN, f"{file.name}: {last_line(done.stderr)}")
    if skipped := [one["name"] for one in packages if "skip_reason" in one]:
        return Outcome(State.NOT_RUN, f"{file.name}: nothing could be learned of {', '.join(skipped)}")
    found = [f"{file.name}: {one['name']} {one['version']}: {hole['id']}" for one in packages for hole in one["vulns"]]
    return Outcome(State.FOUND if found else State.CLEAN, "\n".join(found))


def node_packages() -> Outcome:
    """Known holes of each package of npm's that is pinned, by the registry that npm is set up with."""
    return worst([of_node(lock.parent) for lock in listed(ROOT, "*package-lock.json")])


def of_node(folder: Path) -> Outcome:
    done = run("npm", "audit", "--json", "--package-lock-only", folder=folder)
    try:
        told = json.loads(done.stdout)
        holes = told["vulnerabilities"]
    except ValueError:
        return Outcome(State.NOT_RUN, f"{folder.name}: {last_line(done.stderr)}")
    except KeyError:
        return Outcome(State.NOT_RUN, f"{folder.name}: {told.get('message') or told.get('error')}")
    found = [f"{folder.name}: {name}: {one['severity']}" for name, one in holes.items()]
    return Outcome(State.FOUND if found else State.CLEAN, "\n".join(found))


def last_line(text: str) -> str:
    return next((line for line in reversed(text.splitlines()) if line.strip()), "").strip()


def worst(outcomes: Sequence[Outcome]) -> Outcome:
    """All of what was found; where nothing was, why one did not run. To have looked at nothing is not to have run."""
    if not outcomes:
        return Outcome(State.NOT_RUN, "there is nothing to look at")
    for state in (State.FOUND, State.NOT_RUN):
        if texts := [one.text for one in outcomes if one.state is state]:
            return Outcome(state, "\n".join(texts))
    return Outcome(State.CLEAN, "")


SCANS: dict[str, Callable[[], Outcome]] = {
    "bandit": bandit,
    "secrets": secrets,
    "workflows": workflows,
    "templates": templates,
    "pip-audit": python_packages,
    "npm audit": node_packages,
}


def main(scans: dict[str, Callable[[], Outcome]] = SCANS, all: bool = False) -> int:
    """Runs the scans in turn and tells of each; with `all`, one that could not run is as bad as a finding."""
    bad = 0
    for name, scan in scans.items():
        state, text = scan()
        print(f"{name}: {state.value}{f' here: {WHERE}' if state is State.NOT_RUN else ''}", flush=True)
        if text:
            print(text, flush=True)
        bad += state is State.FOUND or (all and state is State.NOT_RUN)
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main(all=os.environ.get("ALL") == "1"))
