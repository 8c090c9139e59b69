"""The templates of the stages, as the program makes them: each once in a run of the tests, without an account."""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from aws_cdk import App
from aws_cdk.assertions import Template

from infra.build.package import ROOT
from infra.stack import Homes
from infra.stages import Stage

Resource = dict[str, Any]
folder = Path()  # which the processes of the run share: tests/infra/conftest.py says


@dataclass(frozen=True)
class Synthesised:
    """A template, and questions about it."""

    template: dict[str, Any]

    def all(self, type: str) -> dict[str, Resource]:
        """The resources of a type, by their logical ids."""
        return {id: one for id, one in self.template["Resources"].items() if one["Type"] == type}

    def properties(self, type: str) -> list[Any]:
        return [one.get("Properties", {}) for one in self.all(type).values()]

    def one(self, type: str) -> Any:
        (only,) = self.properties(type)
        return only

    def allowed(self, function: str) -> dict[str, list[str]]:
        """What a function's role may do: the kinds of what each action may be done to."""
        (role,) = (
            one["Properties"]["Role"]["Fn::GetAtt"][0]
            for one in self.all("AWS::Lambda::Function").values()
            if one["Properties"].get("Description", "").endswith(f": {function}")
        )
        found: dict[str, list[str]] = {}
        for policy in self.properties("AWS::IAM::Policy"):
            if {"Ref": role} in policy["Roles"]:
                for statement in policy["PolicyDocument"]["Statement"]:
                    actions = statement["Action"]
                    for action in [actions] if isinstance(actions, str) else actions:
                        found.setdefault(action, []).append(str(statement["Resource"]))
        return found


def named(name: str) -> Synthesised:
    """A stage's template, as the program wrote it."""
    run = once(name)
    assert run.returncode == 0, run.stderr
    return written(run.folder / f"Homes-{name}.template.json")


@cache
def written(template: Path) -> Synthesised:
    return Synthesised(json.loads(template.read_text()))


def of(stage: Stage) -> Synthesised:
    """The template of a stage that the program does not know."""
    return Synthesised(dict(Template.from_stack(Homes(App(), stage)).to_json()))


@dataclass(frozen=True)
class Run:
    """What a run of the program said, and the folder that it wrote."""

    folder: Path
    returncode: int
    stdout: str
    stderr: str

    @property
    def digests(self) -> dict[str, str]:
        files = [file for file in self.folder.glob("*.*.json") if "metadata" not in file.name]
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def run(stage: str, folder: Path) -> Run:
    """Runs the program for a stage."""
    environment = {**os.environ, "STAGE": stage, "CDK_OUT": str(folder)}
    command = [sys.executable, "-m", "infra.app"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200)
    return Run(folder, done.returncode, done.stdout, done.stderr)


def once(stage: str) -> Run:
    """The one run of the program for this stage in a run of the tests, whichever of their processes comes first."""
    out = folder / stage
    told = out.with_suffix(".json")
    with out.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            told.write_text(json.dumps(vars(run(stage, out)), default=str))
    saved = json.loads(told.read_text())
    return Run(**saved | {"folder": out})
