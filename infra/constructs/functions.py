"""The Lambda functions: all from one package and one layer, each with what it needs and no more."""

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
from infra.stages import Issuer, Stage
from infra.suppressions import accept

SECONDS = 29  # AppSync itself gives up after 30
ENTRY = "resolvers.runtime.handler.handle"
ALIAS = "live"
BUSY = 0.7
LAYERS_COUNT = "@aws-cdk/aws-lambda:recognizeLayerVersion"  # or a new layer alone would be no new version for the alias
NOT_LATEST = "The layer's wheels are pinned for this version of Python; both are raised together"
ALONE = "Its callers wait for its answer; what the stream's cannot do lies in a queue"
ACCEPTED = {
    "AwsSolutions::AwsSolutions-L1": NOT_LATEST,
    "Serverless::Serverless-LambdaLatestVersion": NOT_LATEST,
    "Serverless::Serverless-LambdaDLQ": ALONE,
    "CKV_AWS_115": "Concurrency is reserved where it protects the table; the others share what the account has",
    "CKV_AWS_116": ALONE,
    "CKV_AWS_117": "It reaches DynamoDB and AppSync alone, over TLS and by IAM: a network would shut nobody out",
    "CKV_AWS_173": "Its environment holds names and addresses, no secrets, and Lambda encrypts it by a key of its own",
}
LOGS = {"CKV_AWS_158": "CloudWatch encrypts it by a key of its own; it holds neither tokens nor whole requests"}
TRACED = {"AwsSolutions::AwsSolutions-IAM5[Resource::*]": "X-Ray takes traces on no resource in particular"}


class Functions(Construct):
    """Makes the functions of a stage, over its table; those made so far are in `made`, by name."""

    def __init__(self, scope: Construct, id: str, *, stage: Stage, table: Table, target: Target) -> None:
        super().__init__(scope, id)
        self.node.set_context(LAYERS_COUNT, True)
        self.stage = stage
        self.table = table
        self.made: dict[str, lambda_.Alias] = {}
        self.code = asset(package.functions(target))
        self.architecture = lambda_.Architecture.custom(target.architecture)
        self.runtime = lambda_.Runtime(f"python{target.python}", lambda_.RuntimeFamily.PYTHON, supports_snap_start=True)
        usual, own = package.layer(target), package.layer(target, package.VERIFYING)
        self.layer = self.layered("Layer", usual, "What the functions import that the runtime does not bring")
        self.verifying = self.layered("Verifying", own, "What verifies a token, for the authorizer alone")

    def layered(self, id: str, folder: Path, what: str) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            self,
            id,
            code=asset(folder),
            compatible_architectures=[self.architecture],
            compatible_runtimes=[self.runtime],
            description=what,
        )

    def add(
        self,
        name: str,
        *,
        entry: str = ENTRY,
        seconds: int = SECONDS,
        environment: Mapping[str, str] | None = None,
        layer: lambda_.ILayerVersion | None = None,
    ) -> lambda_.Alias:
        """The function with this name, behind its alias: that is what is called, and rolled back to a version before.

        It imports what `layer` brings, which is what all bring unless it says otherwise.
        """
        stage = self.stage
        of_it = Construct(self, name.capitalize())
        log, role = logging(of_it, stage)
        function = lambda_.Function(
            of_it,
            "Function",
            description=f"Homes, {stage.name}: {name}",
            code=self.code,
            layers=[layer or self.layer],
            handler=entry,
            runtime=self.runtime,
            architecture=self.architecture,
            memory_size=stage.memory_of(name),
            timeout=Duration.seconds(seconds),
            tracing=lambda_.Tracing.ACTIVE,
            log_group=log,
            role=role,
            reserved_concurrent_executions=stage.reserved.get(name),
            current_version_options=lambda_.VersionOptions(removal_policy=RemovalPolicy.RETAIN),
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if name in stage.snapshots else None,
            environment={**told(stage), "TABLE_NAME": self.table.table.table_name, **(environment or {})},
        )
        accept(function, ACCEPTED)
        alias = self.made[name] = lambda_.Alias(of_it, "Live", alias_name=ALIAS, version=function.current_version)
        if count := stage.warm.get(name):
            keep_warm(alias, count, stage)
        return alias


def logging(scope: Construct, stage: Stage) -> tuple[logs.LogGroup, iam.Role]:
    """A function's log, and its role, which may write there."""
    log = logs.LogGroup(scope, "Log", retention=stage.log_days, removal_policy=RemovalPolicy.DESTROY)
    accept(log, LOGS)
    role = iam.Role(scope, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    log.grant_write(role)
    accept(role, TRACED)
    return log, role


def asset(folder: Path) -> lambda_.Code:
    """A folder to upload. It is the same wherever it was made, for its name says what is in it."""
    return lambda_.Code.from_asset(str(folder), asset_hash=folder.name)


def told(stage: Stage) -> dict[str, str]:
    """What every function reads of its environment, the table's name aside."""
    claims = {}
    if isinstance(stage.auth, Issuer):
        claims = {"USER_ID_CLAIM": stage.auth.user_id_claim, "GROUPS_CLAIM": stage.auth.groups_claim}
    return {"TRACING": "on", "POWERTOOLS_LOG_LEVEL": "INFO", "STAGE": stage.name, **claims}


def keep_warm(alias: lambda_.Alias, count: int, stage: Stage) -> None:
    """So many processes wait in business hours, more where they are busy, and none at night."""
    waiting = alias.add_auto_scaling(min_capacity=0, max_capacity=count * 4)
    waiting.scale_on_utilization(utilization_target=BUSY)
    for when, hour, least, most in (
        ("Opens", stage.business.opens, count, count * 4),
        ("Closes", stage.business.closes, 0, 0),
    ):
        waiting.scale_on_schedule(
            when,
            schedule=cron(hour, stage.business),
            time_zone=TimeZone.of(stage.business.zone),
            min_capacity=least,
            max_capacity=most,
        )
