"""What operators are told, and look at: alarms that say what to do, and one page of pictures."""

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
from infra.constructs.stream import Changes
from infra.stages import Stage
from infra.suppressions import accept

MINUTE = Duration.minutes(1)
ACCEPTED = {"Serverless::Serverless-SNSRedrivePolicy": "An e-mail that is not delivered is sent to nobody else"}
UNKEYED = {"CKV_AWS_26": "An alarm tells nothing of anybody, and this stage has no key of its own"}
RUNBOOK = "docs/runbook.md"
OPERATIONS = [  # all that the functions ask of the table
    dynamodb.Operation.BATCH_GET_ITEM,
    dynamodb.Operation.GET_ITEM,
    dynamodb.Operation.QUERY,
    dynamodb.Operation.TRANSACT_WRITE_ITEMS,
]
WEEK_SECONDS = 7 * 24 * 60 * 60


class Alarms(Construct):
    """The alarms of a stage, which go to `topic`, and its dashboard."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        stage: Stage,
        api: Api,
        table: dynamodb.ITable,
        changes: Changes,
        functions: Mapping[str, lambda_.IAlias],
    ) -> None:
        super().__init__(scope, id)
        key = kms.Key(self, "Key", enable_key_rotation=True) if stage.own_key else None
        self.topic = sns.Topic(self, "Topic", enforce_ssl=True, master_key=key)
        let_in(self.topic, key)
        if not key:
            accept(self.topic, UNKEYED)
        if stage.alarm_email:
            accept(self.topic.add_subscription(subscriptions.EmailSubscription(stage.alarm_email)), ACCEPTED)
        requests = {name: appsync(api, name) for name in ("4XXError", "5XXError")}
        slow = appsync(api, "Latency", "p95", Duration.minutes(5))
        age = changes.function.metric("IteratorAge", statistic="Maximum", period=MINUTE)
        throttled = table.metric_throttled_requests_for_operations(operations=OPERATIONS, period=MINUTE)
        lost = changes.lost.metric_approximate_number_of_messages_visible(period=MINUTE)
        lying = changes.lost.metric_approximate_age_of_oldest_message(period=MINUTE)
        self.alarm("Faults", requests["5XXError"], 5, "AppSync or a function fails: see the error log of its functions")
        self.alarm("Slow", slow, 1_000, "19 of 20 requests take up to a second or more: see the trace map, then warm")
        self.alarm("Behind", age, 60_000, "Subscribers hear of changes a minute late or later: see the log of changes")
        self.alarm("Lost", lost, 1, "A change was told to nobody: read it from the queue, mend, and send it again")
        self.alarm("Forgotten", lying, WEEK_SECONDS, "A change that was lost goes for good in a week: see to it now")
        self.alarm("Throttled", throttled, 10, "The table refuses requests: raise its capacity, or find the hot key")
        for name, function in functions.items():
            failing = function.metric_errors(period=MINUTE)
            self.alarm(f"{name.capitalize()}Fails", failing, 5, f"The function {name} fails: see its log, or roll back")
            refused = function.metric_throttles(period=MINUTE)
            self.alarm(f"{name.capitalize()}Refused", refused, 1, f"The function {name} runs at its limit: raise it")
        self.dashboard(stage, api, table, changes, functions, throttled, age)

    def alarm(self, name: str, metric: cloudwatch.IMetric, threshold: float, what: str) -> None:
        """Told where three of five minutes are at the threshold or above; silence is no alarm."""
        alarm = cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=threshold,
            evaluation_periods=5,
            datapoints_to_alarm=3 if threshold > 1 else 1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=f"{what} ({RUNBOOK})",
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))

    def dashboard(
        self,
        stage: Stage,
        api: Api,
        table: dynamodb.ITable,
        changes: Changes,
        functions: Mapping[str, lambda_.IAlias],
        throttled: cloudwatch.IMetric,
        age: cloudwatch.IMetric,
    ) -> None:
        board = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=f"homes-{stage.name}")
        board.add_widgets(
            graph("Requests", [appsync(api, "Requests", "Sum")]),
            graph("Latency, ms", [appsync(api, "Latency", which) for which in ("p50", "p95", "p99")]),
            graph("Errors by field", [by_field(stage.name)]),
        )
        board.add_widgets(
            graph("Refused and failed requests", [appsync(api, "4XXError"), appsync(api, "5XXError")]),
            graph("Cache hit rate, %", [hit_rate(api)]),
            graph("Throttled", [throttled, *(one.metric_throttles(label=of) for of, one in functions.items())]),
        )
        board.add_widgets(
            graph("Units read, table and indexes", consumed(table, "ConsumedReadCapacityUnits")),
            graph("Units written, table and indexes", consumed(table, "ConsumedWriteCapacityUnits")),
            graph("Changes told to nobody", [changes.lost.metric_approximate_number_of_messages_visible()]),
        )
        board.add_widgets(
            graph(
                "Functions, ms (p95)", [one.metric_duration(statistic="p95", label=of) for of, one in functions.items()]
            ),
            graph("Functions at once", [one.metric("ConcurrentExecutions", label=of) for of, one in functions.items()]),
            graph("Age of changes, ms", [age]),
        )
        board.add_widgets(
            graph(
                "Invocations, which are paid for", [one.metric_invocations(label=of) for of, one in functions.items()]
            ),
            graph("Tokens, which are paid for", [appsync(api, "TokensConsumed")]),
            graph("Subscribers", [appsync(api, "ActiveConnections"), appsync(api, "ActiveSubscriptions")]),
        )


def let_in(topic: sns.Topic, key: kms.IKey | None) -> None:
    """Lets CloudWatch publish: a topic with a policy lets in nobody else, and its key nobody but the account.

    https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
    """
    alarms = iam.ServicePrincipal("cloudwatch.amazonaws.com")
    statement = iam.PolicyStatement(principals=[alarms], actions=["sns:Publish"], resources=[topic.topic_arn])
    statement.add_condition("StringEquals", {"aws:SourceAccount": Stack.of(topic).account})
    topic.add_to_resource_policy(statement)
    if key:
        words = ["kms:Decrypt", "kms:GenerateDataKey*"]
        key.add_to_resource_policy(iam.PolicyStatement(principals=[alarms], actions=words, resources=["*"]))


def appsync(api: Api, name: str, statistic: str = "Sum", period: Duration = MINUTE) -> cloudwatch.Metric:
    """https://docs.aws.amazon.com/appsync/latest/devguide/monitoring.html"""
    return cloudwatch.Metric(
        namespace="AWS/AppSync",
        metric_name=name,
        dimensions_map={"GraphQLAPIId": api.graphql.api_id},
        statistic=statistic,
        period=period,
    )


def by_field(stage: str) -> cloudwatch.MathExpression:
    """What the functions count: each refusal and failure that a client is told, by its type and field."""
    search = f"""SEARCH('{{Homes,field,service}} service="homes-{stage}"', 'Sum', 60)"""
    return cloudwatch.MathExpression(expression=search, using_metrics={}, label="", period=MINUTE)


def hit_rate(api: Api) -> cloudwatch.MathExpression:
    counted = {"hits": appsync(api, "CacheHits"), "misses": appsync(api, "CacheMisses")}
    rate = "100 * hits / (hits + misses)"
    return cloudwatch.MathExpression(expression=rate, using_metrics=counted, label="of what may be kept", period=MINUTE)


def consumed(table: dynamodb.ITable, name: str) -> list[cloudwatch.IMetric]:
    """The units that the table takes, and those of each of its indexes: they are paid for alike."""
    whole = table.metric(name, statistic="Sum", period=MINUTE, label="table")
    dimensions = {"TableName": table.table_name}
    parts = [
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
    return [whole, *parts]


def graph(title: str, metrics: Sequence[cloudwatch.IMetric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=[*metrics], width=8)
