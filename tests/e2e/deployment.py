"""A stage, synthesised for this machine and deployed to an emulated account by CDK's own command line."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import Any

from aws_cdk import App, CfnResource
from constructs import IConstruct

from infra import stages
from infra.build.package import HOST
from infra.constructs.functions import ALIAS
from infra.stack import Homes
from local.aws import ACCOUNT_ID, REGION
from local.paths import ROOT
from tests.e2e.differences import LEFT_OUT
from tests.e2e.ministack import Account

STAGE = "dev"
CDK = ROOT / "infra" / "node_modules" / ".bin" / "cdk"
SECONDS = 300


@dataclass(frozen=True)
class Deployment:
    """A deployed stage: its outputs, and the physical name of each function."""

    account: Account
    outputs: Mapping[str, str]
    functions: Mapping[str, str]
    resources: frozenset[str]  # by their logical ids

    def invoke(self, function: str, event: Any) -> Any:
        """What a function answers, called by its alias. Raises AssertionError where it fails."""
        payload = json.dumps(event).encode()
        named = {"FunctionName": self.functions[function], "Qualifier": ALIAS}
        answer = self.account.client("lambda").invoke(**named, Payload=payload)
        told = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, told
        return told


def deployed(account: Account, folder: Path, appsync_url: str) -> Deployment:
    """Bootstraps the account and deploys the stage, whose changes are published at an address of ours."""
    app = synthesised(folder, appsync_url)
    run(account, "bootstrap", f"aws://{ACCOUNT_ID}/{REGION}")
    file = folder / "outputs.json"
    run(account, "--app", str(app), "deploy", "--require-approval", "never", "--outputs-file", str(file))
    (outputs,) = json.loads(file.read_text()).values()
    told = {**outputs, "RealtimeEndpoint": f"{appsync_url}/realtime"}  # which MiniStack has none of
    return Deployment(account, told, functions(account), resources(account))


def synthesised(folder: Path, appsync_url: str) -> Path:
    """The stage's assembly, without what MiniStack refuses, for this machine's processor and Python."""
    app = App(outdir=str(folder / "cdk.out"))
    stack = Homes(app, stages.named(STAGE), target=HOST)
    for path in LEFT_OUT:
        found = stack
        *above, last = path.split("/")
        for name in above:
            found = child(found, name)
        assert found.node.try_remove_child(last), f"there is no {path} to leave out"
    function = child(stack, "Functions", "Changes", "Function", "Resource")
    assert isinstance(function, CfnResource)
    function.add_property_override("Environment.Variables.APPSYNC_URL", appsync_url)
    app.synth()
    return folder / "cdk.out"


def child(of: IConstruct, *names: str) -> Any:
    for name in names:
        of = of.node.find_child(name)
    return of


def run(account: Account, *words: str) -> None:
    done = subprocess.run(
        [str(CDK), *words], cwd=ROOT, env=account.environment, stdout=PIPE, stderr=STDOUT, text=True, timeout=SECONDS
    )
    assert done.returncode == 0, done.stdout[-4000:]


def functions(account: Account) -> dict[str, str]:
    """The deployed name of each of our functions, by the name that its description ends with."""
    found = account.client("lambda").list_functions()["Functions"]
    return {one["Description"].rpartition(": ")[2]: one["FunctionName"] for one in found}


def resources(account: Account) -> frozenset[str]:
    """The logical ids of what the stack is made of, once its deployment is over."""
    pages = account.client("cloudformation").get_paginator("list_stack_resources")
    listed = [one for page in pages.paginate(StackName=f"Homes-{STAGE}") for one in page["StackResourceSummaries"]]
    return frozenset(one["LogicalResourceId"] for one in listed)
