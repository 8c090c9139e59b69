"""openapi.yaml as API Gateway accepts it: routes, request validation, integrations and security; the rest is removed.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
"""

from collections.abc import Mapping

from local.gateway.openapi import (
    ANY_ORIGIN,
    JSON,
    Body,
    Document,
    OpenApiContract,
    OpenApiOperation,
    Parameter,
    Resource,
    read,
)
from resolvers.wiring import REST

EXTENSIONS = "x-amazon-apigateway-"
INTEGRATION = f"{EXTENSIONS}integration"


def for_gateway(*, rest: str, authorizer: str) -> Document:
    """The contract with its integrations; `rest` and `authorizer` are the invocation URIs of the two functions."""
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


def path_item(contract: OpenApiContract, resource: Resource, rest: str) -> Document:
    """The path item of a resource: its methods, a CORS preflight, and a 405 for every other method."""
    security: list[Document] = [{name: []} for name in contract.document["security"][0]]
    not_allowed = mock(405, {**ANY_ORIGIN, "Allow": resource.allowed_methods}, '{"error": "Method not allowed"}')
    return {
        **{
            method.lower(): operation(operation_data, security, rest)
            for method, operation_data in resource.operations.items()
        },
        "options": mock(204, contract.preflight_headers(resource), ""),
        f"{EXTENSIONS}any-method": not_allowed,
    }


def operation(contract_operation: OpenApiOperation, security: list[Document], rest: str) -> Document:
    parameters = list(contract_operation.parameters)
    if contract_operation.method == "GET":
        parameters.append(Parameter("Authorization", "header", required=False))
    return {
        "operationId": contract_operation.id,
        "parameters": [
            {
                "name": parameter.name,
                "in": parameter.place,
                "required": parameter.required,
                "schema": {"type": "string"},
            }
            for parameter in parameters
        ],
        "responses": {status: {"description": status} for status in contract_operation.statuses},
        "security": security,
        INTEGRATION: {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "uri": rest,
            "passthroughBehavior": "when_no_match",
            "timeoutInMillis": REST.seconds * 1_000,
            **({"cacheKeyParameters": list(map(cache_key, parameters))} if contract_operation.method == "GET" else {}),
        },
        **({"requestBody": request_body(contract_operation.body)} if contract_operation.body else {}),
    }


def request_body(body: Body) -> Document:
    return {"required": True, "content": {JSON: {"schema": {"$ref": f"#/components/schemas/{body.name}"}}}}


def cache_key(parameter: Parameter) -> str:
    """The parameter as an entry of `cacheKeyParameters`."""
    place = "querystring" if parameter.place == "query" else parameter.place
    return f"method.request.{place}.{parameter.name}"


def mock(status: int, headers: Mapping[str, str], body: str) -> Document:
    """A mock integration: API Gateway itself sends this response, without authorization."""
    answer = {
        "statusCode": str(status),
        "responseParameters": {f"method.response.header.{name}": f"'{value}'" for name, value in headers.items()},
        "responseTemplates": {JSON: body},
    }
    response = {"description": str(status), "headers": {name: {"schema": {"type": "string"}} for name in headers}}
    request = {"requestTemplates": {JSON: f'{{"statusCode": {status}}}'}, "passthroughBehavior": "when_no_match"}
    return {
        "security": [],
        "responses": {str(status): response},
        INTEGRATION: {"type": "mock", **request, "responses": {"default": answer}},
    }


def security_schemes(document: Document, authorizer: str) -> Document:
    """The API key and the bearer token, which the authorizer checks; its result is cached for a minute."""
    authorizer_extension = {
        "type": "request",
        "identitySource": "method.request.header.Authorization",
        "authorizerUri": authorizer,
        "authorizerResultTtlInSeconds": REST.token_seconds,
    }
    schemes = {
        name: {part: scheme[part] for part in ("type", "in", "name")}
        for name, scheme in document["components"]["securitySchemes"].items()
    }
    schemes["Token"] |= {f"{EXTENSIONS}authtype": "custom", f"{EXTENSIONS}authorizer": authorizer_extension}
    return schemes
