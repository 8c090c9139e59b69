"""openapi.yaml as API Gateway takes it: routes, what a request must be, and who answers; all other words left out.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from infra.build.package import ROOT
from resolvers.wiring import REST

FILE: Path = ROOT / "openapi.yaml"
METHODS = ("get", "post", "put", "delete")
JSON = "application/json"
EXTENSIONS = "x-amazon-apigateway-"
INTEGRATION = f"{EXTENSIONS}integration"
OPEN = {"Access-Control-Allow-Origin": "*"}

Document = dict[str, Any]


def read() -> Document:
    document: Document = yaml.safe_load(FILE.read_text())
    return document


def for_gateway(document: Document, *, rest: str, authorizer: str) -> Document:
    """The same contract with its integrations: `rest` and `authorizer` are the addresses at which Lambda is invoked."""
    kept = {name: told for name, told in document.items() if name.startswith(EXTENSIONS)}
    bodies = {name: edge(inlined(document, {"$ref": name})) for name in sorted(set(body_names(document)))}
    return {
        "openapi": document["openapi"],
        "info": {name: document["info"][name] for name in ("title", "version")},
        **kept,
        "paths": {path: item_of(document, item, rest) for path, item in document["paths"].items()},
        "components": {
            "schemas": {name.rpartition("/")[2]: schema for name, schema in bodies.items()},
            "securitySchemes": schemes(document, authorizer),
        },
    }


def item_of(document: Document, item: Mapping[str, Any], rest: str) -> Document:
    """A path: its methods, its preflight, and a 405 for every other method."""
    methods = [method for method in METHODS if method in item]
    allowed = ",".join([*(method.upper() for method in methods), "OPTIONS"])
    cors = document["x-cors"]
    named = {"Access-Control-Allow-Methods": allowed, "Access-Control-Allow-Headers": cors["allow-headers"]}
    preflight = {**OPEN, **named, "Access-Control-Max-Age": str(cors["max-age"])}
    told = {method: operation(document, item, method, rest) for method in methods}
    refused = mock(405, {**OPEN, "Allow": allowed}, '{"error": "Method not allowed"}')
    return {**told, "options": mock(204, preflight, ""), f"{EXTENSIONS}any-method": refused}


def operation(document: Document, item: Mapping[str, Any], method: str, rest: str) -> Document:
    told = item[method]
    own = [inlined(document, one) for one in (*item.get("parameters", ()), *told.get("parameters", ()))]
    parameters = [parameter(one["name"], one["in"], one.get("required", False)) for one in own]
    if method == "get":
        parameters.append(parameter("Authorization", "header", False))
    made = {
        "operationId": told["operationId"],
        "parameters": parameters,
        "responses": {status: {"description": status} for status in told["responses"]},
        "security": [{name: []} for name in document["security"][0]],
        INTEGRATION: {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "uri": rest,
            "passthroughBehavior": "when_no_match",
            "timeoutInMillis": REST.seconds * 1_000,
            **({"cacheKeyParameters": list(map(key, parameters))} if method == "get" else {}),
        },
    }
    if "requestBody" in told:
        schema = {"$ref": told["requestBody"]["content"][JSON]["schema"]["$ref"]}
        made["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    return made


def parameter(name: str, place: str, required: bool) -> Document:
    return {"name": name, "in": place, "required": required, "schema": {"type": "string"}}


def key(parameter: Mapping[str, Any]) -> str:
    """A parameter as one of those that tell kept answers apart."""
    places = {"query": "querystring"}
    return f"method.request.{places.get(parameter['in'], parameter['in'])}.{parameter['name']}"


def mock(status: int, headers: Mapping[str, str], body: str) -> Document:
    """What the gateway answers by itself, to anybody."""
    answer = {
        "statusCode": str(status),
        "responseParameters": {f"method.response.header.{name}": f"'{value}'" for name, value in headers.items()},
        "responseTemplates": {JSON: body},
    }
    described = {"description": str(status), "headers": {name: {"schema": {"type": "string"}} for name in headers}}
    asked = {"requestTemplates": {JSON: f'{{"statusCode": {status}}}'}, "passthroughBehavior": "when_no_match"}
    return {
        "security": [],
        "responses": {str(status): described},
        INTEGRATION: {"type": "mock", **asked, "responses": {"default": answer}},
    }


def schemes(document: Document, authorizer: str) -> Document:
    """The API key, and the token that the authorizer is asked about, once a minute."""
    asked = {
        "type": "request",
        "identitySource": "method.request.header.Authorization",
        "authorizerUri": authorizer,
        "authorizerResultTtlInSeconds": REST.token_seconds,
    }
    plain = {
        name: {part: told[part] for part in ("type", "in", "name")}
        for name, told in document["components"]["securitySchemes"].items()
    }
    plain["Token"] |= {f"{EXTENSIONS}authtype": "custom", f"{EXTENSIONS}authorizer": asked}
    return plain


def body_names(document: Document) -> list[str]:
    found = [one["requestBody"] for item in document["paths"].values() for one in item.values() if "requestBody" in one]
    return [body["content"][JSON]["schema"]["$ref"] for body in found]


def inlined(document: Document, told: Any) -> Any:
    """The same without references."""
    if isinstance(told, list):
        return [inlined(document, member) for member in told]
    if not isinstance(told, Mapping):
        return told
    if "$ref" not in told:
        return {name: inlined(document, of) for name, of in told.items()}
    found: Any = document
    for name in told["$ref"].split("/")[1:]:
        found = found[name]
    return inlined(document, found)


def edge(schema: Any) -> Any:
    """A body's schema as the gateway can hold it: it knows no `nullable`, so what may be null is left to the function.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
    """
    if isinstance(schema, list):
        return [edge(member) for member in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {} if schema.get("nullable") else {name: edge(of) for name, of in schema.items()}
