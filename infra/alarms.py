"""What operators are told, and look at: alarms that say what to do, and one page of pictures."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.accepted import accept
from infra.api import Api
from infra.changes import Changes
from infra.stages import Stage

MINUTE = Duration.minutes(1)
ACCEPTED = {"Serverless::Serverless-SNSRedrivePolicy": "An e-mail that is not delivered is sent to nobody else"}
UNKEYED = {"CKV_AWS_26": "An alarm tells nothing of anybody, and this stage has no key of its own"}
RUNBOOK = "docs/runbook.md"
OPERATIONS = ("GetItem", "BatchGetItem", "Query", "PutItem", "TransactWriteItems")


class Alarms(Construct):
    """The alarms of a stage, which go to `topic`, and its dashboard."""

    def __init__(
        self, scope: Construct, id: str, *, stage: Stage, api: Api, table: dynamodb.ITable, changes: Changes
    ) -> None:
        super().__init__(scope, id)
        key = kms.Key(self, "Key", enable_key_rotation=True) if stage.own_key else None
        self.topic = sns.Topic(self, "Topic", enforce_ssl=True, master_key=key)
        if not key:
            accept(self.topic, UNKEYED)
        if stage.alarm_email:
            accept(self.topic.add_subscription(subscriptions.EmailSubscription(stage.alarm_email)), ACCEPTED)
        requests = {name: appsync(api, name) for name in ("4XXError", "5XXError")}
        slow = appsync(api, "Latency", "p95", Duration.minutes(5))
        age = changes.function.metric("IteratorAge", statistic="Maximum", period=MINUTE)
        throttled = table.metric_throttled_requests_for_operations(
            operations=[dynamodb.Operation.QUERY, dynamodb.Operation.BATCH_GET_ITEM], period=MINUTE
        )
        lost = changes.lost.metric_approximate_number_of_messages_visible(period=MINUTE)
        self.alarm("Faults", requests["5XXError"], 5, "AppSync or a function fails: see the error log of its functions")
        self.alarm("Slow", slow, 1_000, "19 of 20 requests take up to a second or more: see the trace map, then warm")
        self.alarm("Behind", age, 60_000, "Subscribers hear of changes a minute late or later: see the log of changes")
        self.alarm("Lost", lost, 1, "A change was told to nobody: read it from the queue, mend, and send it again")
        self.alarm("Throttled", throttled, 10, "The table refuses reads: raise its capacity, or find the hot key")
        for name, function in {**api.functions, "changes": changes.function}.items():
            failing = function.metric_errors(period=MINUTE)
            self.alarm(f"{name.capitalize()}Fails", failing, 5, f"The function {name} fails: see its log, or roll back")
            refused = function.metric_throttles(period=MINUTE)
            self.alarm(f"{name.capitalize()}Refused", refused, 1, f"The function {name} runs at its limit: raise it")
        self.dashboard(stage, api, table, changes, [*requests.values()], slow, age)

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
        errors: list[cloudwatch.IMetric],
        slow: cloudwatch.IMetric,
        age: cloudwatch.IMetric,
    ) -> None:
        named = {**api.functions, "changes": changes.function}
        board = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=f"homes-{stage.name}")
        latency = [appsync(api, "Latency", which) for which in ("p50", "p95", "p99")]
        board.add_widgets(
            graph("Requests", [appsync(api, "Requests", "Sum")]),
            graph("Latency, ms", latency),
            graph("Errors", errors),
        )
        board.add_widgets(
            graph("Cache", [appsync(api, "CacheHits"), appsync(api, "CacheMisses")]),
            graph("Units read", [table.metric_consumed_read_capacity_units()]),
            graph("Units written", [table.metric_consumed_write_capacity_units()]),
        )
        board.add_widgets(
            graph("Functions, ms (p95)", [one.metric_duration(statistic="p95", label=of) for of, one in named.items()]),
            graph("Functions at once", [one.metric("ConcurrentExecutions", label=of) for of, one in named.items()]),
            graph("Age of changes, ms", [age]),
        )
        board.add_widgets(
            graph("Invocations, which are paid for", [one.metric_invocations(label=of) for of, one in named.items()]),
            graph("Tokens, which are paid for", [appsync(api, "TokensConsumed")]),
            graph("Subscribers", [appsync(api, "ActiveConnections"), appsync(api, "ActiveSubscriptions")]),
        )


def appsync(api: Api, name: str, statistic: str = "Sum", period: Duration = MINUTE) -> cloudwatch.Metric:
    """https://docs.aws.amazon.com/appsync/latest/devguide/monitoring.html"""
    return cloudwatch.Metric(
        namespace="AWS/AppSync",
        metric_name=name,
        dimensions_map={"GraphQLAPIId": api.graphql.api_id},
        statistic=statistic,
        period=period,
    )


def graph(title: str, metrics: Sequence[cloudwatch.IMetric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=[*metrics], width=8)
