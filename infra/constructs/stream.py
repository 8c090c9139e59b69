"""The table's stream, and the function that tells subscribers of what it holds."""

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
from infra.suppressions import accept

SECONDS = 60
TRIES = 5
MOST_RECORDS = 100
LAST = "This is the dead-letter queue"
ACCEPTED = {
    "AwsSolutions::AwsSolutions-SQS3": LAST,
    "Serverless::Serverless-SQSRedrivePolicy": LAST,
    "CKV_AWS_27": "SQS encrypts it by a key of its own; a message tells where a record lies, not what it holds",
}


class Changes(Construct):
    """The stream's function as `function`; what it cannot do after five tries lies in `lost` for two weeks."""

    def __init__(self, scope: Construct, id: str, *, table: Table, api: Api, functions: Functions) -> None:
        super().__init__(scope, id)
        self.lost = sqs.Queue(
            self,
            "Lost",
            retention_period=Duration.days(14),
            enforce_ssl=True,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
        )
        accept(self.lost, ACCEPTED)
        self.function = functions.add(
            "stream",
            entry="resolvers.stream.handle",
            seconds=SECONDS,
            environment={"APPSYNC_URL": api.graphql.graphql_url},
        )
        api.allow_publishing(self.function)
        self.function.add_event_source(
            DynamoEventSource(
                table.table,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                filters=[homes()],
                batch_size=MOST_RECORDS,
                max_batching_window=Duration.seconds(0),
                parallelization_factor=10,
                bisect_batch_on_error=True,
                report_batch_item_failures=True,
                retry_attempts=TRIES,
                on_failure=SqsDlq(self.lost),
            )
        )


def homes() -> Mapping[str, Any]:
    """Of all that is written only homes are told of: cards, edges and pictures come with them."""
    return lambda_.FilterCriteria.filter({"dynamodb": {"Keys": {"sk": {"S": [keys.METADATA]}}}})
