"""The table's stream, and the function that publishes its records to subscribers."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk.aws_lambda_event_sources import DynamoEventSource, SqsDlq
from constructs import Construct

from data import keys
from infra.constructs.api import Api
from infra.constructs.functions import Functions
from infra.constructs.table import Table
from infra.suppressions import suppress

TIMEOUT_SECONDS = 60
MAX_RETRIES = 5
BATCH_SIZE = 100
IS_DLQ = "This is the dead-letter queue"
SUPPRESSIONS = {
    "AwsSolutions::AwsSolutions-SQS3": IS_DLQ,
    "Serverless::Serverless-SQSRedrivePolicy": IS_DLQ,
    "CKV_AWS_27": "SQS encrypts it with its own key; a message has the position of a record, not its content",
}


class StreamConsumer(Construct):
    """The stream's function as `function`. Records that fail five retries are in `dead_letters`, for two weeks."""

    def __init__(self, scope: Construct, id: str, *, table: Table, api: Api, functions: Functions) -> None:
        super().__init__(scope, id)
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            retention_period=Duration.days(14),
            enforce_ssl=True,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
        )
        suppress(self.dead_letters, SUPPRESSIONS)
        self.function = functions.add(
            "stream",
            handler="resolvers.stream.handle",
            seconds=TIMEOUT_SECONDS,
            environment={"APPSYNC_URL": api.graphql.graphql_url},
        )
        api.allow_publishing(self.function)
        self.function.add_event_source(
            DynamoEventSource(
                table.table,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                filters=[property_items_filter()],
                batch_size=BATCH_SIZE,
                max_batching_window=Duration.seconds(0),
                parallelization_factor=10,
                bisect_batch_on_error=True,
                report_batch_item_failures=True,
                retry_attempts=MAX_RETRIES,
                on_failure=SqsDlq(self.dead_letters),
            )
        )


def property_items_filter() -> Mapping[str, Any]:
    """Selects the records of properties: each write of another item type changes its property as well."""
    return lambda_.FilterCriteria.filter({"dynamodb": {"Keys": {"sk": {"S": [keys.METADATA]}}}})
