"""The functions: small machines, each with its log, its time and its processes, as the stage says."""

from typing import Any

import pytest
from aws_cdk import App, CfnResource
from aws_cdk.assertions import Template

from infra.stack import Homes
from infra.stages import FUNCTIONS, STAGES, Issuer, Stage
from resolvers.wiring import LIMITS, MEMORY_MB
from tests.infra import templates
from tests.infra.templates import Synthesised

OWN = ("authorizer", "post_confirmation", "rest", "stream")  # with an entry of their own, not AppSync's
ALL = sorted([*FUNCTIONS, *OWN])


def functions(stack: Synthesised) -> dict[str, Any]:
    """Those of our own, by name; CDK's own helpers have no such description."""
    described = [(one.get("Description", ""), one) for one in stack.properties("AWS::Lambda::Function")]
    return {text.rpartition(": ")[2]: one for text, one in described if text.startswith("Homes, ")}


@pytest.mark.parametrize("stage", STAGES)
def test_each_has_its_module_its_machine_and_its_time(stage: str) -> None:
    found = functions(templates.named(stage))
    assert sorted(found) == ALL
    for name, one in found.items():
        assert one["Handler"] == (f"resolvers.{name}.handle" if name in OWN else "resolvers.runtime.handler.handle")
        assert (one["Runtime"], one["Architectures"]) == ("python3.13", ["arm64"])
        assert one["TracingConfig"] == {"Mode": "Active"}
        assert one["Timeout"] == {"authorizer": 10, "stream": 60, "post_confirmation": 5}.get(name, LIMITS.seconds - 1)
        assert one["MemorySize"] == STAGES[stage].memory_mb.get(name, MEMORY_MB)


@pytest.mark.parametrize("stage", STAGES)
def test_the_versions_before_stay_to_roll_back_to(stage: str) -> None:
    versions = templates.named(stage).all("AWS::Lambda::Version").values()
    assert len(versions) == len(ALL)
    assert {(one["DeletionPolicy"], one["UpdateReplacePolicy"]) for one in versions} == {("Retain", "Retain")}


def test_a_new_layer_alone_is_a_new_version_of_each_function_that_has_it() -> None:
    """Without one the alias would lead to the version before, whose layer has the hole that was mended."""
    homes = Homes(App(), STAGES["dev"])
    layer = homes.node.find_child("Functions").node.find_child("Layer").node.default_child
    assert isinstance(layer, CfnResource)
    layer.add_property_override("Content.S3Key", "another.zip")
    after = Synthesised(dict(Template.from_stack(homes).to_json())).all("AWS::Lambda::Version").keys()
    before = templates.named("dev").all("AWS::Lambda::Version").keys()
    assert len(after - before) == len(ALL) - 1
    assert [id.startswith("FunctionsAuthorizer") for id in before & after] == [True]


@pytest.mark.parametrize("stage", STAGES)
def test_what_they_read_of_their_environment_is_told(stage: str) -> None:
    for name, one in functions(templates.named(stage)).items():
        told = one["Environment"]["Variables"]
        own = {"stream": {"APPSYNC_URL"}, "authorizer": {"ISSUERS"}}.get(name, set())
        assert set(told) == {"TABLE_NAME", "TRACING", "POWERTOOLS_LOG_LEVEL", "STAGE"} | own
        assert (told["TRACING"], told["STAGE"]) == ("on", stage)


def test_of_another_issuer_they_are_told_which_claims_it_uses() -> None:
    issuer = Issuer("https://id.example.com", "homes", user_id_claim="uid", groups_claim="roles")
    stack = templates.of(Stage("other", auth=issuer))
    told = functions(stack)["users"]["Environment"]["Variables"]
    assert (told["USER_ID_CLAIM"], told["GROUPS_CLAIM"]) == ("uid", "roles")
    api = stack.one("AWS::AppSync::GraphQLApi")
    assert api["OpenIDConnectConfig"] == {"Issuer": "https://id.example.com", "ClientId": "homes"}
    assert not stack.all("AWS::Cognito::UserPool")
    assert "post_confirmation" not in functions(stack)


@pytest.mark.parametrize("stage", STAGES)
def test_logs_are_kept_as_long_as_the_stage_says_and_no_longer(stage: str) -> None:
    days = {"dev": 7, "staging": 30, "prod": 90}[stage]
    logs = templates.named(stage).properties("AWS::Logs::LogGroup")
    assert [one["RetentionInDays"] for one in logs] == [days] * (len(ALL) + 2)  # those of both APIs too


def test_some_of_prods_wait_in_business_hours_and_the_others_start_from_a_snapshot() -> None:
    stack = templates.named("prod")
    scaled = stack.properties("AWS::ApplicationAutoScaling::ScalableTarget")
    waiting = [one for one in scaled if one["ServiceNamespace"] == "lambda"]
    assert len(waiting) == len(STAGES["prod"].warm) == 2
    for one in waiting:
        opens, closes = one["ScheduledActions"]
        assert (opens["Schedule"], opens["ScalableTargetAction"]["MinCapacity"]) == ("cron(0 7 ? * MON-FRI *)", 5)
        assert closes["ScalableTargetAction"] == {"MinCapacity": 0, "MaxCapacity": 0}
        assert closes["Schedule"] == "cron(0 19 ? * MON-FRI *)"
    snapped = [name for name, one in functions(stack).items() if "SnapStart" in one]
    assert sorted(snapped) == ["authorizer", "history", "images", "rest", "users"]


def test_only_prod_reserves_concurrency_and_only_the_streams() -> None:
    reserved = {
        (stage, name): one["ReservedConcurrentExecutions"]
        for stage in STAGES
        for name, one in functions(templates.named(stage)).items()
        if "ReservedConcurrentExecutions" in one
    }
    assert reserved == {("prod", "stream"): 20}


def test_the_stream_is_read_in_batches_that_can_fail_in_part() -> None:
    stack = templates.named("dev")
    source = stack.one("AWS::Lambda::EventSourceMapping")
    assert source["BisectBatchOnFunctionError"] is True
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["FilterCriteria"] == {"Filters": [{"Pattern": '{"dynamodb":{"Keys":{"sk":{"S":["METADATA"]}}}}'}]}
    assert (source["StartingPosition"], source["BatchSize"], source["MaximumRetryAttempts"]) == ("TRIM_HORIZON", 100, 5)
    (queue,) = stack.all("AWS::SQS::Queue")
    assert source["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": [queue, "Arn"]}
    assert "':live'" in str(source["FunctionName"])
