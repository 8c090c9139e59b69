"""openapi.yaml as API Gateway reads it: which operation a request is of, and what its body must be."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema_rs
import yaml

FILE = Path(__file__).resolve().parents[2] / "openapi.yaml"
METHODS = ("get", "post", "put", "delete")
JSON = "application/json"

Document = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One method of a path, with its parameters by where they are, and what its body must be, if it has one."""

    id: str
    method: str
    path: str
    parameters: Mapping[str, tuple[str, ...]]
    body: jsonschema_rs.Draft4Validator | None

    def takes(self, body: bytes, media_type: str) -> bool:
        """Whether the gateway lets a body through: what is not JSON by its type has no model, and is not looked at.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
        """
        if self.body is None or media_type not in ("", JSON):
            return True
        try:
            return self.body.is_valid(json.loads(body, parse_constant=refuse))
        except (ValueError, RecursionError):
            return False


@dataclass(frozen=True)
class Resource:
    """A path of the contract, its operations by method."""

    path: str
    operations: Mapping[str, Operation]

    @property
    def allowed(self) -> str:
        return ",".join([*self.operations, "OPTIONS"])

    def match(self, path: str) -> dict[str, str] | None:
        """The parameters that a raw path gives this one; None where it is another. A slash at its end is passed over.

        https://github.com/aws-powertools/powertools-lambda-python/pull/1577
        """
        asked, own = path.rstrip("/").split("/"), self.path.split("/")
        if len(asked) != len(own):
            return None
        found = {}
        for segment, name in zip(asked, own, strict=True):
            if name.startswith("{") and segment:
                found[name.strip("{}")] = unquote(segment)
            elif name != segment:
                return None
        return found


class Contract:
    """All of openapi.yaml."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.resources = [self.resource(path, item) for path, item in document["paths"].items()]

    @cached_property
    def roots(self) -> set[str]:
        """The first segments of its paths, which are the gateway's."""
        return {resource.path.split("/")[1] for resource in self.resources}

    def resource(self, path: str, item: Mapping[str, Any]) -> Resource:
        found = [self.operation(path, method, item) for method in METHODS if method in item]
        return Resource(path, {operation.method: operation for operation in found})

    def operation(self, path: str, method: str, item: Mapping[str, Any]) -> Operation:
        told = item[method]
        places: dict[str, tuple[str, ...]] = {"path": (), "query": (), "header": ()}
        for parameter in map(self.at, [*item.get("parameters", ()), *told.get("parameters", ())]):
            places[parameter["in"]] += (parameter["name"],)
        body = edge(self.inlined(told["requestBody"]["content"][JSON]["schema"])) if "requestBody" in told else None
        validator = jsonschema_rs.Draft4Validator(body) if body else None
        return Operation(told["operationId"], method.upper(), path, places, validator)

    def at(self, told: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a reference leads to, or what is no reference itself."""
        found: Any = self.document if "$ref" in told else told
        for name in told.get("$ref", "#").split("/")[1:]:
            found = found[name]
        known: Mapping[str, Any] = found
        return known

    def inlined(self, told: Any) -> Any:
        """The same without references."""
        if isinstance(told, list):
            return [self.inlined(member) for member in told]
        return {name: self.inlined(of) for name, of in self.at(told).items()} if isinstance(told, Mapping) else told


def read() -> Contract:
    return Contract(yaml.safe_load(FILE.read_text()))


def edge(schema: Any) -> Any:
    """A body's schema as the gateway holds it: it knows no `nullable`, so what may be null is left to the function.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
    """
    if isinstance(schema, list):
        return [edge(member) for member in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {} if schema.get("nullable") else {name: edge(of) for name, of in schema.items()}


def refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
