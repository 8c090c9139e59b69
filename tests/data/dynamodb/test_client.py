"""The client and its response parser."""

from typing import Any

from data.dynamodb import client
from data.dynamodb import table as the_table
from data.dynamodb.client import RawJSONParser, RawParserFactory
from data.keys import Key


def test_a_response_is_its_json(table: str) -> None:
    item: dict[str, Any] = {
        "pk": {"S": "a"},
        "sk": {"S": "b"},
        "n": {"N": "1.5"},
        "l": {"L": [{"M": {"x": {"S": "é"}}}]},
    }
    client.client().put_item(TableName=table, Item=item)
    response = client.client().get_item(TableName=table, Key={"pk": {"S": "a"}, "sk": {"S": "b"}})
    assert response["Item"] == item


def test_an_item_read_has_plain_values(table: str) -> None:
    item: dict[str, Any] = {"pk": "a", "sk": "b", "whole": 3, "part": 1.25, "none": None, "yes": True, "list": ["x"]}
    the_table.put_many([item])
    assert the_table.get(Key("a", "b"), consistent=True) == item


def test_only_the_json_protocol_has_the_raw_parser() -> None:
    assert isinstance(RawParserFactory().create_parser("json"), RawJSONParser)
    assert not isinstance(RawParserFactory().create_parser("query"), RawJSONParser)
