"""Synthesizes a stage for this machine and deploys it to an emulated account with CDK's command line."""

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
from infra.build.package import HOST_TARGET
from infra.constructs.functions import ALIAS
from infra.stack import Homes
from local.aws import ACCOUNT_ID, REGION
from local.paths import ROOT
from tests.e2e.differences import UNSUPPORTED
from tests.e2e.ministack import Account

STAGE = "dev"
CDK = ROOT / "infra" / "node_modules" / ".bin" / "cdk"
TIMEOUT_SECONDS = 300


@dataclass(frozen=True)
class Deployment:
    """A deployed stage: its outputs, and the physical name of each function."""

    account: Account
    outputs: Mapping[str, str]
    functions: Mapping[str, str]
    resources: frozenset[str]  # by their logical ids

    def invoke(self, function: str, event: Any) -> Any:
        """Invokes a function by its alias and returns its result. Raises AssertionError if it fails."""
        payload = json.dumps(event).encode()
        target = {"FunctionName": self.functions[function], "Qualifier": ALIAS}
        response = self.account.client("lambda").invoke(**target, Payload=payload)
        result = json.loads(response["Payload"].read())
        assert "FunctionError" not in response, result
        return result


def deploy(account: Account, folder: Path, appsync_url: str) -> Deployment:
    """Bootstraps the account and deploys the stage, which publishes its changes at `appsync_url`."""
    app = synthesize(folder, appsync_url)
    run_cdk(account, "bootstrap", f"aws://{ACCOUNT_ID}/{REGION}")
    file = folder / "outputs.json"
    run_cdk(account, "--app", str(app), "deploy", "--require-approval", "never", "--outputs-file", str(file))
    (outputs,) = json.loads(file.read_text()).values()
    stage_outputs = {**outputs, "RealtimeEndpoint": f"{appsync_url}/realtime"}  # MiniStack has none
    return Deployment(account, stage_outputs, function_names(account), resource_ids(account))


def synthesize(folder: Path, appsync_url: str) -> Path:
    """The cloud assembly for this machine's processor and Python, without the resources that MiniStack rejects."""
    app = App(outdir=str(folder / "cdk.out"))
    stack = Homes(app, stages.get_stage(STAGE), target=HOST_TARGET)
    for path in UNSUPPORTED:
        construct = stack
        *parents, last = path.split("/")
        for name in parents:
            construct = find_child(construct, name)
        assert construct.node.try_remove_child(last), f"the stack has no construct {path}"
    function = find_child(stack, "Functions", "Stream", "Function", "Resource")
    assert isinstance(function, CfnResource)
    function.add_property_override("Environment.Variables.APPSYNC_URL", appsync_url)
    app.synth()
    return folder / "cdk.out"


def find_child(construct: IConstruct, *names: str) -> Any:
    for name in names:
        construct = construct.node.find_child(name)
    return construct


def run_cdk(account: Account, *arguments: str) -> None:
    process = subprocess.run(
        [str(CDK), *arguments],
        cwd=ROOT,
        env=account.environment,
        stdout=PIPE,
        stderr=STDOUT,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    assert process.returncode == 0, process.stdout[-4000:]


def function_names(account: Account) -> dict[str, str]:
    """The physical name of each function, by the name at the end of its description."""
    functions_of_account = account.client("lambda").list_functions()["Functions"]
    return {function["Description"].rpartition(": ")[2]: function["FunctionName"] for function in functions_of_account}


def resource_ids(account: Account) -> frozenset[str]:
    """The logical ids of the stack's resources."""
    pages = account.client("cloudformation").get_paginator("list_stack_resources")
    summaries = [
        summary for page in pages.paginate(StackName=f"Homes-{STAGE}") for summary in page["StackResourceSummaries"]
    ]
    return frozenset(summary["LogicalResourceId"] for summary in summaries)
