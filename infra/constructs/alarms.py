"""The alarms of a stage, whose descriptions name the first step, and its dashboard."""

from collections.abc import Mapping, Sequence

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

from data import keys
from infra.constructs.api import Api
from infra.constructs.stream import StreamConsumer
from infra.stages import Stage
from infra.suppressions import suppress

MINUTE = Duration.minutes(1)
SUPPRESSIONS = {
    "Serverless::Serverless-SNSRedrivePolicy": "An e-mail subscription supports no useful dead-letter queue"
}
NO_CMK = {"CKV_AWS_26": "Alarms contain no personal data, and this stage has no customer managed key"}
RUNBOOK = "docs/runbook.md"
OPERATIONS = [  # all that the functions use
    dynamodb.Operation.BATCH_GET_ITEM,
    dynamodb.Operation.GET_ITEM,
    dynamodb.Operation.QUERY,
    dynamodb.Operation.TRANSACT_WRITE_ITEMS,
]
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
        key = kms.Key(self, "Key", enable_key_rotation=True) if stage.customer_managed_key else None
        self.topic = sns.Topic(self, "Topic", enforce_ssl=True, master_key=key)
        allow_cloudwatch(self.topic, key)
        if not key:
            suppress(self.topic, NO_CMK)
        if stage.alarm_email:
            suppress(self.topic.add_subscription(subscriptions.EmailSubscription(stage.alarm_email)), SUPPRESSIONS)
        requests = {name: appsync_metric(api, name) for name in ("4XXError", "5XXError")}
        latency = appsync_metric(api, "Latency", "p95", Duration.minutes(5))
        stream_lag = changes.function.metric("IteratorAge", statistic="Maximum", period=MINUTE)
        throttled = table.metric_throttled_requests_for_operations(operations=OPERATIONS, period=MINUTE)
        dlq_depth = changes.dead_letters.metric_approximate_number_of_messages_visible(period=MINUTE)
        dlq_age = changes.dead_letters.metric_approximate_age_of_oldest_message(period=MINUTE)
        self.add_alarm(
            "ServerErrors",
            requests["5XXError"],
            5,
            "AppSync responds with 5xx: read the API's log, then the functions' logs",
        )
        self.add_alarm("HighLatency", latency, 1_000, "p95 latency is 1 s or more: read the X-Ray trace map")
        self.add_alarm(
            "StreamLag",
            stream_lag,
            60_000,
            "Subscribers get changes a minute late: read the log of the function stream",
        )
        self.add_alarm(
            "DeadLetters",
            dlq_depth,
            1,
            "A change was not published: read the dead-letter queue, fix the cause, and publish it again",
        )
        self.add_alarm(
            "DeadLettersExpiring",
            dlq_age,
            WEEK_SECONDS,
            "A message in the dead-letter queue will be deleted in a week: process the queue today",
        )
        self.add_alarm(
            "TableThrottled", throttled, 10, "The table throttles requests: raise its capacity or find the hot key"
        )
        for name, function in functions.items():
            errors = function.metric_errors(period=MINUTE)
            self.add_alarm(
                f"{name.title().replace('_', '')}Errors",
                errors,
                5,
                f"The function {name} fails: read its log, or roll back",
            )
            throttles = function.metric_throttles(period=MINUTE)
            self.add_alarm(
                f"{name.title().replace('_', '')}Throttled",
                throttles,
                1,
                f"The function {name} is at its concurrency limit: raise the limit",
            )
        self.add_dashboard(stage, api, table, changes, functions, throttled, stream_lag)

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

    def add_dashboard(
        self,
        stage: Stage,
        api: Api,
        table: dynamodb.ITable,
        changes: StreamConsumer,
        functions: Mapping[str, lambda_.IAlias],
        throttled: cloudwatch.IMetric,
        stream_lag: cloudwatch.IMetric,
    ) -> None:
        board = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=f"homes-{stage.name}")
        board.add_widgets(
            graph_widget("Requests", [appsync_metric(api, "Requests", "Sum")]),
            graph_widget(
                "Latency, ms", [appsync_metric(api, "Latency", percentile) for percentile in ("p50", "p95", "p99")]
            ),
            graph_widget("Errors by field", [errors_by_field(stage.name)]),
        )
        board.add_widgets(
            graph_widget("4xx and 5xx responses", [appsync_metric(api, "4XXError"), appsync_metric(api, "5XXError")]),
            graph_widget("Cache hit rate, %", [hit_rate(api)]),
            graph_widget(
                "Throttled requests",
                [throttled, *(function.metric_throttles(label=name) for name, function in functions.items())],
            ),
        )
        board.add_widgets(
            graph_widget("Read units, table and indexes", consumed_capacity(table, "ConsumedReadCapacityUnits")),
            graph_widget("Write units, table and indexes", consumed_capacity(table, "ConsumedWriteCapacityUnits")),
            graph_widget(
                "Dead letters (unpublished changes)",
                [changes.dead_letters.metric_approximate_number_of_messages_visible()],
            ),
        )
        board.add_widgets(
            graph_widget(
                "Functions, ms (p95)",
                [function.metric_duration(statistic="p95", label=name) for name, function in functions.items()],
            ),
            graph_widget(
                "Concurrent executions",
                [function.metric("ConcurrentExecutions", label=name) for name, function in functions.items()],
            ),
            graph_widget("Stream lag, ms", [stream_lag]),
        )
        board.add_widgets(
            graph_widget(
                "Invocations (billed)",
                [function.metric_invocations(label=name) for name, function in functions.items()],
            ),
            graph_widget("Tokens (billed)", [appsync_metric(api, "TokensConsumed")]),
            graph_widget(
                "Connections and subscriptions",
                [appsync_metric(api, "ActiveConnections"), appsync_metric(api, "ActiveSubscriptions")],
            ),
        )


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


def appsync_metric(api: Api, name: str, statistic: str = "Sum", period: Duration = MINUTE) -> cloudwatch.Metric:
    """https://docs.aws.amazon.com/appsync/latest/devguide/monitoring.html"""
    return cloudwatch.Metric(
        namespace="AWS/AppSync",
        metric_name=name,
        dimensions_map={"GraphQLAPIId": api.graphql.api_id},
        statistic=statistic,
        period=period,
    )


def errors_by_field(stage: str) -> cloudwatch.MathExpression:
    """The metrics that the functions emit: errors in responses, by error type and field."""
    search = f"""SEARCH('{{Homes,field,service}} service="homes-{stage}"', 'Sum', 60)"""
    return cloudwatch.MathExpression(expression=search, using_metrics={}, label="", period=MINUTE)


def hit_rate(api: Api) -> cloudwatch.MathExpression:
    metrics = {"hits": appsync_metric(api, "CacheHits"), "misses": appsync_metric(api, "CacheMisses")}
    rate = "100 * hits / (hits + misses)"
    return cloudwatch.MathExpression(
        expression=rate, using_metrics=metrics, label="of cacheable requests", period=MINUTE
    )


def consumed_capacity(table: dynamodb.ITable, name: str) -> list[cloudwatch.IMetric]:
    """The consumed units of the table and of each index, which is billed in the same way."""
    table_metric = table.metric(name, statistic="Sum", period=MINUTE, label="table")
    dimensions = {"TableName": table.table_name}
    index_metrics = [
        cloudwatch.Metric(
            namespace="AWS/DynamoDB",
            metric_name=name,
            dimensions_map={**dimensions, "GlobalSecondaryIndexName": index.name},
            statistic="Sum",
            period=MINUTE,
            label=index.name,
        )
        for index in keys.INDEXES
    ]
    return [table_metric, *index_metrics]


def graph_widget(title: str, metrics: Sequence[cloudwatch.IMetric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=[*metrics], width=8)
