"""The entry of the REST function: the routes of openapi.yaml, answered by the very functions that answer GraphQL.

A refusal is told by its status, as `{"error": "…"}`. A write without If-Match wins over whatever was written before:
where somebody else was faster it is made again from a fresh read, and is a 409 where that does not help. What the table
is too busy for is a 409 where it was to be written, and else a 429.
"""

from resolvers.runtime import cold_start

# isort: split

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, TypeVar
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from data.dynamodb import table
from data.errors import (
    BadCursor,
    IdempotencyMismatch,
    InvalidInput,
    PropertyNotFound,
    Refusal,
    TryAgain,
    VersionConflict,
)
from data.records import ABSENT, ID, Connection, Id, Property, ZipCode
from resolvers import history, listings, properties
from resolvers.properties import CreatePropertyInput, IdempotencyKey, UpdatePropertyInput
from resolvers.runtime import encoding, etags, rest_request
from resolvers.runtime.caller import Caller
from resolvers.runtime.errors import InternalError, NotAllowed, NotSignedIn, NotTheOwner
from resolvers.runtime.handler import logger, note, traced

R = TypeVar("R")
Json = dict[str, Any]

SPELLED = {"owner_id": "userId", "changed_by_id": "changedBy"}  # what REST calls otherwise than GraphQL
HIDDEN = ("imageIds", "coverImageUrl", "images")  # travels with a home, and is not in its body
STATUSES: dict[type[Exception], tuple[int, str | None]] = {
    NotSignedIn: (401, "Unauthorized"),
    NotTheOwner: (403, "Forbidden"),
    NotAllowed: (403, "Forbidden"),
    PropertyNotFound: (404, "Not found"),
    IdempotencyMismatch: (409, None),
    etags.Changed: (412, None),
}
OPEN = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag,Location,Retry-After"}
REVALIDATED = {"Cache-Control": "private, no-cache"}
UNKEPT = {"Cache-Control": "no-store"}
SOON = {"Retry-After": "1"}

app = APIGatewayRestResolver()


@app.get("/properties")
def list_properties() -> Response[str]:
    """Cards of a ZIP: one Query. Whole homes of a user: one Query and one BatchGetItem."""
    zip_code, user_id = rest_request.query(event(), "zip"), rest_request.query(event(), "userId")
    if zip_code is None:
        return homes_of(asking().id if user_id is None else encoding.decode(Id, user_id, "userId"))
    zip_code = encoding.decode(ZipCode, zip_code, "zip")
    return page("properties", lambda first, after: listings.by_zip(zip_code, first=first, after=after))


@app.post("/properties")
def create_property() -> Response[str]:
    """One transaction, and a GetItem where the Idempotency-Key was used before."""
    given, key = rest_request.body(event()), rest_request.header(event(), "idempotency-key")
    if given.get("userId") is None:
        raise InvalidInput("userId", "is missing")
    once = encoding.decode(IdempotencyKey, key, "Idempotency-Key") if key is not None else None
    home = properties.create(encoding.decode(CreatePropertyInput, given, "", spelled), asking(), once)
    assert home
    where = {"Location": f"{rest_request.place(event())}/{home.id}"}
    return said(201, {"property": shown(home)}, {**UNKEPT, "ETag": etags.of(home), **where})


@app.get("/properties/<id>")
def get_property(id: str) -> Response[str]:
    """One Query for the home and its pictures, whether or not the asker has them already."""
    home = found(id)
    headers = {**REVALIDATED, "ETag": etags.of(home)}
    if etags.known(home, rest_request.header(event(), "if-none-match")):
        return said(304, None, headers)
    return said(200, {"property": shown(home), "images": images_of(home)}, headers)


@app.put("/properties/<id>")
def update_property(id: str) -> Response[str]:
    """One Query, one GetItem and one transaction; the Query alone where there is nothing new."""
    given = rest_request.body(event())
    changes = vars(encoding.decode(UpdatePropertyInput, given, "", spelled))

    def change(home: Property) -> Property:
        if given.get("userId", home.owner_id) != home.owner_id:
            raise InvalidInput("userId", "cannot be changed")
        new = {name: value for name, value in changes.items() if value not in (ABSENT, getattr(home, name))}
        changed = properties.update(home.id, UpdatePropertyInput(**new), home.version, asking()) if new else home
        assert changed
        return changed

    home = written(id, change)
    return said(200, {"property": shown(home)}, {**UNKEPT, "ETag": etags.of(home)})


@app.delete("/properties/<id>")
def delete_property(id: str) -> Response[str]:
    """One Query, one GetItem and one transaction."""
    written(id, lambda home: properties.delete(home.id, home.version, asking()))
    return said(204, None, UNKEPT)


@app.get("/properties/<id>/images")
def list_images(id: str) -> Response[str]:
    """One Query."""
    return said(200, {"images": images_of(found(id))}, REVALIDATED)


@app.get("/properties/<id>/history")
def list_history(id: str) -> Response[str]:
    """Two Queries: what was deleted has a history that nobody is shown."""
    home = found(id)
    return page("history", lambda first, after: history.of_properties([home.id], first, after)[0])


@app.get("/users/<id>/properties")
def list_properties_of_user(id: str) -> Response[str]:
    """One Query and one BatchGetItem."""
    return homes_of(named(id))


def homes_of(user_id: ID) -> Response[str]:
    return page("properties", lambda first, after: properties.of_users([user_id], first, after)[0])


def page(name: str, read: Callable[[int, str | None], Connection[Any] | None]) -> Response[str]:
    """A page under its name, with the token that leads to the next where there is one. Raises InvalidInput."""
    try:
        found = read(rest_request.limit(event()), rest_request.query(event(), "nextToken"))
    except BadCursor as error:
        raise InvalidInput("nextToken", "is not one of this list: ask again without it") from error
    assert found
    more = found.page_info.end_cursor if found.page_info.has_next_page else None
    return said(200, {name: [shown(node) for node in found.nodes], "nextToken": more}, REVALIDATED)


def found(id: str) -> Property:
    """The home of a path, with its pictures: one Query. Raises InvalidInput, PropertyNotFound."""
    known = named(id)
    home = properties.by_id(known)
    if home is None:
        raise PropertyNotFound(known)
    return home


def written(id: str, write: Callable[[Property], R]) -> R:
    """What a write makes of the caller's home at a path, at a version that If-Match allows.

    Raises PropertyNotFound, NotTheOwner, Changed; TryAgain where somebody else was faster each time.
    """
    known, wanted = named(id), etags.wanted(rest_request.header(event(), "if-match"))
    for _ in table.patience():
        home = asking().own(properties.by_id(known), known)
        etags.check(home, wanted)
        with suppress(VersionConflict):
            return write(home)
    raise TryAgain


def named(id: str) -> ID:
    known: ID = encoding.decode(Id, unquote(id), "id")
    return known


def event() -> Json:
    """The event that is answered."""
    told: Json = app.current_event.raw_event
    return told


def asking() -> Caller:
    return rest_request.caller(event())


@cache
def spelled(name: str) -> str:
    return SPELLED.get(name) or encoding.camel(name)


def shown(record: Any) -> Json:
    """A record as its body."""
    told = encoding.encode(record, spelled)
    hidden = HIDDEN if isinstance(record, Property) else ()
    return {name: value for name, value in told.items() if name not in hidden}


def images_of(home: Property) -> list[Json]:
    return [shown(image) for image in home.images or ()]


def said(status: int, told: Json | None, headers: Mapping[str, str]) -> Response[str]:
    content = json.dumps(told) if told is not None else ""
    return Response(status, "application/json" if told is not None else None, content, {**OPEN, **headers})


def refused(error: Exception) -> Response[str]:
    """What is told of an error: a refusal by its status, anything else as a 500 whose cause is in the log."""
    route = f"{event()['httpMethod']} {event()['resource']}"
    note(route, error, error if isinstance(error, Refusal) else InternalError(logger.get_correlation_id() or ""))
    if isinstance(error, TryAgain):
        reads = event()["httpMethod"] == "GET"
        return said(429 if reads else 409, {"error": str(error)}, {**UNKEPT, **SOON})
    otherwise = (400, None) if isinstance(error, Refusal) else (500, "Internal server error")
    status, text = STATUSES.get(type(error), otherwise)
    return said(status, {"error": text or str(error)}, UNKEPT)


def not_found(_: Exception) -> Response[str]:
    return said(404, {"error": "Not found"}, UNKEPT)


def signed_in(app: APIGatewayRestResolver, next: Any) -> Response[str]:
    """Lets nobody ask whose token's time is over, whatever API Gateway keeps of it."""
    asking()
    answered: Response[str] = next(app)
    return answered


app.use([signed_in])
app.exception_handler(Exception)(refused)
app.not_found(not_found)


def answer(event: Json, context: Any) -> Json:
    """The answer to a proxy event. https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html"""
    logger.set_correlation_id(event["requestContext"]["requestId"])
    return app.resolve(event, context)


handle = traced(answer)
cold_start.done()
