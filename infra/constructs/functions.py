"""The Lambda functions: all from one code package, each with its own role, log, memory and timeout."""

from collections.abc import Mapping
from pathlib import Path

from aws_cdk import Duration, RemovalPolicy, TimeZone
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.build import package
from infra.build.package import Target
from infra.constructs.table import Table, cron
from infra.stages import OidcIssuer, Stage
from infra.suppressions import suppress

TIMEOUT_SECONDS = 29  # AppSync's own limit is 30
APPSYNC_HANDLER = "resolvers.runtime.handler.handle"
ALIAS = "live"
TARGET_UTILIZATION = 0.7
RECOGNIZE_LAYER_VERSION = "@aws-cdk/aws-lambda:recognizeLayerVersion"  # a new layer alone creates a new version
PINNED_RUNTIME = "The layer's wheels are pinned for this Python version; both are upgraded together"
NO_DLQ = "It is called synchronously; the stream's event source mapping has its own dead-letter queue"
SUPPRESSIONS = {
    "AwsSolutions::AwsSolutions-L1": PINNED_RUNTIME,
    "Serverless::Serverless-LambdaLatestVersion": PINNED_RUNTIME,
    "Serverless::Serverless-LambdaDLQ": NO_DLQ,
    "CKV_AWS_115": "Concurrency is reserved only to protect the table; other functions share the account's limit",
    "CKV_AWS_116": NO_DLQ,
    "CKV_AWS_117": "It calls only DynamoDB and AppSync, over TLS and with IAM: a VPC would add no protection",
    "CKV_AWS_173": "Its environment contains names and URLs but no secrets; Lambda encrypts it with an AWS owned key",
}
LOG_SUPPRESSIONS = {
    "CKV_AWS_158": "CloudWatch encrypts it with an AWS owned key; it contains neither tokens nor complete requests"
}
XRAY = {"AwsSolutions::AwsSolutions-IAM5[Resource::*]": "X-Ray's actions support no resource-level permissions"}


class Functions(Construct):
    """Creates the functions of a stage; `aliases` has the alias of each function so far, by name."""

    def __init__(self, scope: Construct, id: str, *, stage: Stage, table: Table, target: Target) -> None:
        super().__init__(scope, id)
        self.node.set_context(RECOGNIZE_LAYER_VERSION, True)
        self.stage = stage
        self.table = table
        self.aliases: dict[str, lambda_.Alias] = {}
        self.code = code_asset(package.functions(target))
        self.architecture = lambda_.Architecture.custom(target.architecture)
        self.runtime = lambda_.Runtime(f"python{target.python}", lambda_.RuntimeFamily.PYTHON, supports_snap_start=True)
        default_folder, authorizer_folder = (
            package.layer(target),
            package.layer(target, package.AUTHORIZER_REQUIREMENTS),
        )
        self.layer = self.add_layer(
            "Layer", default_folder, "Packages that the functions import and Lambda's runtime lacks"
        )
        self.authorizer_layer = self.add_layer(
            "AuthorizerLayer", authorizer_folder, "Packages that verify a token, only for the authorizer"
        )

    def add_layer(self, id: str, folder: Path, description: str) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            self,
            id,
            code=code_asset(folder),
            compatible_architectures=[self.architecture],
            compatible_runtimes=[self.runtime],
            description=description,
        )

    def add(
        self,
        name: str,
        *,
        handler: str = APPSYNC_HANDLER,
        seconds: int = TIMEOUT_SECONDS,
        environment: Mapping[str, str] | None = None,
        layer: lambda_.ILayerVersion | None = None,
    ) -> lambda_.Alias:
        """Adds a function and returns its alias, which callers invoke and a rollback points to an earlier version.

        `layer` replaces the default layer.
        """
        stage = self.stage
        function_scope = Construct(self, name.capitalize())
        function = self.add_function(
            function_scope,
            name,
            handler=handler,
            timeout=Duration.seconds(seconds),
            environment={**environment_of(stage), "TABLE_NAME": self.table.table.table_name, **(environment or {})},
            layer=layer or self.layer,
        )
        suppress(function, SUPPRESSIONS)
        alias = self.aliases[name] = lambda_.Alias(
            function_scope, "Live", alias_name=ALIAS, version=function.current_version
        )
        if count := stage.provisioned_concurrency.get(name):
            provision_concurrency(alias, count, stage)
        return alias

    def add_function(
        self,
        scope: Construct,
        name: str,
        *,
        handler: str,
        timeout: Duration,
        environment: Mapping[str, str],
        layer: lambda_.ILayerVersion,
    ) -> lambda_.Function:
        """Adds a function with its log group and its role; its memory and concurrency are those of the stage."""
        stage = self.stage
        log, role = add_log_and_role(scope, stage)
        return lambda_.Function(
            scope,
            "Function",
            description=f"Homes, {stage.name}: {name}",
            code=self.code,
            layers=[layer],
            handler=handler,
            runtime=self.runtime,
            architecture=self.architecture,
            memory_size=stage.memory_of(name),
            timeout=timeout,
            tracing=lambda_.Tracing.ACTIVE,
            log_group=log,
            role=role,
            reserved_concurrent_executions=stage.reserved_concurrency.get(name),
            current_version_options=lambda_.VersionOptions(removal_policy=RemovalPolicy.RETAIN),
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if name in stage.snap_start else None,
            environment=environment,
        )


def add_log_and_role(scope: Construct, stage: Stage) -> tuple[logs.LogGroup, iam.Role]:
    """A function's log group, and its role, which may write to that log group."""
    log = logs.LogGroup(scope, "Log", retention=stage.log_days, removal_policy=RemovalPolicy.DESTROY)
    suppress(log, LOG_SUPPRESSIONS)
    role = iam.Role(scope, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    log.grant_write(role)
    suppress(role, XRAY)
    return log, role


def code_asset(folder: Path) -> lambda_.Code:
    """The folder as an asset whose hash is the folder's name, which already contains a hash of the content."""
    return lambda_.Code.from_asset(str(folder), asset_hash=folder.name)


def environment_of(stage: Stage) -> dict[str, str]:
    """The environment variables of every function, without TABLE_NAME."""
    claims = {}
    if isinstance(stage.auth, OidcIssuer):
        claims = {"USER_ID_CLAIM": stage.auth.user_id_claim, "GROUPS_CLAIM": stage.auth.groups_claim}
    return {"TRACING": "on", "POWERTOOLS_LOG_LEVEL": "INFO", "STAGE": stage.name, **claims}


def provision_concurrency(alias: lambda_.Alias, count: int, stage: Stage) -> None:
    """Provisions `count` or up to four times as many environments in business hours, and none outside them."""
    target = alias.add_auto_scaling(min_capacity=0, max_capacity=count * 4)
    target.scale_on_utilization(utilization_target=TARGET_UTILIZATION)
    for id, hour, minimum, maximum in (
        ("BusinessHoursStart", stage.business_hours.start, count, count * 4),
        ("BusinessHoursEnd", stage.business_hours.end, 0, 0),
    ):
        target.scale_on_schedule(
            id,
            schedule=cron(hour, stage.business_hours),
            time_zone=TimeZone.of(stage.business_hours.time_zone),
            min_capacity=minimum,
            max_capacity=maximum,
        )
