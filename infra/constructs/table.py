"""The one table, from the keys and indexes that `data/keys.py` states."""

from aws_cdk import Duration, RemovalPolicy, TimeZone
from aws_cdk import aws_applicationautoscaling as autoscaling
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from data import keys
from infra.stages import Capacity, Hours, Provisioned, Stage
from infra.suppressions import accept

READS = ("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query")
WRITES = ("dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
DECRYPT = ("kms:Decrypt",)
ENCRYPT = ("kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo")
UNKEYED = {"CKV_AWS_119": "DynamoDB encrypts it by AWS's key for it; a stage with a key of its own says so"}
UTILISATION = 70  # percent
TYPES = {"S": dynamodb.AttributeType.STRING, "N": dynamodb.AttributeType.NUMBER}


class Table(Construct):
    """The table of a stage, as `table`; `key` is what encrypts it, where that is one of our own."""

    def __init__(self, scope: Construct, id: str, *, stage: Stage) -> None:
        super().__init__(scope, id)
        kept = RemovalPolicy.RETAIN if stage.keep else RemovalPolicy.DESTROY
        self.key = kms.Key(self, "Key", enable_key_rotation=True, removal_policy=kept) if stage.own_key else None
        capacity = stage.capacity
        reads, writes = (capacity.reads.by_night, capacity.writes.by_night) if capacity else (None, None)
        insights = dynamodb.ContributorInsightsSpecification(enabled=stage.keep)
        self.table = dynamodb.Table(
            self,
            "Table",
            partition_key=attribute(keys.PARTITION),
            sort_key=attribute(keys.SORT),
            time_to_live_attribute=keys.EXPIRES,
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            billing_mode=dynamodb.BillingMode.PROVISIONED if capacity else dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED if self.key else dynamodb.TableEncryption.AWS_MANAGED,
            encryption_key=self.key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            contributor_insights_specification=insights,
            deletion_protection=stage.keep,
            removal_policy=kept,
            read_capacity=reads,
            write_capacity=writes,
        )
        if not self.key:
            accept(self.table, UNKEYED)
        for index in keys.INDEXES:
            self.table.add_global_secondary_index(
                index_name=index.name,
                partition_key=attribute(index.partition),
                sort_key=attribute(index.sort),
                projection_type=dynamodb.ProjectionType[index.projection],
                contributor_insights_specification=insights,
                read_capacity=reads,
                write_capacity=writes,
            )
        if capacity:
            self.scale(capacity, stage.business)

    def scale(self, capacity: Provisioned, business: Hours) -> None:
        """Capacity follows the load, of the table and of each index: what an index cannot take throttles the table."""
        follow(self.table.auto_scale_read_capacity(**bounds(capacity.reads)), capacity.reads, business)
        follow(self.table.auto_scale_write_capacity(**bounds(capacity.writes)), capacity.writes, business)
        for index in keys.INDEXES:
            reads = self.table.auto_scale_global_secondary_index_read_capacity(index.name, **bounds(capacity.reads))
            writes = self.table.auto_scale_global_secondary_index_write_capacity(index.name, **bounds(capacity.writes))
            follow(reads, capacity.reads, business)
            follow(writes, capacity.writes, business)

    def grant(self, grantee: iam.IGrantable, *, writes: bool) -> None:
        """Reading by key, and writing where it is said. Never Scan, which CDK's own grants would allow."""
        indexes = [f"{self.table.table_arn}/index/{index.name}" for index in keys.INDEXES]
        allow(grantee, READS, [self.table.table_arn, *indexes])
        if writes:
            allow(grantee, WRITES, [self.table.table_arn])
        if self.key:
            allow(grantee, (*DECRYPT, *ENCRYPT) if writes else DECRYPT, [self.key.key_arn])


def allow(grantee: iam.IGrantable, actions: tuple[str, ...], resources: list[str]) -> None:
    grantee.grant_principal.add_to_principal_policy(iam.PolicyStatement(actions=list(actions), resources=resources))


def attribute(of: keys.Attribute) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=of.name, type=TYPES[of.type])


def bounds(capacity: Capacity) -> dict[str, int]:
    return {"min_capacity": capacity.by_night, "max_capacity": capacity.most}


def follow(scaled: dynamodb.IScalableTableAttribute, capacity: Capacity, business: Hours) -> None:
    """After the load, never below what the hour asks for."""
    scaled.scale_on_utilization(
        target_utilization_percent=UTILISATION,
        scale_in_cooldown=Duration.minutes(5),
        scale_out_cooldown=Duration.minutes(1),
    )
    for when, hour, least in (
        ("Opens", business.opens, capacity.by_day),
        ("Closes", business.closes, capacity.by_night),
    ):
        scaled.scale_on_schedule(
            when,
            schedule=cron(hour, business),
            time_zone=TimeZone.of(business.zone),
            min_capacity=least,
            max_capacity=capacity.most,
        )


def cron(hour: int, business: Hours) -> autoscaling.Schedule:
    return autoscaling.Schedule.cron(hour=str(hour), minute="0", week_day=business.days)
