"""The responses that API Gateway sends itself, without the function.

https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

import json

from local.gateway.openapi import OpenApiContract
from local.gateway.proxy_event import ProxyResponse

MESSAGES = {  # gateway response -> its default status, which the contract may override, and its message
    "UNAUTHORIZED": (401, "Unauthorized"),
    "ACCESS_DENIED": (403, "User is not authorized to access this resource with an explicit deny"),
    "INVALID_API_KEY": (403, "Forbidden"),
    "MISSING_AUTHENTICATION_TOKEN": (403, "Missing Authentication Token"),
    "THROTTLED": (429, "Too Many Requests"),
    "QUOTA_EXCEEDED": (429, "Limit Exceeded"),
    "BAD_REQUEST_BODY": (400, "Invalid request body"),
    "REQUEST_TOO_LARGE": (413, "Request Entity Too Large"),
    "UNSUPPORTED_MEDIA_TYPE": (415, "Unsupported Media Type"),
    "AUTHORIZER_FAILURE": (500, None),
    "INTEGRATION_FAILURE": (502, "Internal server error"),
    "INTEGRATION_TIMEOUT": (504, "Endpoint request timed out"),
}


class GatewayResponse(Exception):
    """The gateway responds itself, without the function. `name` is the type of the gateway response."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def to_response(self, contract: OpenApiContract) -> ProxyResponse:
        """Returns the response with the status, headers and body template of the contract."""
        status, message = MESSAGES[self.name]
        definitions = contract.document["x-amazon-apigateway-gateway-responses"]
        definition = definitions.get(self.name) or definitions["DEFAULT_4XX" if status < 500 else "DEFAULT_5XX"]
        headers = {
            name.removeprefix("gatewayresponse.header."): value.strip("'")
            for name, value in definition["responseParameters"].items()
        }
        template = definition["responseTemplates"]["application/json"]
        body = template.replace("$context.error.messageString", json.dumps(message))
        all_headers = (*headers.items(), ("content-type", "application/json"))
        return ProxyResponse(definition.get("statusCode", status), all_headers, body.encode())
