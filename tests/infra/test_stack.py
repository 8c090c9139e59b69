"""The whole of a stage: who may sign in, what is kept out, who is told, and what must never be made anew."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.package import ROOT
from infra.stages import STAGES
from tests.infra import synthesised

STATEFUL = {
    "AWS::AppSync::GraphQLApi": ["ApiGraphQL10A45E44"],
    "AWS::Cognito::UserPool": ["UsersPoolBFC35D3B"],
    "AWS::DynamoDB::Table": ["Table710B521B"],
    "AWS::SQS::Queue": ["ChangesLostF4196FEF"],
}


def test_the_pool_keeps_no_secrets_and_asks_for_good_passwords() -> None:
    stack = synthesised.named("prod")
    for client in stack.properties("AWS::Cognito::UserPoolClient"):
        assert client["GenerateSecret"] is False
        assert client["AllowedOAuthFlows"] == ["code"]
        assert client["ExplicitAuthFlows"] == ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    pool = stack.one("AWS::Cognito::UserPool")
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 12
    assert pool["UserPoolAddOns"] == {"AdvancedSecurityMode": "ENFORCED"}
    assert pool["DeletionProtection"] == "ACTIVE"
    assert stack.one("AWS::Cognito::UserPoolGroup")["GroupName"] == "admins"


def test_the_pool_may_call_what_makes_a_profile() -> None:
    stack = synthesised.named("dev")
    (pool,) = stack.all("AWS::Cognito::UserPool")
    called = stack.one("AWS::Cognito::UserPool")["LambdaConfig"]["PostConfirmation"]
    (permission,) = stack.properties("AWS::Lambda::Permission")
    assert permission["FunctionName"] == called
    assert permission["SourceArn"] == {"Fn::GetAtt": [pool, "Arn"]}


@pytest.mark.parametrize("stage", STAGES)
def test_the_firewall_counts_long_bodies_and_leaves_the_backend_out_of_the_rate(stage: str) -> None:
    core, rate = synthesised.named(stage).one("AWS::WAFv2::WebACL")["Rules"]
    group = core["Statement"]["ManagedRuleGroupStatement"]
    assert group["RuleActionOverrides"] == [
        {"ActionToUse": {"Count": {}}, "Name": name} for name in ("SizeRestrictions_BODY", "GenericRFI_BODY")
    ]
    asked = rate["Statement"]["RateBasedStatement"]
    assert asked["Limit"] == STAGES[stage].requests_in_five_minutes
    signed = asked["ScopeDownStatement"]["NotStatement"]["Statement"]["ByteMatchStatement"]
    assert (signed["FieldToMatch"], signed["SearchString"]) == (
        {"SingleHeader": {"Name": "authorization"}},
        "AWS4-HMAC-SHA256",
    )


@pytest.mark.parametrize("stage", STAGES)
def test_every_alarm_says_what_to_do_and_reaches_the_topic(stage: str) -> None:
    stack = synthesised.named(stage)
    (topic,) = stack.all("AWS::SNS::Topic")
    alarms = stack.properties("AWS::CloudWatch::Alarm")
    assert len(alarms) == 5 + 2 * 6
    for alarm in alarms:
        assert alarm["AlarmActions"] == [{"Ref": topic}]
        assert alarm["AlarmDescription"].endswith("(docs/runbook.md)")
        assert alarm["TreatMissingData"] == "notBreaching"
    told = [one["Endpoint"] for one in stack.properties("AWS::SNS::Subscription")]
    assert told == [address for address in [STAGES[stage].alarm_email] if address]


def test_what_holds_data_keeps_its_logical_id() -> None:
    """CloudFormation would make another, empty one beside it. So does the API's id, which is in every app's address."""
    stack = synthesised.named("prod")
    assert {type: sorted(stack.all(type)) for type in STATEFUL} == STATEFUL


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """The digests of what two runs of the program write."""
    runs = []
    for _ in range(2):
        folder = tmp_path_factory.mktemp("out")
        environment: dict[str, Any] = {**os.environ, "STAGE": "prod", "CDK_OUT": str(folder)}
        subprocess.run([sys.executable, "-m", "infra.app"], cwd=ROOT, env=environment, check=True, timeout=200)
        runs.append({file.name: digest(file) for file in folder.glob("*.*.json") if "metadata" not in file.name})
    return runs


def digest(file: Path) -> str:
    return hashlib.sha256(json.dumps(json.loads(file.read_text()), sort_keys=True).encode()).hexdigest()


def test_two_runs_make_the_very_same_template(twice: list[dict[str, str]]) -> None:
    assert "Homes-prod.template.json" in twice[0]
    assert twice[0] == twice[1]
