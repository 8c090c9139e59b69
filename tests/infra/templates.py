"""The templates of the stages: each is synthesized once in a test run, without an account."""

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

from infra.stack import Homes
from infra.stages import Stage
from local.paths import ROOT

Resource = dict[str, Any]
shared_folder = Path()  # of all processes of the run; tests/infra/conftest.py sets it


@dataclass(frozen=True)
class StageTemplate:
    """A CloudFormation template with its queries."""

    template: dict[str, Any]

    def resources(self, type: str) -> dict[str, Resource]:
        """The resources of a type, by their logical ids."""
        return {id: resource for id, resource in self.template["Resources"].items() if resource["Type"] == type}

    def properties(self, type: str) -> list[Any]:
        return [resource.get("Properties", {}) for resource in self.resources(type).values()]

    def only_properties(self, type: str) -> Any:
        (properties,) = self.properties(type)
        return properties

    def allowed_actions(self, function: str) -> dict[str, list[str]]:
        """The allowed actions of a function's role, each with its resources."""
        (role,) = (
            resource["Properties"]["Role"]["Fn::GetAtt"][0]
            for resource in self.resources("AWS::Lambda::Function").values()
            if resource["Properties"].get("Description", "").endswith(f": {function}")
        )
        resources_by_action: dict[str, list[str]] = {}
        for policy in self.properties("AWS::IAM::Policy"):
            if {"Ref": role} in policy["Roles"]:
                for statement in policy["PolicyDocument"]["Statement"]:
                    actions = statement["Action"]
                    for action in [actions] if isinstance(actions, str) else actions:
                        resources_by_action.setdefault(action, []).append(str(statement["Resource"]))
        return resources_by_action


def of_stage(name: str) -> StageTemplate:
    """The template of a stage, as infra.app wrote it."""
    run = shared_run(name)
    assert run.returncode == 0, run.stderr
    return read_template(run.folder / f"Homes-{name}.template.json")


@cache
def read_template(template: Path) -> StageTemplate:
    return StageTemplate(json.loads(template.read_text()))


def synthesize(stage: Stage) -> StageTemplate:
    """The template of a stage that is not in STAGES."""
    return StageTemplate(dict(Template.from_stack(Homes(App(), stage)).to_json()))


@dataclass(frozen=True)
class SynthRun:
    """The output of a run of infra.app, and its output folder."""

    folder: Path
    returncode: int
    stdout: str
    stderr: str

    @property
    def digests(self) -> dict[str, str]:
        files = [file for file in self.folder.glob("*.*.json") if "metadata" not in file.name]
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def run_synth(stage: str, folder: Path) -> SynthRun:
    """Runs infra.app for a stage."""
    environment = {**os.environ, "STAGE": stage, "CDK_OUT": str(folder)}
    command = [sys.executable, "-m", "infra.app"]
    process = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200)
    return SynthRun(folder, process.returncode, process.stdout, process.stderr)


def shared_run(stage: str) -> SynthRun:
    """The only run of infra.app for this stage in a test run; the first test process starts it."""
    out = shared_folder / stage
    result_file = out.with_suffix(".json")
    with out.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not result_file.exists():
            result_file.write_text(json.dumps(vars(run_synth(stage, out)), default=str))
    saved = json.loads(result_file.read_text())
    return SynthRun(**saved | {"folder": out})
