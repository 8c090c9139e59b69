"""The DynamoDB client: botocore's, without the start-up and parsing work that DynamoDB does not need."""

import os
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore
from botocore.config import Config
from botocore.loaders import Loader
from botocore.parsers import JSONParser, ResponseParserFactory
from botocore.session import get_session

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

MAX_CONNECTIONS = 16


@cache
def client() -> "DynamoDBClient":
    """Returns the client of this process: keep-alive connections, 1 s connect timeout, 5 s read timeout, 3 attempts.

    Programs that write or read the whole table set DYNAMODB_READ_TIMEOUT_SECONDS and DYNAMODB_MAX_ATTEMPTS first.
    boto3.client would return the same client, but importing boto3 takes longer.
    """
    read_timeout = float(os.environ.get("DYNAMODB_READ_TIMEOUT_SECONDS") or 5)
    max_attempts = int(os.environ.get("DYNAMODB_MAX_ATTEMPTS") or 3)
    session: Any = get_session()
    session.register_component("data_loader", DynamoDBOnlyLoader())
    session.register_component("response_parser_factory", RawParserFactory())
    retries: Any = {"mode": "standard", "total_max_attempts": max_attempts}
    # data/dynamodb/requests.py builds valid parameters. Validating them takes as long as signing the request.
    options: Any = {"parameter_validation": False, "tcp_keepalive": True, "retries": retries}
    options["user_agent"] = f"homes botocore/{botocore.__version__}"  # botocore builds its own twice a request
    config = Config(connect_timeout=1, read_timeout=read_timeout, max_pool_connections=MAX_CONNECTIONS, **options)
    dynamodb_client: DynamoDBClient = session.create_client("dynamodb", os.environ.get("AWS_REGION"), config=config)
    return dynamodb_client


class DynamoDBOnlyLoader(Loader):
    """Lists DynamoDB only. botocore's loader searches the folders of all 400 services, twice, to find it."""

    def list_available_services(self, type_name: str) -> list[str]:
        return ["dynamodb"]


class RawJSONParser(JSONParser):
    """Returns the response's JSON unchanged. botocore checks each value for bytes and timestamps; we store neither."""

    def _parse_shape(self, shape: object, node: Any) -> Any:
        return node


class RawParserFactory(ResponseParserFactory):
    def create_parser(self, protocol_name: str) -> Any:
        return RawJSONParser() if protocol_name == "json" else super().create_parser(protocol_name)
