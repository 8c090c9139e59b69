"""The contract openapi.yaml as API Gateway reads it: operations, their parameters, and the schemas of their bodies."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

import jsonschema_rs
import yaml

from local.paths import ROOT

FILE = ROOT / "openapi.yaml"
METHODS = ("get", "post", "put", "delete")
JSON = "application/json"
ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}

Document = dict[str, Any]


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation; `place` is its location in a request: path, query or header."""

    name: str
    place: str
    required: bool


@dataclass(frozen=True)
class Body:
    """The schema of a request body with its name in the contract, reduced to the parts that API Gateway validates."""

    name: str
    schema: Document

    @cached_property
    def validator(self) -> jsonschema_rs.Draft4Validator:
        return jsonschema_rs.Draft4Validator(self.schema)


@dataclass(frozen=True)
class OpenApiOperation:
    """One method of a path; `statuses` are the status codes of its responses."""

    id: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    statuses: tuple[str, ...]
    body: Body | None

    def names(self, place: str) -> tuple[str, ...]:
        """Returns the names of the operation's parameters in one location: path, query or header."""
        return tuple(parameter.name for parameter in self.parameters if parameter.place == place)

    def is_valid_body(self, body: bytes, media_type: str) -> bool:
        """Returns whether API Gateway accepts a body. A body whose media type is not JSON is not validated.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
        """
        if self.body is None or media_type not in ("", JSON):
            return True
        try:
            return self.body.validator.is_valid(json.loads(body, parse_constant=refuse))
        except (ValueError, RecursionError):
            return False


@dataclass(frozen=True)
class Resource:
    """A path of the contract and its operations by method."""

    path: str
    operations: Mapping[str, OpenApiOperation]

    @property
    def allowed_methods(self) -> str:
        return ",".join([*self.operations, "OPTIONS"])

    def match(self, path: str) -> dict[str, str] | None:
        """Returns the path parameters if a raw path matches this resource, else None. A trailing slash is ignored.

        https://github.com/aws-powertools/powertools-lambda-python/pull/1577
        """
        segments, own = path.rstrip("/").split("/"), self.path.split("/")
        if len(segments) != len(own):
            return None
        parameters = {}
        for segment, name in zip(segments, own, strict=True):
            if name.startswith("{") and segment:
                parameters[name.strip("{}")] = unquote(segment)
            elif name != segment:
                return None
        return parameters


class OpenApiContract:
    """The parsed openapi.yaml and its resources."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.resources = [self.resource(path, item) for path, item in document["paths"].items()]

    @cached_property
    def roots(self) -> set[str]:
        """The first segments of all paths. The gateway serves every path below them."""
        return {resource.path.split("/")[1] for resource in self.resources}

    @cached_property
    def bodies(self) -> dict[str, Body]:
        """The request bodies of all operations by schema name."""
        operations = [operation for resource in self.resources for operation in resource.operations.values()]
        return {operation.body.name: operation.body for operation in operations if operation.body}

    def preflight_headers(self, resource: Resource) -> dict[str, str]:
        """Returns the response headers of a CORS preflight request for a resource."""
        cors = self.document["x-cors"]
        return {
            **ANY_ORIGIN,
            "Access-Control-Allow-Methods": resource.allowed_methods,
            "Access-Control-Allow-Headers": cors["allow-headers"],
            "Access-Control-Max-Age": str(cors["max-age"]),
        }

    def resource(self, path: str, item: Mapping[str, Any]) -> Resource:
        operations = [self.operation(path, method, item) for method in METHODS if method in item]
        return Resource(path, {operation.method: operation for operation in operations})

    def operation(self, path: str, method: str, item: Mapping[str, Any]) -> OpenApiOperation:
        node = item[method]
        parameters = tuple(
            Parameter(parameter["name"], parameter["in"], parameter.get("required", False))
            for parameter in map(self.resolve_ref, [*item.get("parameters", ()), *node.get("parameters", ())])
        )
        body = self.body(node["requestBody"]["content"][JSON]["schema"]) if "requestBody" in node else None
        return OpenApiOperation(node["operationId"], method.upper(), path, parameters, tuple(node["responses"]), body)

    def body(self, reference: Mapping[str, str]) -> Body:
        schema = for_gateway_validation(self.dereference(reference))
        return Body(reference["$ref"].rpartition("/")[2], schema)

    def schema(self, name: str) -> Any:
        """Returns a schema of `components` by its name, with all references resolved."""
        return self.dereference(self.document["components"]["schemas"][name])

    def resolve_ref(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """Resolves a `$ref`; returns any other node unchanged."""
        target: Any = self.document if "$ref" in node else node
        for name in node.get("$ref", "#").split("/")[1:]:
            target = target[name]
        resolved: Mapping[str, Any] = target
        return resolved

    def dereference(self, node: Any) -> Any:
        """Returns a copy of a node in which every `$ref` is replaced by its target."""
        if isinstance(node, list):
            return [self.dereference(member) for member in node]
        if not isinstance(node, Mapping):
            return node
        return {name: self.dereference(member) for name, member in self.resolve_ref(node).items()}


def read() -> OpenApiContract:
    return OpenApiContract(yaml.safe_load(FILE.read_text()))


def for_gateway_validation(schema: Any) -> Any:
    """Returns a schema in which every nullable part accepts any value; the function validates these parts.

    API Gateway does not support `nullable`:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
    """
    if isinstance(schema, list):
        return [for_gateway_validation(member) for member in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {} if schema.get("nullable") else {name: for_gateway_validation(of) for name, of in schema.items()}


def refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
