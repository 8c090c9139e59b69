"""openapi.yaml as API Gateway takes it: routes, what a request must be, and who answers; all other words left out.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
"""

from collections.abc import Mapping

from local.gateway.openapi import ANY_ORIGIN, JSON, Body, Contract, Document, Operation, Parameter, Resource, read
from resolvers.wiring import REST

EXTENSIONS = "x-amazon-apigateway-"
INTEGRATION = f"{EXTENSIONS}integration"


def for_gateway(*, rest: str, authorizer: str) -> Document:
    """The contract with its integrations: `rest` and `authorizer` are the addresses at which Lambda is invoked."""
    contract = read()
    document = contract.document
    extensions = {name: value for name, value in document.items() if name.startswith(EXTENSIONS)}
    return {
        "openapi": document["openapi"],
        "info": {name: document["info"][name] for name in ("title", "version")},
        **extensions,
        "paths": {resource.path: path_item(contract, resource, rest) for resource in contract.resources},
        "components": {
            "schemas": {name: body.schema for name, body in sorted(contract.bodies.items())},
            "securitySchemes": security_schemes(document, authorizer),
        },
    }


def path_item(contract: Contract, resource: Resource, rest: str) -> Document:
    """A path: its methods, its preflight, and a 405 for every other method."""
    security: list[Document] = [{name: []} for name in contract.document["security"][0]]
    not_allowed = mock(405, {**ANY_ORIGIN, "Allow": resource.allowed_methods}, '{"error": "Method not allowed"}')
    return {
        **{method.lower(): operation(one, security, rest) for method, one in resource.operations.items()},
        "options": mock(204, contract.preflight_headers(resource), ""),
        f"{EXTENSIONS}any-method": not_allowed,
    }


def operation(one: Operation, security: list[Document], rest: str) -> Document:
    parameters = list(one.parameters)
    if one.method == "GET":
        parameters.append(Parameter("Authorization", "header", required=False))
    return {
        "operationId": one.id,
        "parameters": [
            {
                "name": parameter.name,
                "in": parameter.place,
                "required": parameter.required,
                "schema": {"type": "string"},
            }
            for parameter in parameters
        ],
        "responses": {status: {"description": status} for status in one.statuses},
        "security": security,
        INTEGRATION: {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "uri": rest,
            "passthroughBehavior": "when_no_match",
            "timeoutInMillis": REST.seconds * 1_000,
            **({"cacheKeyParameters": list(map(cache_key, parameters))} if one.method == "GET" else {}),
        },
        **({"requestBody": request_body(one.body)} if one.body else {}),
    }


def request_body(body: Body) -> Document:
    return {"required": True, "content": {JSON: {"schema": {"$ref": f"#/components/schemas/{body.name}"}}}}


def cache_key(parameter: Parameter) -> str:
    """A parameter as a part of the key under which API Gateway caches an answer."""
    place = "querystring" if parameter.place == "query" else parameter.place
    return f"method.request.{place}.{parameter.name}"


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


def security_schemes(document: Document, authorizer: str) -> Document:
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
