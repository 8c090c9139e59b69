"""DynamoDB Local for the time of a context, its table, and clients of it.

An endpoint may name the access key of its database as the user of its URL: `http://KEY@127.0.0.1:20000`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from botocore.config import Config
from botocore.exceptions import BotoCoreError

from data import keys
from local.aws import REGION
from local.dynamodb import process
from local.dynamodb.errors import DataFolderLocked as DataFolderLocked
from local.dynamodb.errors import EngineError as EngineError

if TYPE_CHECKING:
    from boto3 import Session
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import KeySchemaElementTypeDef, StreamSpecificationTypeDef
    from types_boto3_dynamodbstreams import DynamoDBStreamsClient

STREAM: "StreamSpecificationTypeDef" = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
FAKE_CREDENTIAL = "local"  # DynamoDB Local accepts any credentials


@contextmanager
def engine(data: Path | None = None) -> Iterator[str]:
    """Yields the endpoint of a DynamoDB Local on a free port. It runs until the context or this process ends.

    It stores its data in the folder `data`, or in memory if there is none. Raises DataFolderLocked if another engine
    uses the folder, EngineError if DynamoDB Local does not start.
    """
    with process.run(data) as running:
        yield running.endpoint


def create_table(endpoint: str, name: str, streamed: bool = True) -> bool:
    """Creates the table that data/keys.py defines. Returns False if a table of that name exists.

    Each stream slows down every write to DynamoDB Local, even after its table is deleted, so disable the stream if you
    create many tables. Raises EngineError if no DynamoDB responds at the endpoint.
    """
    try:
        dynamo = client(endpoint)
    except ValueError as error:
        raise EngineError(f"no DynamoDB answers at {endpoint}: {error}") from error
    parts = {keys.PARTITION, keys.SORT, *(part for index in keys.INDEXES for part in (index.partition, index.sort))}
    try:
        dynamo.create_table(
            TableName=name,
            AttributeDefinitions=[
                {"AttributeName": attribute.name, "AttributeType": attribute.type} for attribute in parts
            ],
            KeySchema=schema(keys.PARTITION, keys.SORT),
            GlobalSecondaryIndexes=[
                {
                    "IndexName": index.name,
                    "KeySchema": schema(index.partition, index.sort),
                    "Projection": {"ProjectionType": index.projection},
                }
                for index in keys.INDEXES
            ],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification=STREAM if streamed else {"StreamEnabled": False},
        )
    except dynamo.exceptions.ResourceInUseException:
        return False
    except BotoCoreError as error:
        raise EngineError(f"no DynamoDB answers at {endpoint}") from error
    dynamo.update_time_to_live(
        TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": keys.TTL_ATTRIBUTE}
    )
    return True


def environment(endpoint: str, table: str) -> dict[str, str]:
    """Returns the environment variables with which data/dynamodb/table.py reaches a table of this engine."""
    url, access_key = split_access_key(endpoint)
    return {
        "AWS_ENDPOINT_URL_DYNAMODB": url,
        "AWS_ACCESS_KEY_ID": access_key,
        "AWS_SECRET_ACCESS_KEY": FAKE_CREDENTIAL,
        "AWS_REGION": REGION,
        "NO_PROXY": "127.0.0.1,localhost",
        "TABLE_NAME": table,
    }


def schema(partition: keys.Attribute, sort: keys.Attribute) -> "list[KeySchemaElementTypeDef]":
    return [{"AttributeName": partition.name, "KeyType": "HASH"}, {"AttributeName": sort.name, "KeyType": "RANGE"}]


def with_access_key(url: str, access_key: str) -> str:
    """Returns the endpoint of the database of an access key."""
    scheme, _, address = url.partition("://")
    return f"{scheme}://{access_key}@{address}"


def split_access_key(endpoint: str) -> tuple[str, str]:
    """Returns the URL of an endpoint, and its access key, or `local` if the endpoint names none."""
    parts = urlsplit(endpoint)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl(), parts.username or FAKE_CREDENTIAL


@cache
def client(endpoint: str) -> "DynamoDBClient":
    url, access_key = split_access_key(endpoint)
    return session(access_key).client("dynamodb", endpoint_url=url, config=Config(proxies={}))


@cache
def streams(endpoint: str) -> "DynamoDBStreamsClient":
    url, access_key = split_access_key(endpoint)
    single_attempt = Config(proxies={}, connect_timeout=1, read_timeout=5, retries={"total_max_attempts": 1})
    return session(access_key).client("dynamodbstreams", endpoint_url=url, config=single_attempt)


def session(access_key: str = FAKE_CREDENTIAL) -> "Session":
    import boto3  # here: it takes 0.5 s, and many programs import this module without a need for a client

    return boto3.Session(access_key, FAKE_CREDENTIAL, region_name=REGION)
