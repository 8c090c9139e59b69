"""The original REST routes: API Gateway from `openapi.yaml`, its function, its authorizer and its usage plans."""

import json
from collections.abc import Mapping

from aws_cdk import Duration, RemovalPolicy, Size, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.build import openapi
from infra.constructs.functions import LOG_SUPPRESSIONS, Functions
from infra.constructs.table import Table
from infra.constructs.users import Users
from infra.stages import OidcIssuer, Stage
from infra.suppressions import suppress
from resolvers.field_config import UsagePlan
from resolvers.wiring import REST, USAGE_PLANS

AUTHORIZER_SECONDS = 10  # two requests to the issuer, 3 seconds each
LOG_FIELDS = {  # neither tokens nor key values
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "key": "$context.identity.apiKeyId",
    "user": "$context.authorizer.principalId",
    "method": "$context.httpMethod",
    "route": "$context.resourcePath",
    "status": "$context.status",
    "length": "$context.responseLength",
    "ip": "$context.identity.sourceIp",
    "errorType": "$context.error.responseType",
}
LATENCY_FIELD = '"latency": $context.responseLatency'  # a number, because a metric filter reads it
PUSH_TO_CLOUDWATCH_POLICY = (
    "Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
)
SUPPRESSIONS = {
    "AwsSolutions::AwsSolutions-APIG2": "The OpenAPI document of the API enables the request validator",
    "Serverless::Serverless-APIGWStructuredLogging": "It is JSON at run time: one value is a number without quotes",
    f"AwsSolutions::AwsSolutions-IAM4[{PUSH_TO_CLOUDWATCH_POLICY}]": "API Gateway has one role for all logs",
}
NO_CACHE = {"CKV_AWS_120": "A cache is billed by the hour, and this stage does without"}


class Rest(Construct):
    """The REST API of a stage as `api`, its access log as `log`, and the API keys of each usage plan as `keys`."""

    def __init__(
        self, scope: Construct, id: str, *, stage: Stage, table: Table, functions: Functions, users: Users | None
    ) -> None:
        super().__init__(scope, id)
        self.stage_name = stage.name
        rest = functions.add("rest", handler="resolvers.rest.handle", seconds=REST.seconds)
        table.grant(rest, writes=True)
        authorizer = functions.add(
            "authorizer",
            handler="resolvers.authorizer.handle",
            seconds=AUTHORIZER_SECONDS,
            environment={"ISSUERS": Stack.of(self).to_json_string(issuers(stage, users))},
            layer=functions.authorizer_layer,
        )
        self.log = logs.LogGroup(self, "Log", retention=stage.log_days, removal_policy=RemovalPolicy.DESTROY)
        suppress(self.log, LOG_SUPPRESSIONS)
        document = openapi.for_gateway(rest=invocation_uri(rest), authorizer=invocation_uri(authorizer))
        self.api = apigateway.SpecRestApi(
            self,
            "Api",
            rest_api_name=f"homes-{stage.name}",
            api_definition=apigateway.ApiDefinition.from_inline(document),
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            min_compression_size=Size.bytes(REST.compressed_bytes),
            cloud_watch_role=True,
            deploy_options=stage_options(stage, self.log),
        )
        self.api.node.try_remove_child("Endpoint")  # CDK's default output; the stack has RestEndpoint
        suppress(self.api, SUPPRESSIONS)
        if not stage.rest_cache:
            suppress(self.api.deployment_stage, NO_CACHE)
        gateway = iam.ServicePrincipal("apigateway.amazonaws.com")
        rest.add_permission("Gateway", principal=gateway, source_arn=self.api.arn_for_execute_api())
        authorizers = f"{self.api.arn_for_execute_api().partition('/')[0]}/authorizers/*"
        authorizer.add_permission("Gateway", principal=gateway, source_arn=authorizers)
        self.keys = {name: self.add_plan(name, plan, stage) for name, plan in USAGE_PLANS.items()}

    def add_plan(self, name: str, plan: UsagePlan, stage: Stage) -> list[apigateway.IApiKey]:
        """Adds a usage plan; returns its customers' API keys, whose values API Gateway generates."""
        usage = self.api.add_usage_plan(
            name,
            name=f"homes-{stage.name}-{name}",
            throttle=apigateway.ThrottleSettings(rate_limit=plan.rate, burst_limit=plan.burst),
            quota=apigateway.QuotaSettings(limit=plan.quota, period=apigateway.Period.MONTH),
            api_stages=[apigateway.UsagePlanPerApiStage(api=self.api, stage=self.api.deployment_stage)],
        )
        keys = []
        for customer in stage.api_customers.get(name, ()):
            key = self.api.add_api_key(f"{name}-{customer}", api_key_name=f"homes-{stage.name}-{name}-{customer}")
            usage.add_api_key(key)
            keys.append(key)
        return keys


def stage_options(stage: Stage, log: logs.ILogGroup) -> apigateway.StageOptions:
    """The settings of API Gateway's stage. GETs are cached only if the stage has a cache (billed by the hour)."""
    log_format = json.dumps(LOG_FIELDS)[:-1] + f", {LATENCY_FIELD}}}"
    return apigateway.StageOptions(
        stage_name=stage.name,
        caching_enabled=stage.rest_cache is not None,
        cache_cluster_enabled=stage.rest_cache is not None,
        cache_cluster_size=stage.rest_cache,
        cache_ttl=Duration.seconds(REST.cache_seconds) if stage.rest_cache else None,
        cache_data_encrypted=True if stage.rest_cache else None,
        throttling_rate_limit=REST.rate,
        throttling_burst_limit=REST.burst,
        access_log_destination=apigateway.LogGroupLogDestination(log),
        access_log_format=apigateway.AccessLogFormat.custom(log_format),
        logging_level=apigateway.MethodLoggingLevel.ERROR,
        data_trace_enabled=False,
        metrics_enabled=True,
        tracing_enabled=True,
    )


def invocation_uri(alias: lambda_.IAlias) -> str:
    """The URI with which API Gateway invokes a function.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html
    """
    stack = Stack.of(alias)
    path = f"path/2015-03-31/functions/{alias.function_arn}/invocations"
    return f"arn:{stack.partition}:apigateway:{stack.region}:lambda:{path}"


def issuers(stage: Stage, users: Users | None) -> list[Mapping[str, object]]:
    """The issuers whose tokens the authorizer accepts, in the format that resolvers/authorizer.py reads."""
    if isinstance(stage.auth, OidcIssuer):
        return [{"url": stage.auth.url, "audience": stage.auth.audience, "cognito": False}]
    assert users
    audience = "|".join(client.user_pool_client_id for client in users.clients.values())
    stack = Stack.of(users)
    url = f"https://cognito-idp.{stack.region}.{stack.url_suffix}/{users.pool.user_pool_id}"
    return [{"url": url, "audience": audience, "cognito": True}]
