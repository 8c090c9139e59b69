"""What is asked of DynamoDB, in its own notation. Attributes are written #name in an expression, values :name."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from data.dynamodb import attribute_values
from data.keys import PARTITION, SORT, Index, Key

Item = dict[str, Any]
Described = dict[str, Any]


@dataclass(frozen=True)
class When:
    """A condition of a write; `refused` makes the error to raise from the item that was found instead."""

    expression: str
    refused: Callable[[Item | None], Exception]
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Put:
    item: Item
    when: When | None = None

    def described(self, table: str) -> Described:
        return {"Put": {"TableName": table, "Item": attribute_values.item(self.item)} | condition(self.when)}


@dataclass(frozen=True)
class Delete:
    key: Key
    when: When | None = None

    def described(self, table: str) -> Described:
        return {"Delete": {"TableName": table, "Key": attribute_values.item(self.key._asdict())} | condition(self.when)}


@dataclass(frozen=True)
class Check:
    """Changes nothing; the writes beside it happen only where its condition holds."""

    key: Key
    when: When

    def described(self, table: str) -> Described:
        return {
            "ConditionCheck": {"TableName": table, "Key": attribute_values.item(self.key._asdict())}
            | condition(self.when)
        }


@dataclass(frozen=True)
class Update:
    key: Key
    expression: str
    values: Mapping[str, Any]
    when: When | None = None

    def described(self, table: str) -> Described:
        both = f"{self.expression} {self.when.expression if self.when else ''}"
        values = {**self.values, **(self.when.values if self.when else {})}
        request = {
            "TableName": table,
            "Key": attribute_values.item(self.key._asdict()),
            "UpdateExpression": self.expression,
        }
        return {"Update": request | condition(self.when) | placeholders(both, values)}


Action = Put | Delete | Check | Update


@dataclass(frozen=True)
class Query:
    """One range of one partition: sort keys from `low` to `high`, both included, in the table or in an index."""

    pk: str
    low: str | float
    high: str | float
    index: Index | None = None
    forward: bool = True
    filter: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def described(self, table: str) -> Described:
        partition, sort = (self.index.partition, self.index.sort) if self.index else (PARTITION, SORT)
        request = {
            "TableName": table,
            "KeyConditionExpression": f"{partition.name} = :pk AND {sort.name} BETWEEN :low AND :high",
            "ScanIndexForward": self.forward,
        }
        if self.index:
            request["IndexName"] = self.index.name
        if self.filter:
            request["FilterExpression"] = self.filter
        return request | placeholders(self.filter, {"pk": self.pk, "low": self.low, "high": self.high, **self.values})


def condition(when: When | None) -> Described:
    """A write's condition, with the item found where it does not hold."""
    if when is None:
        return {}
    asked = {"ConditionExpression": when.expression, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    return asked | placeholders(when.expression, when.values)


def placeholders(expression: str, values: Mapping[str, Any]) -> Described:
    request: Described = {}
    if names := {f"#{name}": name for name in re.findall(r"#(\w+)", expression)}:
        request["ExpressionAttributeNames"] = names
    if values:
        request["ExpressionAttributeValues"] = attribute_values.item(
            {f":{name}": value for name, value in values.items()}
        )
    return request
