"""The client: what it is spared, it does without."""

from typing import Any

from data.dynamodb import client
from data.dynamodb import table as the_table
from data.dynamodb.client import AsItCame, Parsers
from data.keys import Key


def test_an_answer_is_taken_as_its_json_has_it(table: str) -> None:
    item: dict[str, Any] = {
        "pk": {"S": "a"},
        "sk": {"S": "b"},
        "n": {"N": "1.5"},
        "l": {"L": [{"M": {"x": {"S": "é"}}}]},
    }
    client.client().put_item(TableName=table, Item=item)
    found = client.client().get_item(TableName=table, Key={"pk": {"S": "a"}, "sk": {"S": "b"}})
    assert found["Item"] == item


def test_what_comes_back_is_plain(table: str) -> None:
    written: dict[str, Any] = {"pk": "a", "sk": "b", "whole": 3, "part": 1.25, "none": None, "yes": True, "list": ["x"]}
    the_table.put_many([written])
    assert the_table.get(Key("a", "b"), consistent=True) == written


def test_only_dynamodbs_json_is_read_this_way() -> None:
    assert isinstance(Parsers().create_parser("json"), AsItCame)
    assert not isinstance(Parsers().create_parser("query"), AsItCame)
