"""The table of the cloud is the one that `data/keys.py` states, and nobody may do more to it than they need."""

import pytest

from data import keys
from infra.stages import FUNCTIONS, STAGES
from local.dynamodb import engine as dynamodb
from resolvers.wiring import FIELDS
from tests.infra import templates

TABLE = "AWS::DynamoDB::Table"
READS = {"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"}
WRITES = {"dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}
WRITERS = {row.function for row in FIELDS if row.parent == "Mutation"}


@pytest.mark.parametrize("stage", STAGES)
def test_keys_and_indexes_are_those_of_the_desk(stage: str, engine: str) -> None:
    """The very same request makes the desk's table, so the two are compared as DynamoDB describes them."""
    dynamodb.make_table(engine, f"cloud-{stage}")
    desk = dynamodb.client(engine).describe_table(TableName=f"cloud-{stage}")["Table"]
    cloud = templates.named(stage).one(TABLE)
    assert cloud["KeySchema"] == desk["KeySchema"]
    assert sorted(one["AttributeName"] + one["AttributeType"] for one in cloud["AttributeDefinitions"]) == sorted(
        one["AttributeName"] + one["AttributeType"] for one in desk["AttributeDefinitions"]
    )
    assert {one["IndexName"]: (one["KeySchema"], one["Projection"]) for one in cloud["GlobalSecondaryIndexes"]} == {
        one["IndexName"]: (one["KeySchema"], one["Projection"]) for one in desk["GlobalSecondaryIndexes"]
    }
    assert cloud["StreamSpecification"]["StreamViewType"] == desk["StreamSpecification"]["StreamViewType"]
    assert cloud["TimeToLiveSpecification"] == {"AttributeName": keys.EXPIRES, "Enabled": True}


@pytest.mark.parametrize("stage", STAGES)
def test_every_table_can_be_restored_and_only_prods_cannot_be_removed(stage: str) -> None:
    table = templates.named(stage).all(TABLE).popitem()[1]
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["Properties"]["DeletionProtectionEnabled"] is (stage == "prod")
    assert table["DeletionPolicy"] == ("Retain" if stage == "prod" else "Delete")


def test_prods_capacity_rises_before_business_and_falls_after_it_on_table_and_indexes() -> None:
    scaled = templates.named("prod").properties("AWS::ApplicationAutoScaling::ScalableTarget")
    tables = [one for one in scaled if one["ServiceNamespace"] == "dynamodb"]
    assert len(tables) == 2 * (1 + len(keys.INDEXES))
    for one in tables:
        opens, closes = one["ScheduledActions"]
        assert (opens["Schedule"], closes["Schedule"]) == ("cron(0 7 ? * MON-FRI *)", "cron(0 19 ? * MON-FRI *)")
        assert opens["Timezone"] == closes["Timezone"] == "America/Los_Angeles"
        day, most = (50, 1000) if "Read" in one["ScalableDimension"] else (25, 500)
        assert opens["ScalableTargetAction"] == {"MinCapacity": day, "MaxCapacity": most}
        assert closes["ScalableTargetAction"] == {"MinCapacity": 5, "MaxCapacity": most}


@pytest.mark.parametrize("stage", ["dev", "staging"])
def test_other_tables_are_paid_for_by_the_request(stage: str) -> None:
    assert templates.named(stage).one(TABLE)["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("stage", STAGES)
def test_a_function_writes_only_if_it_answers_a_mutation_and_never_scans(stage: str, function: str) -> None:
    allowed = {action for action in templates.named(stage).allowed(function) if action.startswith("dynamodb:")}
    assert allowed == (READS | WRITES if function in WRITERS else READS)


@pytest.mark.parametrize("stage", STAGES)
def test_nobody_at_all_may_scan(stage: str) -> None:
    for policy in templates.named(stage).properties("AWS::IAM::Policy"):
        for statement in policy["PolicyDocument"]["Statement"]:
            actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
            assert not {"*", "dynamodb:*", "dynamodb:Scan", "dynamodb:PartiQLSelect"} & set(actions)


def test_prods_table_has_a_key_of_its_own_and_the_others_awss() -> None:
    kept = {stage: templates.named(stage).one(TABLE)["SSESpecification"] for stage in STAGES}
    assert kept.pop("prod")["KMSMasterKeyId"] == {"Fn::GetAtt": ["TableKey25666F95", "Arn"]}
    assert kept == {"dev": {"SSEEnabled": True}, "staging": {"SSEEnabled": True}}


@pytest.mark.parametrize("stage", STAGES)
def test_hot_keys_of_table_and_indexes_are_named_where_data_is_kept(stage: str) -> None:
    table = templates.named(stage).one(TABLE)
    told = [one["ContributorInsightsSpecification"] for one in [table, *table["GlobalSecondaryIndexes"]]]
    assert told == [{"Enabled": stage == "prod"}] * 3


@pytest.mark.parametrize("name", ["stream", "post_confirmation"])
def test_the_functions_beside_the_api_read_what_prods_own_key_encrypts(name: str) -> None:
    assert "kms:Decrypt" in templates.named("prod").allowed(name)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_decrypts_by_prods_own_key_and_encrypts_only_if_it_writes(function: str) -> None:
    allowed = {action for action in templates.named("prod").allowed(function) if action.startswith("kms:")}
    encrypts = {"kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"}
    assert allowed == ({"kms:Decrypt"} | encrypts if function in WRITERS else {"kms:Decrypt"})


def test_nothing_is_allowed_on_everything_but_tracing() -> None:
    for function in [*FUNCTIONS, "stream", "post_confirmation"]:
        for action, resources in templates.named("prod").allowed(function).items():
            assert "*" not in resources or action.startswith("xray:") or action == "dynamodb:ListStreams", action
