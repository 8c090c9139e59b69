"""The table has the keys and indexes of `data/keys.py`, and its grants follow least privilege."""

import pytest

from data import keys
from infra.stages import FUNCTIONS, STAGES
from local.dynamodb import engine as dynamodb
from resolvers.wiring import FIELDS
from tests.infra import templates

TABLE = "AWS::DynamoDB::Table"
READS = {"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"}
WRITES = {"dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}
WRITING_FUNCTIONS = {field.function for field in FIELDS if field.parent == "Mutation"}


@pytest.mark.parametrize("stage", STAGES)
def test_keys_and_indexes_are_those_of_the_local_server(stage: str, engine: str) -> None:
    """The local server creates its table from the same module: compares both as DynamoDB describes them."""
    dynamodb.create_table(engine, f"cloud-{stage}")
    local_table = dynamodb.client(engine).describe_table(TableName=f"cloud-{stage}")["Table"]
    template_table = templates.of_stage(stage).only_properties(TABLE)
    assert template_table["KeySchema"] == local_table["KeySchema"]
    assert sorted(
        entry["AttributeName"] + entry["AttributeType"] for entry in template_table["AttributeDefinitions"]
    ) == sorted(entry["AttributeName"] + entry["AttributeType"] for entry in local_table["AttributeDefinitions"])
    assert {
        entry["IndexName"]: (entry["KeySchema"], entry["Projection"])
        for entry in template_table["GlobalSecondaryIndexes"]
    } == {
        entry["IndexName"]: (entry["KeySchema"], entry["Projection"]) for entry in local_table["GlobalSecondaryIndexes"]
    }
    assert (
        template_table["StreamSpecification"]["StreamViewType"] == local_table["StreamSpecification"]["StreamViewType"]
    )
    assert template_table["TimeToLiveSpecification"] == {"AttributeName": keys.TTL_ATTRIBUTE, "Enabled": True}


@pytest.mark.parametrize("stage", STAGES)
def test_every_table_has_pitr_and_only_prod_has_deletion_protection(stage: str) -> None:
    table = templates.of_stage(stage).resources(TABLE).popitem()[1]
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["Properties"]["DeletionProtectionEnabled"] is (stage == "prod")
    assert table["DeletionPolicy"] == ("Retain" if stage == "prod" else "Delete")


def test_prod_table_and_indexes_scale_up_for_business_hours() -> None:
    scaled = templates.of_stage("prod").properties("AWS::ApplicationAutoScaling::ScalableTarget")
    tables = [target for target in scaled if target["ServiceNamespace"] == "dynamodb"]
    assert len(tables) == 2 * (1 + len(keys.INDEXES))
    for target in tables:
        start, end = target["ScheduledActions"]
        assert (start["Schedule"], end["Schedule"]) == ("cron(0 7 ? * MON-FRI *)", "cron(0 19 ? * MON-FRI *)")
        assert start["Timezone"] == end["Timezone"] == "America/Los_Angeles"
        minimum, maximum = (50, 1000) if "Read" in target["ScalableDimension"] else (25, 500)
        assert start["ScalableTargetAction"] == {"MinCapacity": minimum, "MaxCapacity": maximum}
        assert end["ScalableTargetAction"] == {"MinCapacity": 5, "MaxCapacity": maximum}


@pytest.mark.parametrize("stage", ["dev", "staging"])
def test_other_tables_are_billed_per_request(stage: str) -> None:
    assert templates.of_stage(stage).only_properties(TABLE)["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("stage", STAGES)
def test_a_function_writes_only_if_it_resolves_a_mutation(stage: str, function: str) -> None:
    allowed = {
        action for action in templates.of_stage(stage).allowed_actions(function) if action.startswith("dynamodb:")
    }
    assert allowed == (READS | WRITES if function in WRITING_FUNCTIONS else READS)


@pytest.mark.parametrize("stage", STAGES)
def test_no_policy_allows_a_scan(stage: str) -> None:
    for policy in templates.of_stage(stage).properties("AWS::IAM::Policy"):
        for statement in policy["PolicyDocument"]["Statement"]:
            actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
            assert not {"*", "dynamodb:*", "dynamodb:Scan", "dynamodb:PartiQLSelect"} & set(actions)


def test_only_the_prod_table_has_a_customer_managed_key() -> None:
    encryption = {stage: templates.of_stage(stage).only_properties(TABLE)["SSESpecification"] for stage in STAGES}
    assert encryption.pop("prod")["KMSMasterKeyId"] == {"Fn::GetAtt": ["TableKey25666F95", "Arn"]}
    assert encryption == {"dev": {"SSEEnabled": True}, "staging": {"SSEEnabled": True}}


@pytest.mark.parametrize("stage", STAGES)
def test_only_prod_has_contributor_insights(stage: str) -> None:
    table = templates.of_stage(stage).only_properties(TABLE)
    specifications = [
        table_or_index["ContributorInsightsSpecification"]
        for table_or_index in [table, *table["GlobalSecondaryIndexes"]]
    ]
    assert specifications == [{"Enabled": stage == "prod"}] * 3


@pytest.mark.parametrize("name", ["stream", "post_confirmation"])
def test_stream_and_post_confirmation_may_decrypt_the_prod_table(name: str) -> None:
    assert "kms:Decrypt" in templates.of_stage("prod").allowed_actions(name)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_encrypt_with_the_prod_key_only_if_it_writes(function: str) -> None:
    allowed = {action for action in templates.of_stage("prod").allowed_actions(function) if action.startswith("kms:")}
    encrypts = {"kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"}
    assert allowed == ({"kms:Decrypt"} | encrypts if function in WRITING_FUNCTIONS else {"kms:Decrypt"})


def test_only_tracing_is_allowed_on_all_resources() -> None:
    for function in [*FUNCTIONS, "stream", "post_confirmation"]:
        for action, resources in templates.of_stage("prod").allowed_actions(function).items():
            assert "*" not in resources or action.startswith("xray:") or action == "dynamodb:ListStreams", action
