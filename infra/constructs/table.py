"""The table, with the keys and indexes of `data/keys.py`."""

from aws_cdk import Duration, RemovalPolicy, TimeZone
from aws_cdk import aws_applicationautoscaling as autoscaling
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from data import keys
from infra.stages import BusinessHours, Capacity, ProvisionedCapacity, Stage
from infra.suppressions import suppress

READS = ("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query")
WRITES = ("dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
DECRYPT = ("kms:Decrypt",)
ENCRYPT = ("kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo")
NO_CMK = {"CKV_AWS_119": "DynamoDB encrypts it with an AWS managed key; other stages set customer_managed_key"}
TARGET_UTILIZATION_PERCENT = 70  # percent
ATTRIBUTE_TYPES = {"S": dynamodb.AttributeType.STRING, "N": dynamodb.AttributeType.NUMBER}


class Table(Construct):
    """The table of a stage as `table`; `key` is its customer managed key, if the stage has one."""

    def __init__(self, scope: Construct, id: str, *, stage: Stage) -> None:
        super().__init__(scope, id)
        removal_policy = RemovalPolicy.RETAIN if stage.retain_data else RemovalPolicy.DESTROY
        self.key = (
            kms.Key(self, "Key", enable_key_rotation=True, removal_policy=removal_policy)
            if stage.customer_managed_key
            else None
        )
        self.table = self.add_table(stage, removal_policy)
        if not self.key:
            suppress(self.table, NO_CMK)
        self.add_indexes(stage)
        if stage.capacity:
            self.scale(stage.capacity, stage.business_hours)

    def add_table(self, stage: Stage, removal_policy: RemovalPolicy) -> dynamodb.Table:
        reads, writes = initial_units(stage.capacity)
        return dynamodb.Table(
            self,
            "Table",
            partition_key=attribute(keys.PARTITION),
            sort_key=attribute(keys.SORT),
            time_to_live_attribute=keys.TTL_ATTRIBUTE,
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            billing_mode=dynamodb.BillingMode.PROVISIONED if stage.capacity else dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED if self.key else dynamodb.TableEncryption.AWS_MANAGED,
            encryption_key=self.key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            contributor_insights_specification=contributor_insights(stage),
            deletion_protection=stage.retain_data,
            removal_policy=removal_policy,
            read_capacity=reads,
            write_capacity=writes,
        )

    def add_indexes(self, stage: Stage) -> None:
        reads, writes = initial_units(stage.capacity)
        for index in keys.INDEXES:
            self.table.add_global_secondary_index(
                index_name=index.name,
                partition_key=attribute(index.partition),
                sort_key=attribute(index.sort),
                projection_type=dynamodb.ProjectionType[index.projection],
                contributor_insights_specification=contributor_insights(stage),
                read_capacity=reads,
                write_capacity=writes,
            )

    def scale(self, capacity: ProvisionedCapacity, business: BusinessHours) -> None:
        """Adds auto scaling to the table and to each index: writes that an index rejects throttle the table."""
        add_scaling(self.table.auto_scale_read_capacity(**capacity_bounds(capacity.reads)), capacity.reads, business)
        add_scaling(self.table.auto_scale_write_capacity(**capacity_bounds(capacity.writes)), capacity.writes, business)
        for index in keys.INDEXES:
            reads = self.table.auto_scale_global_secondary_index_read_capacity(
                index.name, **capacity_bounds(capacity.reads)
            )
            writes = self.table.auto_scale_global_secondary_index_write_capacity(
                index.name, **capacity_bounds(capacity.writes)
            )
            add_scaling(reads, capacity.reads, business)
            add_scaling(writes, capacity.writes, business)

    def grant(self, grantee: iam.IGrantable, *, writes: bool) -> None:
        """Allows reads by key, and writes if `writes`. CDK's own grants would also allow Scan."""
        indexes = [f"{self.table.table_arn}/index/{index.name}" for index in keys.INDEXES]
        allow(grantee, READS, [self.table.table_arn, *indexes])
        if writes:
            allow(grantee, WRITES, [self.table.table_arn])
        if self.key:
            allow(grantee, (*DECRYPT, *ENCRYPT) if writes else DECRYPT, [self.key.key_arn])


def allow(grantee: iam.IGrantable, actions: tuple[str, ...], resources: list[str]) -> None:
    grantee.grant_principal.add_to_principal_policy(iam.PolicyStatement(actions=list(actions), resources=resources))


def attribute(key_attribute: keys.Attribute) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=key_attribute.name, type=ATTRIBUTE_TYPES[key_attribute.type])


def contributor_insights(stage: Stage) -> dynamodb.ContributorInsightsSpecification:
    """The setting of Contributor Insights, which shows the hot keys: on if the stage retains its data."""
    return dynamodb.ContributorInsightsSpecification(enabled=stage.retain_data)


def initial_units(capacity: ProvisionedCapacity | None) -> tuple[int | None, int | None]:
    """The read and write units at creation, which auto scaling then changes; None if billed per request."""
    return (capacity.reads.off_hours_min, capacity.writes.off_hours_min) if capacity else (None, None)


def capacity_bounds(capacity: Capacity) -> dict[str, int]:
    return {"min_capacity": capacity.off_hours_min, "max_capacity": capacity.max}


def add_scaling(target: dynamodb.IScalableTableAttribute, capacity: Capacity, business: BusinessHours) -> None:
    """Scales by utilization; the minimum differs inside and outside business hours."""
    target.scale_on_utilization(
        target_utilization_percent=TARGET_UTILIZATION_PERCENT,
        scale_in_cooldown=Duration.minutes(5),
        scale_out_cooldown=Duration.minutes(1),
    )
    for id, hour, minimum in (
        ("BusinessHoursStart", business.start, capacity.business_hours_min),
        ("BusinessHoursEnd", business.end, capacity.off_hours_min),
    ):
        target.scale_on_schedule(
            id,
            schedule=cron(hour, business),
            time_zone=TimeZone.of(business.time_zone),
            min_capacity=minimum,
            max_capacity=capacity.max,
        )


def cron(hour: int, business: BusinessHours) -> autoscaling.Schedule:
    return autoscaling.Schedule.cron(hour=str(hour), minute="0", week_day=business.days)
