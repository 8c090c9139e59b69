"""The REST contract: routes, parameters, bodies, statuses, fields and who may call, as openapi.yaml tells them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from schema_diff.changes import Change
from schema_diff.openapi.openapi_document import Described, described, listing, mapping
from schema_diff.openapi.schema_compat import Shapes, Turned
from schema_diff.sources.source import REST, Text

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
NOBODY = "nobody in particular"


@dataclass(frozen=True)
class Route:
    """One operation, with its path's parameters among its own."""

    title: str
    operation: dict[str, Any]
    parameters: dict[tuple[str, str], dict[str, Any]]
    line: int | None


def changes(before: Text, after: Text) -> Iterator[Change]:
    """Each change of the contract. Texts for people, and AWS's own words, are none of it."""
    old, new = described(before), described(after)
    were, are = routes(old), routes(new)
    for key, route in were.items():
        if key not in are:
            yield Change("route-removed", route.title, "it was removed", contract=REST, was=route.line)
        else:
            for kind, where, what in of_route(old, route, new, are[key]):
                place = f"{are[key].title}{where}"
                yield Change(kind, place, what, worded(what), contract=REST, line=are[key].line, was=route.line)
    for key, route in are.items():
        if key not in were:
            yield Change("route-added", route.title, "it was added", contract=REST, line=route.line)
    servers, now = ([mapping(one).get("url") for one in listing(side.content.get("servers"))] for side in (old, new))
    if servers != now:
        what = f"it was at {' and '.join(map(str, servers))}, and is at {' and '.join(map(str, now))}"
        yield Change("server-changed", "servers", what, contract=REST, line=new.lines.get("servers"))


def worded(what: str) -> str:
    """A sentence as a word of an id: what it became, so that an approval is for this and no other change."""
    return re.sub(r"[^\w.+-]+", "-", what.removeprefix("it was ").removeprefix("its ")).strip("-")


def routes(side: Described) -> dict[tuple[str, str], Route]:
    """Each operation by method and path; what a path's variable is called makes no other path."""
    found = {}
    for path, told in mapping(side.content.get("paths")).items():
        item = side.followed(told)
        for method in METHODS:
            if isinstance(operation := item.get(method), dict):
                shared = parameters(side, item.get("parameters"))
                own = parameters(side, operation.get("parameters"))
                line = side.lines.get(f"paths/{path}/{method}") or side.lines.get(f"paths/{path}")
                title = f"{method.upper()} {path}"
                names = positions(path)
                known = {
                    (names.get(name, name) if where == "path" else name, where): one
                    for (name, where), one in {**shared, **own}.items()
                }
                found[method, re.sub(r"\{[^}]*\}", "{}", path)] = Route(title, operation, known, line)
    return found


def positions(path: str) -> dict[str, str]:
    """The variables of a path by their place in it."""
    return {name: f"{{{place}}}" for place, name in enumerate(re.findall(r"\{([^}+]*)\+?\}", path), 1)}


def parameters(side: Described, told: Any) -> dict[tuple[str, str], dict[str, Any]]:
    found = [side.followed(one) for one in listing(told)]
    return {(str(one.get("name")), str(one.get("in"))): one for one in found}


Told = tuple[str, str, str]


def of_route(old: Described, was: Route, new: Described, now: Route) -> Iterator[Told]:
    """Kind, place behind the route's title, and what changed."""
    shapes = Shapes(old, new)
    yield from of_parameters(shapes, was, now)
    yield from of_body(shapes, was, now)
    yield from of_answers(shapes, was, now)
    before, after = callers(old, was), callers(new, now)
    if before != after:
        kind = "rest-access-lost" if before - after else "rest-access-gained"
        yield kind, "", f"it was open to {' or '.join(sorted(before))}, and is to {' or '.join(sorted(after))}"


def callers(side: Described, route: Route) -> set[str]:
    """Each way to sign in that is enough."""
    told = listing(route.operation.get("security", side.content.get("security"))) or [{}]
    return {" with ".join(sorted(mapping(one))) or NOBODY for one in told}


def of_parameters(shapes: Shapes, was: Route, now: Route) -> Iterator[Told]:
    for key, one in was.parameters.items():
        where = f"({one.get('name')} in {key[1]})"
        if key not in now.parameters:
            yield "parameter-removed", where, "it was removed"
            continue
        other = now.parameters[key]
        must, musts = bool(one.get("required")), bool(other.get("required"))
        if must != musts:
            yield (
                f"parameter-became-{'required' if musts else 'optional'}",
                where,
                "it became " + ("required" if musts else "optional"),
            )
        for turned in shapes.turned(one.get("schema"), other.get("schema")):
            yield sent("parameter", turned, where)
    for key, one in now.parameters.items():
        if key not in was.parameters:
            must = bool(one.get("required"))
            yield f"parameter-added{'/required' if must else ''}", f"({one.get('name')} in {key[1]})", "it was added"


def of_body(shapes: Shapes, was: Route, now: Route) -> Iterator[Told]:
    has, had = "requestBody" in now.operation, "requestBody" in was.operation
    before = shapes.old.followed(was.operation.get("requestBody"))
    after = shapes.new.followed(now.operation.get("requestBody"))
    must, musts = bool(before.get("required")), bool(after.get("required"))
    if had and not has:
        yield "body-removed", " body", "it was removed"
    elif has and not had:
        yield f"body-added{'/required' if musts else ''}", " body", "it was added"
    elif has:
        if must != musts:
            word = "required" if musts else "optional"
            yield f"body-became-{word}", " body", f"it became {word}"
        yield from of_media(shapes, before, after, " body", sent)


def of_answers(shapes: Shapes, was: Route, now: Route) -> Iterator[Told]:
    before, after = (mapping(route.operation.get("responses")) for route in (was, now))
    for status in sorted(before.keys() | after.keys()):
        where = f" {status}"
        if status not in after:
            yield "status-removed", where, "it was removed"
        elif status not in before:
            yield "status-added", where, "it was added"
        else:
            had, has = shapes.old.followed(before[status]), shapes.new.followed(after[status])
            yield from of_headers(mapping(had.get("headers")), mapping(has.get("headers")), where)
            yield from of_media(shapes, had, has, where, got)


def of_headers(before: dict[str, Any], after: dict[str, Any], where: str) -> Iterator[Told]:
    had, has = ({name.lower(): name for name in headers} for headers in (before, after))
    yield from (("header-removed", f"{where} header {had[name]}", "it was removed") for name in had if name not in has)
    yield from (("header-added", f"{where} header {has[name]}", "it was added") for name in has if name not in had)


def of_media(shapes: Shapes, before: dict[str, Any], after: dict[str, Any], where: str, told: Any) -> Iterator[Told]:
    """What is sent or answered in each media type."""
    had, has = mapping(before.get("content")), mapping(after.get("content"))
    part = "answer" if told is got else "body"
    for media in had:
        if media not in has:
            yield "media-type-removed", f"{where} {media}", "it was removed"
            continue
        for turned in shapes.turned(mapping(had[media]).get("schema"), mapping(has[media]).get("schema")):
            yield told(part, turned, where)
    yield from (("media-type-added", f"{where} {media}", "it was added") for media in has if media not in had)


def sent(part: str, turned: Turned, where: str) -> Told:
    """A difference of what clients send: less than before refuses some of them."""
    kinds = {"gone": "body-field-removed", "new": "body-field-added", "required": "body-field-added/required"}
    kinds["default"] = f"{part}-default-changed"
    narrows = turned.turn in ("narrower", "other")
    return kinds.get(turned.turn, f"{part}-{'narrowed' if narrows else 'widened'}"), where + turned.at, turned.what


def got(part: str, turned: Turned, where: str) -> Told:
    """A difference of what clients get: more than before meets some of them unprepared."""
    kinds = {"gone": "answer-field-removed", "new": "answer-field-added", "required": "answer-field-added"}
    kinds |= {"value": "answer-value-added", "default": "answer-default-changed"}
    widens = turned.turn in ("wider", "other")
    return kinds.get(turned.turn, f"{part}-{'widened' if widens else 'narrowed'}"), where + turned.at, turned.what
