"""The alarms of a stage, whose descriptions name the first step, and its dashboard."""

from collections.abc import Mapping

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.constructs.api import Api
from infra.constructs.dashboard import add_dashboard
from infra.constructs.metrics import MINUTE, appsync_metric, stream_lag, throttled_requests
from infra.constructs.stream import StreamConsumer
from infra.stages import Stage
from infra.suppressions import suppress

SUPPRESSIONS = {
    "Serverless::Serverless-SNSRedrivePolicy": "An e-mail subscription supports no useful dead-letter queue"
}
NO_CMK = {"CKV_AWS_26": "Alarms contain no personal data, and this stage has no customer managed key"}
RUNBOOK = "docs/runbook.md"
WEEK_SECONDS = 7 * 24 * 60 * 60


class Alarms(Construct):
    """The alarms of a stage, which notify `topic`, and its dashboard."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        stage: Stage,
        api: Api,
        table: dynamodb.ITable,
        changes: StreamConsumer,
        functions: Mapping[str, lambda_.IAlias],
    ) -> None:
        super().__init__(scope, id)
        self.topic = self.add_topic(stage)
        self.add_api_alarms(api)
        self.add_stream_alarms(changes)
        self.add_alarm(
            "TableThrottled",
            throttled_requests(table),
            10,
            "The table throttles requests: raise its capacity or find the hot key",
        )
        for name, function in functions.items():
            self.add_function_alarms(name, function)
        add_dashboard(self, stage_name=stage.name, api=api, table=table, changes=changes, functions=functions)

    def add_topic(self, stage: Stage) -> sns.Topic:
        """Adds the topic, encrypted with a key of its own if the stage has such keys, and the stage's subscriber."""
        key = kms.Key(self, "Key", enable_key_rotation=True) if stage.customer_managed_key else None
        topic = sns.Topic(self, "Topic", enforce_ssl=True, master_key=key)
        allow_cloudwatch(topic, key)
        if not key:
            suppress(topic, NO_CMK)
        if stage.alarm_email:
            suppress(topic.add_subscription(subscriptions.EmailSubscription(stage.alarm_email)), SUPPRESSIONS)
        return topic

    def add_api_alarms(self, api: Api) -> None:
        self.add_alarm(
            "ServerErrors",
            appsync_metric(api, "5XXError"),
            5,
            "AppSync responds with 5xx: read the API's log, then the functions' logs",
        )
        latency = appsync_metric(api, "Latency", "p95", Duration.minutes(5))
        self.add_alarm("HighLatency", latency, 1_000, "p95 latency is 1 s or more: read the X-Ray trace map")

    def add_stream_alarms(self, changes: StreamConsumer) -> None:
        queue = changes.dead_letters
        self.add_alarm(
            "StreamLag",
            stream_lag(changes),
            60_000,
            "Subscribers get changes a minute late: read the log of the function stream",
        )
        self.add_alarm(
            "DeadLetters",
            queue.metric_approximate_number_of_messages_visible(period=MINUTE),
            1,
            "A change was not published: read the dead-letter queue, fix the cause, and publish it again",
        )
        self.add_alarm(
            "DeadLettersExpiring",
            queue.metric_approximate_age_of_oldest_message(period=MINUTE),
            WEEK_SECONDS,
            "A message in the dead-letter queue will be deleted in a week: process the queue today",
        )

    def add_function_alarms(self, name: str, function: lambda_.IAlias) -> None:
        id = name.title().replace("_", "")
        self.add_alarm(
            f"{id}Errors",
            function.metric_errors(period=MINUTE),
            5,
            f"The function {name} fails: read its log, or roll back",
        )
        self.add_alarm(
            f"{id}Throttled",
            function.metric_throttles(period=MINUTE),
            1,
            f"The function {name} is at its concurrency limit: raise the limit",
        )

    def add_alarm(self, name: str, metric: cloudwatch.IMetric, threshold: float, instruction: str) -> None:
        """Adds an alarm for a metric that is at or above the threshold in three of five periods, or in one if the
        threshold is 1. Missing data does not raise it."""
        alarm = cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=threshold,
            evaluation_periods=5,
            datapoints_to_alarm=3 if threshold > 1 else 1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=f"{instruction} ({RUNBOOK})",
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))


def allow_cloudwatch(topic: sns.Topic, key: kms.IKey | None) -> None:
    """Allows CloudWatch to publish: the topic's policy and the key's policy would otherwise deny it.

    https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
    """
    cloudwatch_service = iam.ServicePrincipal("cloudwatch.amazonaws.com")
    statement = iam.PolicyStatement(
        principals=[cloudwatch_service], actions=["sns:Publish"], resources=[topic.topic_arn]
    )
    statement.add_condition("StringEquals", {"aws:SourceAccount": Stack.of(topic).account})
    topic.add_to_resource_policy(statement)
    if key:
        actions = ["kms:Decrypt", "kms:GenerateDataKey*"]
        key.add_to_resource_policy(
            iam.PolicyStatement(principals=[cloudwatch_service], actions=actions, resources=["*"])
        )
