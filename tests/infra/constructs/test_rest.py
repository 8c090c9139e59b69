"""The REST API has the routes of openapi.yaml, function aliases, a cache, usage plans and an access log."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra.stages import STAGES, OidcIssuer, Stage
from local.gateway import openapi as routes
from resolvers.wiring import REST, USAGE_PLANS
from tests.infra import templates
from tests.infra.templates import StageTemplate

CONTRACT = routes.read()
PATHS: dict[str, Any] = CONTRACT.document["paths"]
OPERATIONS = [(path, method) for path, item in PATHS.items() for method in routes.METHODS if method in item]
READS = [(path, method) for path, method in OPERATIONS if method == "get"]
INTEGRATION = "x-amazon-apigateway-integration"


def body(stack: StageTemplate) -> Any:
    return stack.only_properties("AWS::ApiGateway::RestApi")["Body"]


@pytest.fixture(scope="module")
def dev() -> StageTemplate:
    return templates.of_stage("dev")


def test_each_route_of_the_contract_has_a_preflight_and_a_405(dev: StageTemplate) -> None:
    methods_by_path = {path: sorted(item) for path, item in body(dev)["paths"].items()}
    additional = ["options", "x-amazon-apigateway-any-method"]
    assert methods_by_path == {
        path: sorted([method for method in item if method in routes.METHODS] + additional)
        for path, item in PATHS.items()
    }


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_each_route_requires_key_and_token_and_invokes_the_alias(dev: StageTemplate, path: str, method: str) -> None:
    operation = body(dev)["paths"][path][method]
    assert operation["security"] == [{"ApiKey": []}, {"Token": []}]
    integration = operation[INTEGRATION]
    assert (integration["type"], integration["httpMethod"], integration["timeoutInMillis"]) == (
        "aws_proxy",
        "POST",
        REST.seconds * 1_000,
    )
    assert function_of(dev, integration["uri"]) == "rest"


def function_of(stack: StageTemplate, uri: Any) -> str:
    """Name of the function whose alias an invocation URI invokes."""
    (reference,) = (part["Ref"] for part in uri["Fn::Join"][1] if "Ref" in part and "Functions" in part["Ref"])
    alias = stack.resources("AWS::Lambda::Alias")[reference]["Properties"]
    assert alias["Name"] == "live"
    name: str = stack.resources("AWS::Lambda::Function")[alias["FunctionName"]["Ref"]]["Properties"]["Description"]
    return name.rpartition(": ")[2]


@pytest.mark.parametrize(("path", "method"), READS)
def test_the_cache_key_has_all_parameters_and_the_caller(dev: StageTemplate, path: str, method: str) -> None:
    operation = body(dev)["paths"][path][method]
    kinds = {"query": "querystring", "path": "path", "header": "header"}
    assert operation[INTEGRATION]["cacheKeyParameters"] == [
        f"method.request.{kinds[parameter['in']]}.{parameter['name']}" for parameter in operation["parameters"]
    ]
    assert operation["parameters"][-1]["name"] == "Authorization"
    item = PATHS[path]
    parameters = map(CONTRACT.resolve_ref, [*item.get("parameters", ()), *item[method].get("parameters", ())])
    assert [parameter["name"] for parameter in operation["parameters"][:-1]] == [
        parameter["name"] for parameter in parameters
    ]


def test_a_preflight_and_a_405_need_neither_authorization_nor_a_function(
    dev: StageTemplate,
) -> None:
    item = body(dev)["paths"]["/properties/{id}"]
    for method, status in (("options", "204"), ("x-amazon-apigateway-any-method", "405")):
        assert item[method]["security"] == []
        assert item[method][INTEGRATION]["type"] == "mock"
        response = item[method][INTEGRATION]["responses"]["default"]
        assert response["statusCode"] == status
        assert response["responseParameters"]["method.response.header.Access-Control-Allow-Origin"] == "'*'"
    not_allowed = item["x-amazon-apigateway-any-method"][INTEGRATION]["responses"]["default"]
    assert not_allowed["responseParameters"]["method.response.header.Allow"] == "'GET,PUT,DELETE,OPTIONS'"


def test_request_bodies_have_the_schemas_of_the_local_server(dev: StageTemplate) -> None:
    schemas = body(dev)["components"]["schemas"]
    assert sorted(schemas) == ["HomeChange", "NewHome"]
    assert schemas == {name: body.schema for name, body in CONTRACT.bodies.items()}


def test_keywords_that_api_gateway_does_not_support_are_removed(dev: StageTemplate) -> None:
    assert not keywords(body(dev)) & {"nullable", "example", "links", "anyOf", "x-cors", "summary"}


def keywords(document: Any) -> set[str]:
    if isinstance(document, Mapping):
        return set(document) | {keyword for member in document.values() for keyword in keywords(member)}
    return {keyword for member in document for keyword in keywords(member)} if isinstance(document, list) else set()


def test_gateway_responses_are_those_of_the_contract(dev: StageTemplate) -> None:
    extension = "x-amazon-apigateway-gateway-responses"
    assert body(dev)[extension] == CONTRACT.document[extension]
    for response in CONTRACT.document[extension].values():
        assert response["responseParameters"]["gatewayresponse.header.access-control-allow-origin"] == "'*'"
        assert json.loads(
            response["responseTemplates"]["application/json"].replace("$context.error.messageString", '""')
        )


def test_the_authorizer_is_invoked_by_its_alias_and_cached_for_a_minute(dev: StageTemplate) -> None:
    authorizer = body(dev)["components"]["securitySchemes"]["Token"]["x-amazon-apigateway-authorizer"]
    assert (authorizer["type"], authorizer["identitySource"]) == ("request", "method.request.header.Authorization")
    assert authorizer["authorizerResultTtlInSeconds"] == REST.token_seconds == 60
    assert function_of(dev, authorizer["authorizerUri"]) == "authorizer"


def test_only_this_api_may_invoke_the_two_functions(dev: StageTemplate) -> None:
    (api,) = dev.resources("AWS::ApiGateway::RestApi")
    permissions = [
        permission
        for permission in dev.properties("AWS::Lambda::Permission")
        if permission["Principal"] == "apigateway.amazonaws.com"
    ]
    assert len(permissions) == 2
    for permission in permissions:
        assert {"Ref": api} in permission["SourceArn"]["Fn::Join"][1]


def test_the_authorizer_accepts_tokens_of_the_pool_for_its_clients(dev: StageTemplate) -> None:
    (pool,) = dev.resources("AWS::Cognito::UserPool")
    issuers = function_properties_of(dev, "authorizer")["Environment"]["Variables"]["ISSUERS"]["Fn::Join"][1]
    clients = sorted(
        dev.resources("AWS::Cognito::UserPoolClient"), key=lambda id: ["Web", "Ios", "Android"].index(kind(id))
    )
    parts = [part["Ref"] for part in issuers if isinstance(part, dict)]
    assert parts == ["AWS::Region", "AWS::URLSuffix", pool, *clients]


def kind(client: str) -> str:
    return next(name for name in ("Web", "Ios", "Android") if name in client)


def function_properties_of(stack: StageTemplate, function: str) -> Any:
    (properties,) = (
        function_properties
        for function_properties in stack.properties("AWS::Lambda::Function")
        if function_properties.get("Description", "").endswith(f": {function}")
    )
    return properties


def test_the_authorizer_accepts_tokens_of_an_oidc_issuer_for_its_audience() -> None:
    stack = templates.synthesize(Stage("other", auth=OidcIssuer("https://id.example.com", "homes")))
    issuers = json.loads(function_properties_of(stack, "authorizer")["Environment"]["Variables"]["ISSUERS"])
    assert issuers == [{"url": "https://id.example.com", "audience": "homes", "cognito": False}]


def test_only_the_authorizer_uses_the_authorizer_layer(dev: StageTemplate) -> None:
    layers = {
        resource["Properties"]["Description"]: id for id, resource in dev.resources("AWS::Lambda::LayerVersion").items()
    }
    authorizer_layer = layers["Packages that verify a token, only for the authorizer"]
    assert function_properties_of(dev, "authorizer")["Layers"] == [{"Ref": authorizer_layer}]
    users = [
        resource
        for resource in dev.properties("AWS::Lambda::Function")
        if {"Ref": authorizer_layer} in resource.get("Layers", ())
    ]
    assert len(users) == 1


def test_the_authorizer_has_no_table_access_and_the_rest_function_may_write(dev: StageTemplate) -> None:
    assert not [action for action in dev.allowed_actions("authorizer") if action.startswith("dynamodb:")]
    assert "dynamodb:Scan" not in dev.allowed_actions("rest")
    assert "dynamodb:PutItem" in dev.allowed_actions("rest")


@pytest.mark.parametrize("stage", STAGES)
def test_gets_are_cached_for_a_minute_if_the_stage_has_a_cache(stage: str) -> None:
    gateway_stage = templates.of_stage(stage).only_properties("AWS::ApiGateway::Stage")
    (settings,) = gateway_stage["MethodSettings"]
    size = {"dev": None, "staging": "0.5", "prod": "1.6"}[stage]
    assert (gateway_stage["CacheClusterEnabled"], gateway_stage.get("CacheClusterSize")) == (size is not None, size)
    assert settings.get("CacheTtlInSeconds") == (REST.cache_seconds if size else None)
    assert settings["CachingEnabled"] is (size is not None)
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (REST.rate, REST.burst)


@pytest.mark.parametrize("stage", STAGES)
def test_the_access_log_has_the_key_id_and_the_user_and_no_secret(stage: str) -> None:
    gateway_stage = templates.of_stage(stage).only_properties("AWS::ApiGateway::Stage")
    log_format = gateway_stage["AccessLogSetting"]["Format"]
    assert "$context.identity.apiKeyId" in log_format
    assert '$context.identity.apiKey"' not in log_format
    assert json.loads(log_format.replace("$context.responseLatency", "1"))["latency"] == 1
    assert [settings["DataTraceEnabled"] for settings in gateway_stage["MethodSettings"]] == [False]


@pytest.mark.parametrize("stage", STAGES)
def test_each_plan_has_its_rate_burst_quota_and_a_key(stage: str) -> None:
    stack = templates.of_stage(stage)
    plans = {usage_plan["UsagePlanName"]: usage_plan for usage_plan in stack.properties("AWS::ApiGateway::UsagePlan")}
    assert sorted(plans) == sorted(f"homes-{stage}-{name}" for name in USAGE_PLANS)
    for name, plan in USAGE_PLANS.items():
        usage_plan_of_stage = plans[f"homes-{stage}-{name}"]
        assert usage_plan_of_stage["Throttle"] == {"RateLimit": plan.rate, "BurstLimit": plan.burst}
        assert usage_plan_of_stage["Quota"] == {"Limit": plan.quota, "Period": "MONTH"}
    assert len(stack.resources("AWS::ApiGateway::UsagePlanKey")) == len(USAGE_PLANS)


def test_long_responses_are_compressed(dev: StageTemplate) -> None:
    assert dev.only_properties("AWS::ApiGateway::RestApi")["MinimumCompressionSize"] == REST.compressed_bytes == 1_024


def test_government_alarms_count_only_requests_with_government_keys(dev: StageTemplate) -> None:
    (key,) = (id for id in dev.resources("AWS::ApiGateway::ApiKey") if "government" in id)
    filters = dev.properties("AWS::Logs::MetricFilter")
    assert sorted(metric_filter["MetricTransformations"][0]["MetricName"] for metric_filter in filters) == [
        "GovernmentLatency-dev",
        "GovernmentServerErrors-dev",
        "GovernmentThrottled-dev",
    ]
    assert all({"Ref": key} in metric_filter["FilterPattern"]["Fn::Join"][1] for metric_filter in filters)
    alarms = [id for id in dev.resources("AWS::CloudWatch::Alarm") if "Government" in id]
    assert len(alarms) == 3


def test_a_stage_without_government_customers_has_no_government_alarms() -> None:
    stack = templates.synthesize(Stage("other", api_customers={"commercial-pro": ("acme", "globex")}))
    assert not stack.resources("AWS::Logs::MetricFilter")
    assert len(stack.resources("AWS::ApiGateway::UsagePlanKey")) == 2


@pytest.mark.parametrize("stage", STAGES)
def test_a_web_acl_is_associated_with_the_rest_stage(stage: str) -> None:
    stack = templates.of_stage(stage)
    (gateway_stage,) = stack.resources("AWS::ApiGateway::Stage")
    protected_arns = [
        str(association["ResourceArn"]) for association in stack.properties("AWS::WAFv2::WebACLAssociation")
    ]
    assert len([arn for arn in protected_arns if gateway_stage in arn]) == 1


@pytest.mark.parametrize("stage", STAGES)
def test_the_rest_rate_limit_counts_every_request(stage: str) -> None:
    stack = templates.of_stage(stage)
    (acl,) = (acl_resource for id, acl_resource in stack.resources("AWS::WAFv2::WebACL").items() if "Rest" in id)
    rate = acl["Properties"]["Rules"][-1]["Statement"]["RateBasedStatement"]
    assert rate == {"AggregateKeyType": "IP", "Limit": STAGES[stage].requests_in_five_minutes}
