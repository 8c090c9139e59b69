"""Requests in DynamoDB's notation. An expression names attributes as #name and values as :name."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from data.dynamodb import attribute_values
from data.keys import PARTITION, SORT, Index, Key

Item = dict[str, Any]
Request = dict[str, Any]


@dataclass(frozen=True)
class Condition:
    """A condition of a write. If it fails, `on_failure(stored item or None)` returns the error to raise."""

    expression: str
    on_failure: Callable[[Item | None], Exception]
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Put:
    item: Item
    condition: Condition | None = None

    def to_request(self, table: str) -> Request:
        return {
            "Put": {"TableName": table, "Item": attribute_values.serialize_item(self.item)}
            | condition_parameters(self.condition)
        }


@dataclass(frozen=True)
class Delete:
    key: Key
    condition: Condition | None = None

    def to_request(self, table: str) -> Request:
        return {
            "Delete": {"TableName": table, "Key": attribute_values.serialize_item(self.key._asdict())}
            | condition_parameters(self.condition)
        }


@dataclass(frozen=True)
class ConditionCheck:
    """Writes nothing. The other writes of the transaction happen only if its condition holds."""

    key: Key
    condition: Condition

    def to_request(self, table: str) -> Request:
        return {
            "ConditionCheck": {"TableName": table, "Key": attribute_values.serialize_item(self.key._asdict())}
            | condition_parameters(self.condition)
        }


@dataclass(frozen=True)
class Update:
    key: Key
    expression: str
    values: Mapping[str, Any]
    condition: Condition | None = None

    def to_request(self, table: str) -> Request:
        expressions = f"{self.expression} {self.condition.expression if self.condition else ''}"
        values = {**self.values, **(self.condition.values if self.condition else {})}
        request = {
            "TableName": table,
            "Key": attribute_values.serialize_item(self.key._asdict()),
            "UpdateExpression": self.expression,
        }
        return {"Update": request | condition_parameters(self.condition) | placeholder_parameters(expressions, values)}


Action = Put | Delete | ConditionCheck | Update


@dataclass(frozen=True)
class Query:
    """A range of one partition: sort keys from `lower` to `upper`, both included, in the table or in an index."""

    pk: str
    lower: str | float
    upper: str | float
    index: Index | None = None
    ascending: bool = True
    filter: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def to_request(self, table: str) -> Request:
        partition, sort = (self.index.partition, self.index.sort) if self.index else (PARTITION, SORT)
        request = {
            "TableName": table,
            "KeyConditionExpression": f"{partition.name} = :pk AND {sort.name} BETWEEN :low AND :high",
            "ScanIndexForward": self.ascending,
        }
        if self.index:
            request["IndexName"] = self.index.name
        if self.filter:
            request["FilterExpression"] = self.filter
        return request | placeholder_parameters(
            self.filter, {"pk": self.pk, "low": self.lower, "high": self.upper, **self.values}
        )


def condition_parameters(condition: Condition | None) -> Request:
    """Returns the parameters of a condition. If it fails, DynamoDB returns the stored item."""
    if condition is None:
        return {}
    parameters = {"ConditionExpression": condition.expression, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    return parameters | placeholder_parameters(condition.expression, condition.values)


def placeholder_parameters(expression: str, values: Mapping[str, Any]) -> Request:
    parameters: Request = {}
    if names := {f"#{name}": name for name in re.findall(r"#(\w+)", expression)}:
        parameters["ExpressionAttributeNames"] = names
    if values:
        parameters["ExpressionAttributeValues"] = attribute_values.serialize_item(
            {f":{name}": value for name, value in values.items()}
        )
    return parameters
