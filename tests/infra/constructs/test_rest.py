"""The REST API of the cloud is openapi.yaml, with functions behind their alias, a cache, plans and a log."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra.stages import STAGES, Issuer, Stage
from local.gateway import openapi as routes
from resolvers.wiring import PLANS, REST
from tests.infra import templates
from tests.infra.templates import Synthesised

CONTRACT = routes.read()
PATHS: dict[str, Any] = CONTRACT.document["paths"]
OPERATIONS = [(path, method) for path, item in PATHS.items() for method in routes.METHODS if method in item]
READS = [(path, method) for path, method in OPERATIONS if method == "get"]
INTEGRATION = "x-amazon-apigateway-integration"


def body(stack: Synthesised) -> Any:
    return stack.one("AWS::ApiGateway::RestApi")["Body"]


@pytest.fixture(scope="module")
def dev() -> Synthesised:
    return templates.named("dev")


def test_its_routes_are_those_of_the_contract_with_a_preflight_and_a_405_each(dev: Synthesised) -> None:
    made = {path: sorted(item) for path, item in body(dev)["paths"].items()}
    beside = ["options", "x-amazon-apigateway-any-method"]
    assert made == {
        path: sorted([method for method in item if method in routes.METHODS] + beside) for path, item in PATHS.items()
    }


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_a_route_asks_for_key_and_token_and_invokes_the_functions_alias(
    dev: Synthesised, path: str, method: str
) -> None:
    made = body(dev)["paths"][path][method]
    assert made["security"] == [{"ApiKey": []}, {"Token": []}]
    integration = made[INTEGRATION]
    assert (integration["type"], integration["httpMethod"], integration["timeoutInMillis"]) == (
        "aws_proxy",
        "POST",
        REST.seconds * 1_000,
    )
    assert alias_of(dev, integration["uri"]) == "rest"


def alias_of(stack: Synthesised, uri: Any) -> str:
    """The function that an address invokes by its alias."""
    (reference,) = (part["Ref"] for part in uri["Fn::Join"][1] if "Ref" in part and "Functions" in part["Ref"])
    alias = stack.all("AWS::Lambda::Alias")[reference]["Properties"]
    assert alias["Name"] == "live"
    name: str = stack.all("AWS::Lambda::Function")[alias["FunctionName"]["Ref"]]["Properties"]["Description"]
    return name.rpartition(": ")[2]


@pytest.mark.parametrize(("path", "method"), READS)
def test_each_parameter_and_who_asks_tell_kept_answers_apart(dev: Synthesised, path: str, method: str) -> None:
    made = body(dev)["paths"][path][method]
    kinds = {"query": "querystring", "path": "path", "header": "header"}
    assert made[INTEGRATION]["cacheKeyParameters"] == [
        f"method.request.{kinds[one['in']]}.{one['name']}" for one in made["parameters"]
    ]
    assert made["parameters"][-1]["name"] == "Authorization"
    item = PATHS[path]
    told = map(CONTRACT.resolve_ref, [*item.get("parameters", ()), *item[method].get("parameters", ())])
    assert [one["name"] for one in made["parameters"][:-1]] == [one["name"] for one in told]


def test_a_preflight_and_a_method_that_is_not_there_are_answered_to_anybody_without_a_function(
    dev: Synthesised,
) -> None:
    item = body(dev)["paths"]["/properties/{id}"]
    for method, status in (("options", "204"), ("x-amazon-apigateway-any-method", "405")):
        assert item[method]["security"] == []
        assert item[method][INTEGRATION]["type"] == "mock"
        told = item[method][INTEGRATION]["responses"]["default"]
        assert told["statusCode"] == status
        assert told["responseParameters"]["method.response.header.Access-Control-Allow-Origin"] == "'*'"
    refused = item["x-amazon-apigateway-any-method"][INTEGRATION]["responses"]["default"]
    assert refused["responseParameters"]["method.response.header.Allow"] == "'GET,PUT,DELETE,OPTIONS'"


def test_a_body_is_checked_by_the_very_schema_that_the_desk_checks_it_by(dev: Synthesised) -> None:
    made = body(dev)["components"]["schemas"]
    assert sorted(made) == ["HomeChange", "NewHome"]
    assert made == {name: body.schema for name, body in CONTRACT.bodies.items()}


def test_what_api_gateway_does_not_know_is_not_said_to_it(dev: Synthesised) -> None:
    assert not words(body(dev)) & {"nullable", "example", "links", "anyOf", "x-cors", "summary"}


def words(told: Any) -> set[str]:
    if isinstance(told, Mapping):
        return set(told) | {word for member in told.values() for word in words(member)}
    return {word for member in told for word in words(member)} if isinstance(told, list) else set()


def test_its_own_answers_are_worded_by_the_contract(dev: Synthesised) -> None:
    own = "x-amazon-apigateway-gateway-responses"
    assert body(dev)[own] == CONTRACT.document[own]
    for told in CONTRACT.document[own].values():
        assert told["responseParameters"]["gatewayresponse.header.access-control-allow-origin"] == "'*'"
        assert json.loads(told["responseTemplates"]["application/json"].replace("$context.error.messageString", '""'))


def test_the_authorizer_is_asked_by_its_alias_and_its_word_is_kept_a_minute(dev: Synthesised) -> None:
    told = body(dev)["components"]["securitySchemes"]["Token"]["x-amazon-apigateway-authorizer"]
    assert (told["type"], told["identitySource"]) == ("request", "method.request.header.Authorization")
    assert told["authorizerResultTtlInSeconds"] == REST.token_seconds == 60
    assert alias_of(dev, told["authorizerUri"]) == "authorizer"


def test_api_gateway_may_invoke_both_and_only_of_this_api(dev: Synthesised) -> None:
    (api,) = dev.all("AWS::ApiGateway::RestApi")
    found = [one for one in dev.properties("AWS::Lambda::Permission") if one["Principal"] == "apigateway.amazonaws.com"]
    assert len(found) == 2
    for permission in found:
        assert {"Ref": api} in permission["SourceArn"]["Fn::Join"][1]


def test_the_authorizer_takes_tokens_of_the_pool_for_its_clients(dev: Synthesised) -> None:
    (pool,) = dev.all("AWS::Cognito::UserPool")
    told = of(dev, "authorizer")["Environment"]["Variables"]["ISSUERS"]["Fn::Join"][1]
    clients = sorted(dev.all("AWS::Cognito::UserPoolClient"), key=lambda id: ["Web", "Ios", "Android"].index(kind(id)))
    parts = [part["Ref"] for part in told if isinstance(part, dict)]
    assert parts == ["AWS::Region", "AWS::URLSuffix", pool, *clients]


def kind(client: str) -> str:
    return next(name for name in ("Web", "Ios", "Android") if name in client)


def of(stack: Synthesised, function: str) -> Any:
    (found,) = (
        one for one in stack.properties("AWS::Lambda::Function") if one.get("Description", "").endswith(f": {function}")
    )
    return found


def test_another_issuers_tokens_are_taken_for_its_audience() -> None:
    stack = templates.of(Stage("other", auth=Issuer("https://id.example.com", "homes")))
    told = json.loads(of(stack, "authorizer")["Environment"]["Variables"]["ISSUERS"])
    assert told == [{"url": "https://id.example.com", "audience": "homes", "cognito": False}]


def test_only_the_authorizer_has_what_verifies_tokens(dev: Synthesised) -> None:
    layers = {one["Properties"]["Description"]: id for id, one in dev.all("AWS::Lambda::LayerVersion").items()}
    verifying = layers["What verifies a token, for the authorizer alone"]
    assert of(dev, "authorizer")["Layers"] == [{"Ref": verifying}]
    others = [one for one in dev.properties("AWS::Lambda::Function") if {"Ref": verifying} in one.get("Layers", ())]
    assert len(others) == 1


def test_the_authorizer_may_touch_no_table_and_the_rest_function_may_write(dev: Synthesised) -> None:
    assert not [action for action in dev.allowed("authorizer") if action.startswith("dynamodb:")]
    assert "dynamodb:Scan" not in dev.allowed("rest")
    assert "dynamodb:PutItem" in dev.allowed("rest")


@pytest.mark.parametrize("stage", STAGES)
def test_gets_are_kept_for_a_minute_where_the_stage_has_a_cache(stage: str) -> None:
    made = templates.named(stage).one("AWS::ApiGateway::Stage")
    (settings,) = made["MethodSettings"]
    size = {"dev": None, "staging": "0.5", "prod": "1.6"}[stage]
    assert (made["CacheClusterEnabled"], made.get("CacheClusterSize")) == (size is not None, size)
    assert settings.get("CacheTtlInSeconds") == (REST.cache_seconds if size else None)
    assert settings["CachingEnabled"] is (size is not None)
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (REST.rate, REST.burst)


@pytest.mark.parametrize("stage", STAGES)
def test_its_log_tells_the_key_and_the_user_and_no_secret(stage: str) -> None:
    made = templates.named(stage).one("AWS::ApiGateway::Stage")
    written = made["AccessLogSetting"]["Format"]
    assert "$context.identity.apiKeyId" in written
    assert '$context.identity.apiKey"' not in written
    assert json.loads(written.replace("$context.responseLatency", "1"))["latency"] == 1
    assert [one["DataTraceEnabled"] for one in made["MethodSettings"]] == [False]


@pytest.mark.parametrize("stage", STAGES)
def test_each_plan_has_its_rate_its_burst_its_quota_and_a_key(stage: str) -> None:
    stack = templates.named(stage)
    made = {one["UsagePlanName"]: one for one in stack.properties("AWS::ApiGateway::UsagePlan")}
    assert sorted(made) == sorted(f"homes-{stage}-{name}" for name in PLANS)
    for name, plan in PLANS.items():
        told = made[f"homes-{stage}-{name}"]
        assert told["Throttle"] == {"RateLimit": plan.rate, "BurstLimit": plan.burst}
        assert told["Quota"] == {"Limit": plan.quota, "Period": "MONTH"}
    assert len(stack.all("AWS::ApiGateway::UsagePlanKey")) == len(PLANS)


def test_long_answers_are_compressed(dev: Synthesised) -> None:
    assert dev.one("AWS::ApiGateway::RestApi")["MinimumCompressionSize"] == REST.compressed_bytes == 1_024


def test_the_governments_alarms_are_of_its_keys_alone(dev: Synthesised) -> None:
    (key,) = (id for id in dev.all("AWS::ApiGateway::ApiKey") if "government" in id)
    filters = dev.properties("AWS::Logs::MetricFilter")
    assert sorted(one["MetricTransformations"][0]["MetricName"] for one in filters) == [
        "GovernmentFaults-dev",
        "GovernmentLatency-dev",
        "GovernmentThrottled-dev",
    ]
    assert all({"Ref": key} in one["FilterPattern"]["Fn::Join"][1] for one in filters)
    alarms = [id for id in dev.all("AWS::CloudWatch::Alarm") if "Government" in id]
    assert len(alarms) == 3


def test_a_stage_without_government_customers_has_none_of_their_alarms() -> None:
    stack = templates.of(Stage("other", customers={"commercial-pro": ("acme", "globex")}))
    assert not stack.all("AWS::Logs::MetricFilter")
    assert len(stack.all("AWS::ApiGateway::UsagePlanKey")) == 2


@pytest.mark.parametrize("stage", STAGES)
def test_the_firewall_stands_before_its_stage(stage: str) -> None:
    stack = templates.named(stage)
    (made,) = stack.all("AWS::ApiGateway::Stage")
    guarded = [str(one["ResourceArn"]) for one in stack.properties("AWS::WAFv2::WebACLAssociation")]
    assert len([arn for arn in guarded if made in arn]) == 1


@pytest.mark.parametrize("stage", STAGES)
def test_over_rest_the_firewall_counts_every_request_for_nobodys_are_signed_there(stage: str) -> None:
    stack = templates.named(stage)
    (acl,) = (one for id, one in stack.all("AWS::WAFv2::WebACL").items() if "Rest" in id)
    rate = acl["Properties"]["Rules"][-1]["Statement"]["RateBasedStatement"]
    assert rate == {"AggregateKeyType": "IP", "Limit": STAGES[stage].requests_in_five_minutes}
