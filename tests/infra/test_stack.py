"""The stack of a stage: user pool, firewall, alarms, suppressions, and logical ids that must not change."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.build.package import LAMBDA_TARGET
from infra.stages import STAGES
from local.paths import ROOT
from resolvers.wiring import FIELDS
from tests.infra import templates

STAGE_DEPENDENT_SUPPRESSIONS = {
    "CKV_AWS_26",
    "CKV_AWS_119",
    "CKV_AWS_120",
}  # suppressed if the stage has no customer managed key, or no cache
SIZES = {  # by the Python version that compiled them
    "source": "functions 0.07 MB, with their layer 1.4",
    "3.13": "functions 0.22 MB, with their layer 2.9",
}
IGNORED_LINT_RULES = "W3005"  # CDK adds DependsOn to references that imply it
STATEFUL_RESOURCES = {
    "AWS::ApiGateway::ApiKey": [
        "RestApicommercialbasicfirst8905958C",
        "RestApicommercialprofirst10592D1F",
        "RestApigovernmentfirst3042B02A",
    ],
    "AWS::ApiGateway::RestApi": ["RestApi79D61EE8"],
    "AWS::AppSync::GraphQLApi": ["ApiGraphQL10A45E44"],
    "AWS::Cognito::UserPool": ["UsersPoolBFC35D3B"],
    "AWS::Cognito::UserPoolClient": ["UsersPoolAndroid72865716", "UsersPoolIos7DDE7F85", "UsersPoolWeb193F213A"],
    "AWS::DynamoDB::Table": ["Table710B521B"],
    "AWS::KMS::Key": ["AlarmsKey3C2381B3", "TableKey25666F95"],
    "AWS::SQS::Queue": ["ChangesDeadLetters18B289EF"],
}
RESOLVERS = sorted(  # an id contains only the field's path, so that nothing else in the stack can change it
    f"{field.parent}{field.name[0].upper()}{field.name[1:]}Resolver"
    for field in FIELDS
    if field.parent != "Subscription"
)


def test_clients_have_no_secret_and_passwords_are_strong() -> None:
    stack = templates.of_stage("prod")
    for client in stack.properties("AWS::Cognito::UserPoolClient"):
        assert client["GenerateSecret"] is False
        assert client["AllowedOAuthFlows"] == ["code"]
        assert client["ExplicitAuthFlows"] == ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    pool = stack.only_properties("AWS::Cognito::UserPool")
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 12
    assert pool["UserPoolAddOns"] == {"AdvancedSecurityMode": "ENFORCED"}
    assert pool["DeletionProtection"] == "ACTIVE"
    assert stack.only_properties("AWS::Cognito::UserPoolGroup")["GroupName"] == "admins"


@pytest.mark.parametrize(
    ("stage", "web"),
    {
        "dev": "http://localhost:3000/",
        "staging": "https://staging.homes.example.com/",
        "prod": "https://homes.example.com/",
    }.items(),
)
def test_codes_are_sent_only_to_the_apps_of_the_stage(stage: str, web: str) -> None:
    clients = templates.of_stage(stage).properties("AWS::Cognito::UserPoolClient")
    app = ["homes://signed-in/"]
    assert sorted(client["CallbackURLs"] for client in clients) == sorted([[web], app, app])
    assert [client["LogoutURLs"] for client in clients] == [client["CallbackURLs"] for client in clients]


def test_users_sign_in_at_the_domain_of_the_stage() -> None:
    stack = templates.of_stage("prod")
    (pool,) = stack.resources("AWS::Cognito::UserPool")
    domain = stack.only_properties("AWS::Cognito::UserPoolDomain")
    assert domain == {
        "Domain": {"Fn::Join": ["", ["homes-prod-", {"Ref": "AWS::AccountId"}]]},
        "UserPoolId": {"Ref": pool},
    }
    for client in stack.properties("AWS::Cognito::UserPoolClient"):
        assert client["AllowedOAuthScopes"] == ["openid", "email", "profile"]


def test_the_pool_may_invoke_its_post_confirmation_trigger() -> None:
    stack = templates.of_stage("dev")
    (pool,) = stack.resources("AWS::Cognito::UserPool")
    trigger = stack.only_properties("AWS::Cognito::UserPool")["LambdaConfig"]["PostConfirmation"]
    (permission,) = (
        permission_of_stack
        for permission_of_stack in stack.properties("AWS::Lambda::Permission")
        if permission_of_stack["Principal"] == "cognito-idp.amazonaws.com"
    )
    assert permission["FunctionName"] == trigger
    assert permission["SourceArn"] == {"Fn::GetAtt": [pool, "Arn"]}


@pytest.mark.parametrize("stage", STAGES)
def test_the_firewall_only_counts_long_bodies_and_exempts_sigv4(stage: str) -> None:
    graphql, rest = templates.of_stage(stage).properties("AWS::WAFv2::WebACL")
    assert graphql["Rules"][:2] == rest["Rules"][:2]
    core, known_bad_inputs, rate = graphql["Rules"]
    group = core["Statement"]["ManagedRuleGroupStatement"]
    assert group["RuleActionOverrides"] == [
        {"ActionToUse": {"Count": {}}, "Name": name} for name in ("SizeRestrictions_BODY", "GenericRFI_BODY")
    ]
    assert known_bad_inputs["Statement"]["ManagedRuleGroupStatement"]["Name"] == "AWSManagedRulesKnownBadInputsRuleSet"
    assert [rule["OverrideAction"] for rule in (core, known_bad_inputs)] == [{"None": {}}, {"None": {}}]
    rate_statement = rate["Statement"]["RateBasedStatement"]
    assert rate_statement["Limit"] == STAGES[stage].requests_in_five_minutes
    sigv4_match = rate_statement["ScopeDownStatement"]["NotStatement"]["Statement"]["ByteMatchStatement"]
    assert (sigv4_match["FieldToMatch"], sigv4_match["SearchString"]) == (
        {"SingleHeader": {"Name": "authorization"}},
        "AWS4-HMAC-SHA256",
    )


@pytest.mark.parametrize("stage", STAGES)
def test_the_rest_firewall_exempts_no_request_from_the_rate_limit(stage: str) -> None:
    """Otherwise a token that starts like a signature could invoke the authorizer without a rate limit."""
    _, rest = templates.of_stage(stage).properties("AWS::WAFv2::WebACL")
    limit = STAGES[stage].requests_in_five_minutes
    assert rest["Rules"][2]["Statement"] == {"RateBasedStatement": {"AggregateKeyType": "IP", "Limit": limit}}


@pytest.mark.parametrize("stage", STAGES)
def test_every_alarm_names_the_runbook_and_notifies_the_topic(stage: str) -> None:
    stack = templates.of_stage(stage)
    (topic,) = stack.resources("AWS::SNS::Topic")
    alarms = stack.properties("AWS::CloudWatch::Alarm")
    assert len(alarms) == 6 + 2 * 9 + 2 + 3
    for alarm in alarms:
        assert alarm["AlarmActions"] == [{"Ref": topic}]
        assert alarm["AlarmDescription"].endswith("(docs/runbook.md)")
        assert alarm["TreatMissingData"] == "notBreaching"
    endpoints = [subscription["Endpoint"] for subscription in stack.properties("AWS::SNS::Subscription")]
    assert endpoints == [address for address in [STAGES[stage].alarm_email] if address]


def test_stateful_resources_keep_their_logical_ids() -> None:
    """With a new id CloudFormation would create a second, empty resource. The API's id is in the URL of every app."""
    stack = templates.of_stage("prod")
    assert {type: sorted(stack.resources(type)) for type in STATEFUL_RESOURCES} == STATEFUL_RESOURCES


@pytest.mark.parametrize("stage", STAGES)
def test_a_resolver_keeps_its_logical_id(stage: str) -> None:
    """CloudFormation creates before it deletes, and AppSync allows one resolver per field: a new id cannot deploy."""
    assert sorted(templates.of_stage(stage).resources("AWS::AppSync::Resolver")) == RESOLVERS


@pytest.mark.parametrize("stage", STAGES)
def test_cloudwatch_may_publish_to_the_topic_and_use_its_key(stage: str) -> None:
    stack = templates.of_stage(stage)
    (policy,) = stack.properties("AWS::SNS::TopicPolicy")
    (allow,) = [statement for statement in policy["PolicyDocument"]["Statement"] if statement["Effect"] == "Allow"]
    assert (allow["Action"], allow["Principal"]) == ("sns:Publish", {"Service": "cloudwatch.amazonaws.com"})
    assert allow["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    key = stack.only_properties("AWS::SNS::Topic").get("KmsMasterKeyId")
    assert bool(key) == STAGES[stage].customer_managed_key
    if key:
        key_policy = stack.resources("AWS::KMS::Key")[key["Fn::GetAtt"][0]]["Properties"]["KeyPolicy"]["Statement"]
        assert [statement["Action"] for statement in key_policy if statement["Principal"] == allow["Principal"]] == [
            ["kms:Decrypt", "kms:GenerateDataKey*"]
        ]


@pytest.mark.parametrize("stage", STAGES)
def test_each_checkov_skip_is_at_a_resource_and_has_a_reason(stage: str) -> None:
    template = templates.of_stage(stage).template
    skipped = [
        skip
        for resource in template["Resources"].values()
        for skip in resource.get("Metadata", {}).get("checkov", {}).get("skip", [])
    ]
    assert {skip["id"] for skip in skipped} - STAGE_DEPENDENT_SUPPRESSIONS == {
        "CKV_AWS_27",
        "CKV_AWS_115",
        "CKV_AWS_116",
        "CKV_AWS_117",
        "CKV_AWS_158",
        "CKV_AWS_173",
    }
    no_cmk = set() if STAGES[stage].customer_managed_key else {"CKV_AWS_26", "CKV_AWS_119"}
    no_cache = set() if STAGES[stage].rest_cache else {"CKV_AWS_120"}
    assert {skip["id"] for skip in skipped} & STAGE_DEPENDENT_SUPPRESSIONS == no_cmk | no_cache
    assert all(len(skip["comment"].split()) > 5 for skip in skipped)
    assert "Metadata" not in template


def test_no_suppression_applies_to_a_stack_or_app() -> None:
    """Each suppression names the construct that it applies to."""
    files = (ROOT / "infra" / "constructs").glob("*.py")
    suppressed = [name for file in files for name in re.findall(r"\bsuppress\(([\w.]+)", file.read_text())]
    assert suppressed
    assert not {"self", "scope", "app", "stack", "stack.node"} & set(suppressed)


@pytest.mark.parametrize("stage", STAGES)
def test_cdk_nag_and_cfn_lint_report_no_findings(stage: str) -> None:
    """Runs cdk-nag with two rule packs at synthesis, then cfn-lint on the template."""
    synth = templates.shared_run(stage)
    assert (synth.returncode, synth.stderr) == (0, "")
    assert f"Homes-{stage} is in {synth.folder}. Zipped: {SIZES[LAMBDA_TARGET.bytecode_tag]}" in synth.stdout
    assert ("They are not compiled" in synth.stdout) == (LAMBDA_TARGET.bytecode_tag == "source")
    template = synth.folder / f"Homes-{stage}.template.json"
    command = [
        str(Path(sys.executable).parent / "cfn-lint"),
        "--ignore-checks",
        IGNORED_LINT_RULES,
        "--",
        str(template),
    ]
    lint = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert (lint.returncode, lint.stdout) == (0, "")


def test_two_runs_give_the_same_template(tmp_path: Path) -> None:
    first, second = templates.shared_run("prod").digests, templates.run_synth("prod", tmp_path).digests
    assert sorted(first) == ["Homes-prod.assets.json", "Homes-prod.template.json"]
    assert first == second
