"""The original REST routes: API Gateway from `openapi.yaml`, the function behind it, who is let in, and the plans."""

import json
from collections.abc import Mapping

from aws_cdk import Duration, RemovalPolicy, Size, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.build import openapi
from infra.constructs.functions import LOGS, Functions
from infra.constructs.table import Table
from infra.constructs.users import Users
from infra.stages import Issuer, Stage
from infra.suppressions import accept
from resolvers.field_config import Plan
from resolvers.wiring import PLANS, REST

AUTHORIZER_SECONDS = 10  # its issuer is given 3, twice
LOGGED = {  # neither tokens nor the values of keys
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "key": "$context.identity.apiKeyId",
    "user": "$context.authorizer.principalId",
    "method": "$context.httpMethod",
    "route": "$context.resourcePath",
    "status": "$context.status",
    "length": "$context.responseLength",
    "ip": "$context.identity.sourceIp",
    "refused": "$context.error.responseType",
}
LATENCY = '"latency": $context.responseLatency'  # a number, for metrics are made of it
PUSHES = "Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
ACCEPTED = {
    "AwsSolutions::AwsSolutions-APIG2": "The validator of bodies and parameters stands in the API's own body",
    "Serverless::Serverless-APIGWStructuredLogging": "It is JSON once written: one value is a number, without quotes",
    f"AwsSolutions::AwsSolutions-IAM4[{PUSHES}]": "API Gateway writes the logs of all its APIs by this one role",
}

UNCACHED = {"CKV_AWS_120": "Kept answers are paid for by the hour, which this stage does not"}


class Rest(Construct):
    """The REST API of a stage as `api`, its access log as `log`, and the keys of each plan's customers as `keys`."""

    def __init__(
        self, scope: Construct, id: str, *, stage: Stage, table: Table, functions: Functions, users: Users | None
    ) -> None:
        super().__init__(scope, id)
        self.stage = stage.name
        rest = functions.add("rest", entry="resolvers.rest.handle", seconds=REST.seconds)
        table.grant(rest, writes=True)
        authorizer = functions.add(
            "authorizer",
            entry="resolvers.authorizer.handle",
            seconds=AUTHORIZER_SECONDS,
            environment={"ISSUERS": Stack.of(self).to_json_string(issuers(stage, users))},
            layer=functions.verifying,
        )
        self.log = logs.LogGroup(self, "Log", retention=stage.log_days, removal_policy=RemovalPolicy.DESTROY)
        accept(self.log, LOGS)
        document = openapi.for_gateway(rest=invoked(rest), authorizer=invoked(authorizer))
        self.api = apigateway.SpecRestApi(
            self,
            "Api",
            rest_api_name=f"homes-{stage.name}",
            api_definition=apigateway.ApiDefinition.from_inline(document),
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            min_compression_size=Size.bytes(REST.compressed_bytes),
            cloud_watch_role=True,
            deploy_options=options(stage, self.log),
        )
        self.api.node.try_remove_child("Endpoint")  # an output of CDK's own: the stack tells it by a name
        accept(self.api, ACCEPTED)
        if not stage.rest_cache:
            accept(self.api.deployment_stage, UNCACHED)
        gateway = iam.ServicePrincipal("apigateway.amazonaws.com")
        rest.add_permission("Gateway", principal=gateway, source_arn=self.api.arn_for_execute_api())
        authorizers = f"{self.api.arn_for_execute_api().partition('/')[0]}/authorizers/*"
        authorizer.add_permission("Gateway", principal=gateway, source_arn=authorizers)
        self.keys = {name: self.plan(name, plan, stage) for name, plan in PLANS.items()}

    def plan(self, name: str, plan: Plan, stage: Stage) -> list[apigateway.IApiKey]:
        """A usage plan; the keys of its customers, whose values API Gateway makes up."""
        usage = self.api.add_usage_plan(
            name,
            name=f"homes-{stage.name}-{name}",
            throttle=apigateway.ThrottleSettings(rate_limit=plan.rate, burst_limit=plan.burst),
            quota=apigateway.QuotaSettings(limit=plan.quota, period=apigateway.Period.MONTH),
            api_stages=[apigateway.UsagePlanPerApiStage(api=self.api, stage=self.api.deployment_stage)],
        )
        keys = []
        for customer in stage.customers.get(name, ()):
            key = self.api.add_api_key(f"{name}-{customer}", api_key_name=f"homes-{stage.name}-{name}-{customer}")
            usage.add_api_key(key)
            keys.append(key)
        return keys


def options(stage: Stage, log: logs.ILogGroup) -> apigateway.StageOptions:
    """How the stage is served. GETs are kept only where the stage has a cache, which is paid for by the hour."""
    written = json.dumps(LOGGED)[:-1] + f", {LATENCY}}}"
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
        access_log_format=apigateway.AccessLogFormat.custom(written),
        logging_level=apigateway.MethodLoggingLevel.ERROR,
        data_trace_enabled=False,
        metrics_enabled=True,
        tracing_enabled=True,
    )


def invoked(alias: lambda_.IAlias) -> str:
    """The address at which API Gateway invokes a function.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html
    """
    stack = Stack.of(alias)
    path = f"path/2015-03-31/functions/{alias.function_arn}/invocations"
    return f"arn:{stack.partition}:apigateway:{stack.region}:lambda:{path}"


def issuers(stage: Stage, users: Users | None) -> list[Mapping[str, object]]:
    """Whose tokens are taken, as resolvers/authorizer.py reads it."""
    if isinstance(stage.auth, Issuer):
        return [{"url": stage.auth.url, "audience": stage.auth.audience, "cognito": False}]
    assert users
    audience = "|".join(client.user_pool_client_id for client in users.clients.values())
    stack = Stack.of(users)
    url = f"https://cognito-idp.{stack.region}.{stack.url_suffix}/{users.pool.user_pool_id}"
    return [{"url": url, "audience": audience, "cognito": True}]
