"""The REST function: the routes of openapi.yaml, on the same resolvers as GraphQL.

An error has its HTTP status and the body `{"error": "…"}`. A write without If-Match overwrites concurrent changes:
after a conflict it reads the property again and retries, and it returns 409 if every attempt fails. If the table is
throttled or unreachable, reads return 429 and writes 409.
"""

from resolvers.runtime import cold_start

# isort: split

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from data import properties as stored_properties
from data.dynamodb import table
from data.errors import (
    ApiError,
    IdempotencyMismatch,
    InvalidCursor,
    InvalidInput,
    PropertyNotFound,
    TryAgain,
    VersionConflict,
)
from data.records import ID, UNSET, Connection, ConstrainedId, Property, ZipCode
from resolvers import history, listings, properties
from resolvers.properties import CreatePropertyInput, IdempotencyKey, UpdatePropertyInput
from resolvers.rest_bodies import rest_name, to_body
from resolvers.runtime import encoding, etags, rest_request
from resolvers.runtime.caller import Caller
from resolvers.runtime.errors import Forbidden, InternalError, NotOwner, Unauthenticated
from resolvers.runtime.handler import logger, record_error, with_tracing

R = TypeVar("R")
Json = dict[str, Any]

STATUSES: dict[type[Exception], tuple[int, str | None]] = {
    Unauthenticated: (401, "Unauthorized"),
    NotOwner: (403, "Forbidden"),
    Forbidden: (403, "Forbidden"),
    PropertyNotFound: (404, "Not found"),
    IdempotencyMismatch: (409, None),
    etags.PreconditionFailed: (412, None),
}
CORS_HEADERS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag,Location,Retry-After"}
NO_CACHE = {"Cache-Control": "private, no-cache"}
NO_STORE = {"Cache-Control": "no-store"}
RETRY_AFTER = {"Retry-After": "1"}

app = APIGatewayRestResolver()


@app.get("/properties")
def list_properties() -> Response[str]:
    """Lists by ZIP code (cost: one Query) or by user (cost: one Query and one BatchGetItem)."""
    zip_code, user_id = (
        rest_request.query_parameter(current_event(), "zip"),
        rest_request.query_parameter(current_event(), "userId"),
    )
    if zip_code is None:
        return user_properties(
            current_caller().id if user_id is None else encoding.decode(ConstrainedId, user_id, "userId")
        )
    zip_code = encoding.decode(ZipCode, zip_code, "zip")
    return list_response("properties", lambda first, after: listings.by_zip(zip_code, first=first, after=after))


@app.post("/properties")
def create_property() -> Response[str]:
    """Cost: one transaction; one more GetItem if the Idempotency-Key was used before."""
    body, key = rest_request.parse_json_body(current_event()), rest_request.header(current_event(), "idempotency-key")
    if body.get("userId") is None:
        raise InvalidInput("userId", "is missing")
    idempotency_key = encoding.decode(IdempotencyKey, key, "Idempotency-Key") if key is not None else None
    property_ = properties.create(
        encoding.decode(CreatePropertyInput, body, "", rest_name), current_caller(), idempotency_key
    )
    assert property_
    location = {"Location": f"{rest_request.request_path(current_event())}/{property_.id}"}
    return respond(
        201, {"property": to_body(property_)}, {**NO_STORE, "ETag": etags.for_property(property_), **location}
    )


@app.get("/properties/<id>")
def get_property(id: str) -> Response[str]:
    """Cost: one Query for the property and its images, for 304 responses too."""
    property_ = require_property(id)
    headers = {**NO_CACHE, "ETag": etags.for_property(property_)}
    if etags.is_not_modified(property_, rest_request.header(current_event(), "if-none-match")):
        return respond(304, None, headers)
    return respond(200, {"property": to_body(property_), "images": to_body(property_.images or ())}, headers)


@app.put("/properties/<id>")
def update_property(id: str) -> Response[str]:
    """Cost: one GetItem and one transaction; only the GetItem if no value differs."""
    body = rest_request.parse_json_body(current_event())
    changes = vars(encoding.decode(UpdatePropertyInput, body, "", rest_name))

    def change(property_: Property) -> Property:
        if body.get("userId", property_.owner_id) != property_.owner_id:
            raise InvalidInput("userId", "cannot be changed")
        new_values = {name: value for name, value in changes.items() if value not in (UNSET, getattr(property_, name))}
        if not new_values:
            return property_
        return stored_properties.update(property_, new_values, property_.version, current_caller().id)

    property_ = write_with_if_match(id, change)
    return respond(200, {"property": to_body(property_)}, {**NO_STORE, "ETag": etags.for_property(property_)})


@app.delete("/properties/<id>")
def delete_property(id: str) -> Response[str]:
    """Cost: one GetItem and one transaction."""
    caller = current_caller()
    write_with_if_match(id, lambda property_: stored_properties.delete(property_, property_.version, caller.id))
    return respond(204, None, NO_STORE)


@app.get("/properties/<id>/images")
def list_images(id: str) -> Response[str]:
    """Cost: one Query."""
    return respond(200, {"images": to_body(require_property(id).images or ())}, NO_CACHE)


@app.get("/properties/<id>/history")
def list_history(id: str) -> Response[str]:
    """Cost: two Queries, because the history of a deleted property remains stored but must not be visible."""
    property_ = require_property(id)
    return list_response("history", lambda first, after: history.of_properties([property_.id], first, after)[0])


@app.get("/users/<id>/properties")
def list_properties_of_user(id: str) -> Response[str]:
    """Cost: one Query and one BatchGetItem."""
    return user_properties(parse_id(id))


def user_properties(user_id: ID) -> Response[str]:
    return list_response("properties", lambda first, after: properties.of_users([user_id], first, after)[0])


def list_response(name: str, read: Callable[[int, str | None], Connection[Any] | None]) -> Response[str]:
    """Returns a page of a list under `name`, with the token of the next page or null. Raises InvalidInput."""
    try:
        connection = read(
            rest_request.parse_limit(current_event()), rest_request.query_parameter(current_event(), "nextToken")
        )
    except InvalidCursor as error:
        raise InvalidInput("nextToken", "was not issued for this list: retry without it") from error
    assert connection
    next_token = connection.page_info.end_cursor if connection.page_info.has_next_page else None
    return respond(200, {name: to_body(connection.nodes), "nextToken": next_token}, NO_CACHE)


def require_property(id: str) -> Property:
    """Returns the property of a path, with its images. Cost: one Query. Raises InvalidInput, PropertyNotFound."""
    property_id = parse_id(id)
    property_ = properties.by_id(property_id)
    if property_ is None:
        raise PropertyNotFound(property_id)
    return property_


def write_with_if_match(id: str, write: Callable[[Property], R]) -> R:
    """Returns the result of a write to the property of a path, if the caller owns it and If-Match allows its version.

    Raises PropertyNotFound, NotOwner, PreconditionFailed; TryAgain if every attempt met a concurrent write.
    """
    property_id, required_etags = parse_id(id), etags.parse_if_match(rest_request.header(current_event(), "if-match"))
    for _ in table.retry_attempts():
        property_ = current_caller().require_owner(stored_properties.by_id(property_id), property_id)
        etags.require_match(property_, required_etags)
        with suppress(VersionConflict):
            return write(property_)
    raise TryAgain


def parse_id(id: str) -> ID:
    property_id: ID = encoding.decode(ConstrainedId, unquote(id), "id")
    return property_id


def current_event() -> Json:
    """Returns the event of the current request."""
    event: Json = app.current_event.raw_event
    return event


def current_caller() -> Caller:
    return rest_request.parse_caller(current_event())


def respond(status: int, body: Json | None, headers: Mapping[str, str]) -> Response[str]:
    content = json.dumps(body) if body is not None else ""
    return Response(status, "application/json" if body is not None else None, content, {**CORS_HEADERS, **headers})


def error_response(error: Exception) -> Response[str]:
    """Returns the response to an error: its status for a client error, 500 for any other, whose cause is logged."""
    route = f"{current_event()['httpMethod']} {current_event()['resource']}"
    record_error(
        route, error, error if isinstance(error, ApiError) else InternalError(logger.get_correlation_id() or "")
    )
    if isinstance(error, TryAgain):
        is_read = current_event()["httpMethod"] == "GET"
        return respond(429 if is_read else 409, {"error": str(error)}, {**NO_STORE, **RETRY_AFTER})
    default = (400, None) if isinstance(error, ApiError) else (500, "Internal server error")
    status, text = STATUSES.get(type(error), default)
    return respond(status, {"error": text or str(error)}, NO_STORE)


def not_found(_: Exception) -> Response[str]:
    return respond(404, {"error": "Not found"}, NO_STORE)


def require_valid_token(app: APIGatewayRestResolver, next: Any) -> Response[str]:
    """Rejects a request whose token has expired, even if API Gateway still caches its policy."""
    current_caller()
    response: Response[str] = next(app)
    return response


app.use([require_valid_token])
app.exception_handler(Exception)(error_response)
app.not_found(not_found)


def resolve_event(event: Json, context: Any) -> Json:
    """Returns the response to a proxy event.

    https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html
    """
    logger.set_correlation_id(event["requestContext"]["requestId"])
    return app.resolve(event, context)


handle = with_tracing(resolve_event)
cold_start.finish()
