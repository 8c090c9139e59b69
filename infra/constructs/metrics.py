"""The CloudWatch metrics that both the alarms and the dashboard use."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb

from infra.constructs.api import Api
from infra.constructs.stream import StreamConsumer

MINUTE = Duration.minutes(1)
OPERATIONS = [  # all that the functions use
    dynamodb.Operation.BATCH_GET_ITEM,
    dynamodb.Operation.GET_ITEM,
    dynamodb.Operation.QUERY,
    dynamodb.Operation.TRANSACT_WRITE_ITEMS,
]


def appsync_metric(api: Api, name: str, statistic: str = "Sum", period: Duration = MINUTE) -> cloudwatch.Metric:
    """https://docs.aws.amazon.com/appsync/latest/devguide/monitoring.html"""
    return cloudwatch.Metric(
        namespace="AWS/AppSync",
        metric_name=name,
        dimensions_map={"GraphQLAPIId": api.graphql.api_id},
        statistic=statistic,
        period=period,
    )


def throttled_requests(table: dynamodb.ITable) -> cloudwatch.IMetric:
    """Number of requests of the functions that the table throttles."""
    return table.metric_throttled_requests_for_operations(operations=OPERATIONS, period=MINUTE)


def stream_lag(changes: StreamConsumer) -> cloudwatch.Metric:
    """Age in ms of the last change of a batch when the function reads it."""
    return changes.function.metric("IteratorAge", statistic="Maximum", period=MINUTE)
