"""The engine's table as data/keys.py defines it, and the addresses of engines."""

import pytest

from data import keys
from local.dynamodb import engine as dynamodb

ROW = {"pk": {"S": "a"}, "sk": {"S": "b"}}


@pytest.fixture
def has_stream() -> bool:
    return True


def test_the_engine_responds(engine: str) -> None:
    assert dynamodb.client(engine).list_tables(Limit=1)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_new_table_has_the_defined_keys(engine: str, table: str) -> None:
    description = dynamodb.client(engine).describe_table(TableName=table)["Table"]
    assert description["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]
    assert description["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


def test_the_key_attributes_have_the_defined_types(engine: str, table: str) -> None:
    description = dynamodb.client(engine).describe_table(TableName=table)["Table"]
    types = {
        attribute["AttributeName"]: attribute["AttributeType"] for attribute in description["AttributeDefinitions"]
    }
    assert types == {"pk": "S", "sk": "S", "inverse_pk": "S", "inverse_sk": "S", "list_price": "N"}


def test_a_new_table_has_the_defined_indexes(engine: str, table: str) -> None:
    indexes = dynamodb.client(engine).describe_table(TableName=table)["Table"]["GlobalSecondaryIndexes"]
    described = {
        (
            index["IndexName"],
            *(part["AttributeName"] for part in index["KeySchema"]),
            index["Projection"]["ProjectionType"],
        )
        for index in indexes
    }
    assert described == {
        (index.name, index.partition.name, index.sort.name, index.projection) for index in keys.INDEXES
    }


def test_a_new_tables_stream_carries_new_and_old_images(engine: str, table: str) -> None:
    description = dynamodb.client(engine).describe_table(TableName=table)["Table"]
    assert description["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_the_items_of_a_new_table_expire_by_the_defined_attribute(engine: str, table: str) -> None:
    expiry = dynamodb.client(engine).describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": keys.TTL_ATTRIBUTE}


def test_an_existing_table_is_not_created_again(engine: str, table: str) -> None:
    dynamodb.client(engine).put_item(TableName=table, Item=ROW)
    assert dynamodb.create_table(engine, table) is False
    assert dynamodb.client(engine).scan(TableName=table)["Items"] == [ROW]


def test_an_endpoint_names_the_access_key_of_its_database() -> None:
    endpoint = dynamodb.with_access_key("http://127.0.0.1:8001", "KEY")
    assert dynamodb.split_access_key(endpoint) == ("http://127.0.0.1:8001", "KEY")
    assert dynamodb.split_access_key("https://example.com/path") == ("https://example.com/path", "local")


def test_the_environment_of_a_table_has_the_access_key_and_a_url_without_it() -> None:
    environment = dynamodb.environment("http://KEY@127.0.0.1:8001", "homes")
    assert (environment["AWS_ENDPOINT_URL_DYNAMODB"], environment["AWS_ACCESS_KEY_ID"]) == (
        "http://127.0.0.1:8001",
        "KEY",
    )
