"""The dashboard of a stage: graphs of the API, the table, the functions, the stream, and what is billed."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from data import keys
from infra.constructs.api import Api
from infra.constructs.metrics import MINUTE, appsync_metric, stream_lag, throttled_requests
from infra.constructs.stream import StreamConsumer

FunctionAliases = Mapping[str, lambda_.IAlias]  # by function name
Row = Sequence[cloudwatch.GraphWidget]


def add_dashboard(
    scope: Construct,
    *,
    stage_name: str,
    api: Api,
    table: dynamodb.ITable,
    changes: StreamConsumer,
    functions: FunctionAliases,
) -> None:
    """Adds the dashboard `homes-<stage>`."""
    board = cloudwatch.Dashboard(scope, "Dashboard", dashboard_name=f"homes-{stage_name}")
    for row in (
        request_row(api, stage_name),
        rejection_row(api, table, functions),
        table_row(table, changes),
        function_row(functions, changes),
        billing_row(api, functions),
    ):
        board.add_widgets(*row)


def request_row(api: Api, stage_name: str) -> Row:
    latencies = [appsync_metric(api, "Latency", percentile) for percentile in ("p50", "p95", "p99")]
    return [
        graph_widget("Requests", [appsync_metric(api, "Requests", "Sum")]),
        graph_widget("Latency, ms", latencies),
        graph_widget("Errors by field", [errors_by_field(stage_name)]),
    ]


def rejection_row(api: Api, table: dynamodb.ITable, functions: FunctionAliases) -> Row:
    """Responses that are errors, and requests that the cache or a limit keeps from the table."""
    function_throttles = [function.metric_throttles(label=name) for name, function in functions.items()]
    return [
        graph_widget("4xx and 5xx responses", [appsync_metric(api, "4XXError"), appsync_metric(api, "5XXError")]),
        graph_widget("Cache hit rate, %", [hit_rate(api)]),
        graph_widget("Throttled requests", [throttled_requests(table), *function_throttles]),
    ]


def table_row(table: dynamodb.ITable, changes: StreamConsumer) -> Row:
    queue_depth = changes.dead_letters.metric_approximate_number_of_messages_visible()
    return [
        graph_widget("Read units, table and indexes", consumed_capacity(table, "ConsumedReadCapacityUnits")),
        graph_widget("Write units, table and indexes", consumed_capacity(table, "ConsumedWriteCapacityUnits")),
        graph_widget("Dead letters (unpublished changes)", [queue_depth]),
    ]


def function_row(functions: FunctionAliases, changes: StreamConsumer) -> Row:
    durations = [function.metric_duration(statistic="p95", label=name) for name, function in functions.items()]
    concurrency = [function.metric("ConcurrentExecutions", label=name) for name, function in functions.items()]
    return [
        graph_widget("Functions, ms (p95)", durations),
        graph_widget("Concurrent executions", concurrency),
        graph_widget("Stream lag, ms", [stream_lag(changes)]),
    ]


def billing_row(api: Api, functions: FunctionAliases) -> Row:
    invocations = [function.metric_invocations(label=name) for name, function in functions.items()]
    connections = [appsync_metric(api, "ActiveConnections"), appsync_metric(api, "ActiveSubscriptions")]
    return [
        graph_widget("Invocations (billed)", invocations),
        graph_widget("Tokens (billed)", [appsync_metric(api, "TokensConsumed")]),
        graph_widget("Connections and subscriptions", connections),
    ]


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
