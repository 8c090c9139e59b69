"""The whole of a stage: who may sign in, what is kept out, who is told, and what must never be made anew."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.build.package import LAMBDA
from infra.stages import STAGES
from local.paths import ROOT
from resolvers.wiring import FIELDS
from tests.infra import templates

BY_STAGE = {"CKV_AWS_26", "CKV_AWS_119", "CKV_AWS_120"}  # accepted where the stage has no key, or no cache, of its own
SIZES = {  # by the Python that compiled them, where there was one of Lambda's version
    "source": "functions 0.06 MB, with their layer 1.4",
    "3.13": "functions 0.22 MB, with their layer 2.9",
}
TWICE_SAID = "W3005"  # CDK writes a dependency beside the reference that makes it one
STATEFUL = {
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
    "AWS::SQS::Queue": ["ChangesLostF4196FEF"],
}
RESOLVERS = sorted(  # an id is made of the field's path alone, so that nothing else in the stack can change it
    f"{row.parent}{row.name[0].upper()}{row.name[1:]}Resolver" for row in FIELDS if row.parent != "Subscription"
)


def test_the_pool_keeps_no_secrets_and_asks_for_good_passwords() -> None:
    stack = templates.named("prod")
    for client in stack.properties("AWS::Cognito::UserPoolClient"):
        assert client["GenerateSecret"] is False
        assert client["AllowedOAuthFlows"] == ["code"]
        assert client["ExplicitAuthFlows"] == ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    pool = stack.one("AWS::Cognito::UserPool")
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 12
    assert pool["UserPoolAddOns"] == {"AdvancedSecurityMode": "ENFORCED"}
    assert pool["DeletionProtection"] == "ACTIVE"
    assert stack.one("AWS::Cognito::UserPoolGroup")["GroupName"] == "admins"


@pytest.mark.parametrize(
    ("stage", "web"),
    {
        "dev": "http://localhost:3000/",
        "staging": "https://staging.homes.example.com/",
        "prod": "https://homes.example.com/",
    }.items(),
)
def test_codes_are_sent_to_the_stages_own_apps_alone(stage: str, web: str) -> None:
    clients = templates.named(stage).properties("AWS::Cognito::UserPoolClient")
    app = ["homes://signed-in/"]
    assert sorted(one["CallbackURLs"] for one in clients) == sorted([[web], app, app])
    assert [one["LogoutURLs"] for one in clients] == [one["CallbackURLs"] for one in clients]


def test_people_sign_in_by_code_at_a_domain_of_the_stages_own() -> None:
    stack = templates.named("prod")
    (pool,) = stack.all("AWS::Cognito::UserPool")
    domain = stack.one("AWS::Cognito::UserPoolDomain")
    assert domain == {
        "Domain": {"Fn::Join": ["", ["homes-prod-", {"Ref": "AWS::AccountId"}]]},
        "UserPoolId": {"Ref": pool},
    }
    for client in stack.properties("AWS::Cognito::UserPoolClient"):
        assert client["AllowedOAuthScopes"] == ["openid", "email", "profile"]


def test_the_pool_may_call_what_makes_a_profile() -> None:
    stack = templates.named("dev")
    (pool,) = stack.all("AWS::Cognito::UserPool")
    called = stack.one("AWS::Cognito::UserPool")["LambdaConfig"]["PostConfirmation"]
    (permission,) = (
        one for one in stack.properties("AWS::Lambda::Permission") if one["Principal"] == "cognito-idp.amazonaws.com"
    )
    assert permission["FunctionName"] == called
    assert permission["SourceArn"] == {"Fn::GetAtt": [pool, "Arn"]}


@pytest.mark.parametrize("stage", STAGES)
def test_the_firewall_counts_long_bodies_and_leaves_the_backend_out_of_the_rate(stage: str) -> None:
    graphql, rest = templates.named(stage).properties("AWS::WAFv2::WebACL")
    assert graphql["Rules"][:2] == rest["Rules"][:2]
    core, known, rate = graphql["Rules"]
    group = core["Statement"]["ManagedRuleGroupStatement"]
    assert group["RuleActionOverrides"] == [
        {"ActionToUse": {"Count": {}}, "Name": name} for name in ("SizeRestrictions_BODY", "GenericRFI_BODY")
    ]
    assert known["Statement"]["ManagedRuleGroupStatement"]["Name"] == "AWSManagedRulesKnownBadInputsRuleSet"
    assert [one["OverrideAction"] for one in (core, known)] == [{"None": {}}, {"None": {}}]
    asked = rate["Statement"]["RateBasedStatement"]
    assert asked["Limit"] == STAGES[stage].requests_in_five_minutes
    signed = asked["ScopeDownStatement"]["NotStatement"]["Statement"]["ByteMatchStatement"]
    assert (signed["FieldToMatch"], signed["SearchString"]) == (
        {"SingleHeader": {"Name": "authorization"}},
        "AWS4-HMAC-SHA256",
    )


@pytest.mark.parametrize("stage", STAGES)
def test_over_rest_where_nobody_signs_every_request_is_counted(stage: str) -> None:
    """Or whoever begins a token as a signature does might ask the authorizer without end."""
    _, rest = templates.named(stage).properties("AWS::WAFv2::WebACL")
    limit = STAGES[stage].requests_in_five_minutes
    assert rest["Rules"][2]["Statement"] == {"RateBasedStatement": {"AggregateKeyType": "IP", "Limit": limit}}


@pytest.mark.parametrize("stage", STAGES)
def test_every_alarm_says_what_to_do_and_reaches_the_topic(stage: str) -> None:
    stack = templates.named(stage)
    (topic,) = stack.all("AWS::SNS::Topic")
    alarms = stack.properties("AWS::CloudWatch::Alarm")
    assert len(alarms) == 6 + 2 * 9 + 2 + 3
    for alarm in alarms:
        assert alarm["AlarmActions"] == [{"Ref": topic}]
        assert alarm["AlarmDescription"].endswith("(docs/runbook.md)")
        assert alarm["TreatMissingData"] == "notBreaching"
    told = [one["Endpoint"] for one in stack.properties("AWS::SNS::Subscription")]
    assert told == [address for address in [STAGES[stage].alarm_email] if address]


def test_what_holds_data_keeps_its_logical_id() -> None:
    """CloudFormation would make another, empty one beside it. So are an API's id, which is in every
    app's address, and the keys of customers."""
    stack = templates.named("prod")
    assert {type: sorted(stack.all(type)) for type in STATEFUL} == STATEFUL


@pytest.mark.parametrize("stage", STAGES)
def test_a_resolver_keeps_its_logical_id(stage: str) -> None:
    """CloudFormation makes before it removes, and AppSync takes one resolver a field: a new id cannot be deployed."""
    assert sorted(templates.named(stage).all("AWS::AppSync::Resolver")) == RESOLVERS


@pytest.mark.parametrize("stage", STAGES)
def test_alarms_may_reach_the_topic_and_read_by_its_key(stage: str) -> None:
    stack = templates.named(stage)
    (policy,) = stack.properties("AWS::SNS::TopicPolicy")
    (lets,) = [one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Allow"]
    assert (lets["Action"], lets["Principal"]) == ("sns:Publish", {"Service": "cloudwatch.amazonaws.com"})
    assert lets["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    key = stack.one("AWS::SNS::Topic").get("KmsMasterKeyId")
    assert bool(key) == STAGES[stage].own_key
    if key:
        said = stack.all("AWS::KMS::Key")[key["Fn::GetAtt"][0]]["Properties"]["KeyPolicy"]["Statement"]
        assert [one["Action"] for one in said if one["Principal"] == lets["Principal"]] == [
            ["kms:Decrypt", "kms:GenerateDataKey*"]
        ]


@pytest.mark.parametrize("stage", STAGES)
def test_what_checkov_passes_over_is_accepted_at_a_resource_with_its_reason(stage: str) -> None:
    template = templates.named(stage).template
    skipped = [
        one
        for resource in template["Resources"].values()
        for one in resource.get("Metadata", {}).get("checkov", {}).get("skip", [])
    ]
    assert {one["id"] for one in skipped} - BY_STAGE == {
        "CKV_AWS_27",
        "CKV_AWS_115",
        "CKV_AWS_116",
        "CKV_AWS_117",
        "CKV_AWS_158",
        "CKV_AWS_173",
    }
    unkeyed = set() if STAGES[stage].own_key else {"CKV_AWS_26", "CKV_AWS_119"}
    uncached = set() if STAGES[stage].rest_cache else {"CKV_AWS_120"}
    assert {one["id"] for one in skipped} & BY_STAGE == unkeyed | uncached
    assert all(len(one["comment"].split()) > 5 for one in skipped)
    assert "Metadata" not in template


def test_nothing_is_accepted_for_a_whole_stack_or_app() -> None:
    """Whoever accepts says at which construct: one of its own, or what it has just made."""
    files = [file for file in (ROOT / "infra").glob("*.py") if file.name != "accepted.py"]
    accepted = [name for file in files for name in re.findall(r"\baccept\(([\w.]+)", file.read_text())]
    assert accepted
    assert not {"self", "scope", "app", "stack", "stack.node"} & set(accepted)


@pytest.mark.parametrize("stage", STAGES)
def test_the_checks_find_nothing_that_is_not_accepted_where_it_is(stage: str) -> None:
    """cdk-nag with two packs as CDK runs it, then cfn-lint on what was written."""
    made = templates.once(stage)
    assert (made.returncode, made.stderr) == (0, "")
    assert f"Homes-{stage} is in {made.folder}. Zipped: {SIZES[LAMBDA.compiled]}" in made.stdout
    assert ("They are not compiled" in made.stdout) == (LAMBDA.compiled == "source")
    template = made.folder / f"Homes-{stage}.template.json"
    command = [str(Path(sys.executable).parent / "cfn-lint"), "--ignore-checks", TWICE_SAID, "--", str(template)]
    linted = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert (linted.returncode, linted.stdout) == (0, "")


def test_two_runs_make_the_very_same_template(tmp_path: Path) -> None:
    first, second = templates.once("prod").digests, templates.run("prod", tmp_path).digests
    assert sorted(first) == ["Homes-prod.assets.json", "Homes-prod.template.json"]
    assert first == second
