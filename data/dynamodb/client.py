"""The one client of DynamoDB: botocore's, quickly made, and spared what DynamoDB's own notation does not need."""

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

CONNECTIONS = 16


@cache
def client() -> "DynamoDBClient":
    """The process's one client: connections kept open, 1 s to connect, 5 s to answer, three tries a request.

    Made by botocore itself, which is all that boto3.client does, without boto3's import.
    """
    session: Any = get_session()
    session.register_component("data_loader", DynamoDBLoader())
    session.register_component("response_parser_factory", Parsers())
    tries: Any = {"mode": "standard", "total_max_attempts": 3}
    # What data/dynamodb/requests.py writes has the right shape: checking it again takes as long as signing it.
    kept: Any = {"parameter_validation": False, "tcp_keepalive": True, "retries": tries}
    kept["user_agent"] = f"homes botocore/{botocore.__version__}"  # botocore puts its own together twice a request
    config = Config(connect_timeout=1, read_timeout=5, max_pool_connections=CONNECTIONS, **kept)
    made: DynamoDBClient = session.create_client("dynamodb", os.environ.get("AWS_REGION"), config=config)
    return made


class DynamoDBLoader(Loader):
    """Knows that there is DynamoDB. botocore's own goes through the folders of all 400 services, twice, to see that."""

    def list_available_services(self, type_name: str) -> list[str]:
        return ["dynamodb"]


class AsItCame(JSONParser):
    """Leaves an answer as its JSON has it. botocore looks at each value for bytes and times, of which we store none."""

    def _parse_shape(self, shape: object, node: Any) -> Any:
        return node


class Parsers(ResponseParserFactory):
    def create_parser(self, protocol_name: str) -> Any:
        return AsItCame() if protocol_name == "json" else super().create_parser(protocol_name)
