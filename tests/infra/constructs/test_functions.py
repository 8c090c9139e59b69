"""The functions: runtime, memory, timeout, log and concurrency, as the stage sets them."""

from typing import Any

import pytest
from aws_cdk import App, CfnResource
from aws_cdk.assertions import Template

from infra.stack import Homes
from infra.stages import FUNCTIONS, STAGES, OidcIssuer, Stage
from resolvers.wiring import LIMITS, MEMORY_MB
from tests.infra import templates
from tests.infra.templates import StageTemplate

NON_FIELD_FUNCTIONS = ("authorizer", "post_confirmation", "rest", "stream")  # with their own handler
ALL_FUNCTIONS = sorted([*FUNCTIONS, *NON_FIELD_FUNCTIONS])


def functions(stack: StageTemplate) -> dict[str, Any]:
    """Our functions, by name; CDK's own functions have no such description."""
    functions_by_description = [
        (function.get("Description", ""), function) for function in stack.properties("AWS::Lambda::Function")
    ]
    return {
        text.rpartition(": ")[2]: function for text, function in functions_by_description if text.startswith("Homes, ")
    }


@pytest.mark.parametrize("stage", STAGES)
def test_each_function_has_its_handler_runtime_timeout_and_memory(stage: str) -> None:
    stage_functions = functions(templates.of_stage(stage))
    assert sorted(stage_functions) == ALL_FUNCTIONS
    for name, function in stage_functions.items():
        assert function["Handler"] == (
            f"resolvers.{name}.handle" if name in NON_FIELD_FUNCTIONS else "resolvers.runtime.handler.handle"
        )
        assert (function["Runtime"], function["Architectures"]) == ("python3.13", ["arm64"])
        assert function["TracingConfig"] == {"Mode": "Active"}
        assert function["Timeout"] == {"authorizer": 10, "stream": 60, "post_confirmation": 5}.get(
            name, LIMITS.seconds - 1
        )
        assert function["MemorySize"] == STAGES[stage].memory_mb.get(name, MEMORY_MB)


@pytest.mark.parametrize("stage", STAGES)
def test_earlier_versions_are_retained_for_a_rollback(stage: str) -> None:
    versions = templates.of_stage(stage).resources("AWS::Lambda::Version").values()
    assert len(versions) == len(ALL_FUNCTIONS)
    assert {(version["DeletionPolicy"], version["UpdateReplacePolicy"]) for version in versions} == {
        ("Retain", "Retain")
    }


def test_a_new_layer_creates_a_new_version_of_each_function_that_uses_it() -> None:
    """Without a new version the alias would still use the old layer, with the vulnerability that the new one fixes."""
    homes = Homes(App(), STAGES["dev"])
    layer = homes.node.find_child("Functions").node.find_child("Layer").node.default_child
    assert isinstance(layer, CfnResource)
    layer.add_property_override("Content.S3Key", "another.zip")
    after = StageTemplate(dict(Template.from_stack(homes).to_json())).resources("AWS::Lambda::Version").keys()
    before = templates.of_stage("dev").resources("AWS::Lambda::Version").keys()
    assert len(after - before) == len(ALL_FUNCTIONS) - 1
    assert [id.startswith("FunctionsAuthorizer") for id in before & after] == [True]


@pytest.mark.parametrize("stage", STAGES)
def test_each_function_has_exactly_the_environment_variables_that_it_reads(stage: str) -> None:
    for name, function in functions(templates.of_stage(stage)).items():
        variables = function["Environment"]["Variables"]
        additional = {"stream": {"APPSYNC_URL"}, "authorizer": {"ISSUERS"}}.get(name, set())
        assert set(variables) == {"TABLE_NAME", "TRACING", "POWERTOOLS_LOG_LEVEL", "STAGE"} | additional
        assert (variables["TRACING"], variables["STAGE"]) == ("on", stage)


def test_functions_of_an_oidc_stage_get_the_names_of_its_claims() -> None:
    issuer = OidcIssuer("https://id.example.com", "homes", user_id_claim="uid", groups_claim="roles")
    stack = templates.synthesize(Stage("other", auth=issuer))
    variables = functions(stack)["users"]["Environment"]["Variables"]
    assert (variables["USER_ID_CLAIM"], variables["GROUPS_CLAIM"]) == ("uid", "roles")
    api = stack.only_properties("AWS::AppSync::GraphQLApi")
    assert api["OpenIDConnectConfig"] == {"Issuer": "https://id.example.com", "ClientId": "homes"}
    assert not stack.resources("AWS::Cognito::UserPool")
    assert "post_confirmation" not in functions(stack)


@pytest.mark.parametrize("stage", STAGES)
def test_each_log_group_has_the_retention_of_the_stage(stage: str) -> None:
    days = {"dev": 7, "staging": 30, "prod": 90}[stage]
    logs = templates.of_stage(stage).properties("AWS::Logs::LogGroup")
    assert [log["RetentionInDays"] for log in logs] == [days] * (len(ALL_FUNCTIONS) + 2)  # and the logs of the two APIs


def test_prod_functions_have_provisioned_concurrency_or_snap_start() -> None:
    stack = templates.of_stage("prod")
    scaled = stack.properties("AWS::ApplicationAutoScaling::ScalableTarget")
    targets = [target for target in scaled if target["ServiceNamespace"] == "lambda"]
    assert len(targets) == len(STAGES["prod"].provisioned_concurrency) == 2
    for target in targets:
        start, end = target["ScheduledActions"]
        assert (start["Schedule"], start["ScalableTargetAction"]["MinCapacity"]) == ("cron(0 7 ? * MON-FRI *)", 5)
        assert end["ScalableTargetAction"] == {"MinCapacity": 0, "MaxCapacity": 0}
        assert end["Schedule"] == "cron(0 19 ? * MON-FRI *)"
    snap_start = [name for name, target in functions(stack).items() if "SnapStart" in target]
    assert sorted(snap_start) == ["authorizer", "history", "images", "rest", "users"]


def test_only_the_stream_function_of_prod_has_reserved_concurrency() -> None:
    reserved = {
        (stage, name): function["ReservedConcurrentExecutions"]
        for stage in STAGES
        for name, function in functions(templates.of_stage(stage)).items()
        if "ReservedConcurrentExecutions" in function
    }
    assert reserved == {("prod", "stream"): 20}


def test_the_stream_is_read_in_batches_with_partial_failures() -> None:
    stack = templates.of_stage("dev")
    source = stack.only_properties("AWS::Lambda::EventSourceMapping")
    assert source["BisectBatchOnFunctionError"] is True
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["FilterCriteria"] == {"Filters": [{"Pattern": '{"dynamodb":{"Keys":{"sk":{"S":["METADATA"]}}}}'}]}
    assert (source["StartingPosition"], source["BatchSize"], source["MaximumRetryAttempts"]) == ("TRIM_HORIZON", 100, 5)
    (queue,) = stack.resources("AWS::SQS::Queue")
    assert source["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": [queue, "Arn"]}
    assert "':live'" in str(source["FunctionName"])
