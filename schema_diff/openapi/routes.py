"""Changes of openapi.yaml: routes, parameters, bodies, statuses, fields and security."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from schema_diff.changes import Change
from schema_diff.openapi.openapi_document import OpenApiDocument, as_list, as_mapping, parse_openapi
from schema_diff.openapi.schema_compat import SchemaComparison, SchemaDifference
from schema_diff.sources.source import REST, SourceText

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
ANONYMOUS = "anonymous callers"


@dataclass(frozen=True)
class Route:
    """One operation, with its own parameters and those of its path."""

    title: str
    operation: dict[str, Any]
    parameters: dict[tuple[str, str], dict[str, Any]]
    line: int | None


def changes(before: SourceText, after: SourceText) -> Iterator[Change]:
    """Yields each change of the contract, without descriptions and AWS's extensions."""
    old, new = parse_openapi(before), parse_openapi(after)
    old_routes, new_routes = routes(old), routes(new)
    for key, route in old_routes.items():
        if key not in new_routes:
            yield Change("route-removed", route.title, "it was removed", contract=REST, base_line=route.line)
        else:
            for kind, suffix, description in route_changes(old, route, new, new_routes[key]):
                location = f"{new_routes[key].title}{suffix}"
                yield Change(
                    kind,
                    location,
                    description,
                    detail_of(description),
                    contract=REST,
                    line=new_routes[key].line,
                    base_line=route.line,
                )
    for key, route in new_routes.items():
        if key not in old_routes:
            yield Change("route-added", route.title, "it was added", contract=REST, line=route.line)
    old_urls, new_urls = (
        [as_mapping(server).get("url") for server in as_list(document.content.get("servers"))]
        for document in (old, new)
    )
    if old_urls != new_urls:
        description = f"it was at {' and '.join(map(str, old_urls))}, and is at {' and '.join(map(str, new_urls))}"
        yield Change("server-changed", "servers", description, contract=REST, line=new.lines.get("servers"))


def detail_of(description: str) -> str:
    """Returns a description as the detail of an id, so that an approval applies to only this change."""
    return re.sub(r"[^\w.+-]+", "-", description.removeprefix("it was ").removeprefix("its ")).strip("-")


def routes(document: OpenApiDocument) -> dict[tuple[str, str], Route]:
    """Returns each operation by method and path; the name of a path variable is not part of the key."""
    result = {}
    for path, path_item in as_mapping(document.content.get("paths")).items():
        item = document.resolve(path_item)
        for method in METHODS:
            if isinstance(operation := item.get(method), dict):
                shared_parameters = read_parameters(document, item.get("parameters"))
                own_parameters = read_parameters(document, operation.get("parameters"))
                line = document.lines.get(f"paths/{path}/{method}") or document.lines.get(f"paths/{path}")
                title = f"{method.upper()} {path}"
                names = variable_positions(path)
                parameters_by_position = {
                    (names.get(name, name) if parameter_in == "path" else name, parameter_in): parameter
                    for (name, parameter_in), parameter in {**shared_parameters, **own_parameters}.items()
                }
                result[method, re.sub(r"\{[^}]*\}", "{}", path)] = Route(title, operation, parameters_by_position, line)
    return result


def variable_positions(path: str) -> dict[str, str]:
    """Returns the variables of a path with their positions."""
    return {name: f"{{{position}}}" for position, name in enumerate(re.findall(r"\{([^}+]*)\+?\}", path), 1)}


def read_parameters(document: OpenApiDocument, node: Any) -> dict[tuple[str, str], dict[str, Any]]:
    resolved = [document.resolve(parameter) for parameter in as_list(node)]
    return {(str(parameter.get("name")), str(parameter.get("in"))): parameter for parameter in resolved}


RouteDifference = tuple[str, str, str]


def route_changes(
    old: OpenApiDocument, old_route: Route, new: OpenApiDocument, new_route: Route
) -> Iterator[RouteDifference]:
    """Yields the kind, the location after the route's title, and the description of each change."""
    comparison = SchemaComparison(old, new)
    yield from parameter_changes(comparison, old_route, new_route)
    yield from body_changes(comparison, old_route, new_route)
    yield from response_changes(comparison, old_route, new_route)
    before, after = security_schemes(old, old_route), security_schemes(new, new_route)
    if before != after:
        kind = "rest-access-lost" if before - after else "rest-access-gained"
        yield kind, "", f"it was open to {' or '.join(sorted(before))}, and is to {' or '.join(sorted(after))}"


def security_schemes(document: OpenApiDocument, route: Route) -> set[str]:
    """Returns each sufficient combination of security schemes."""
    requirements = as_list(route.operation.get("security", document.content.get("security"))) or [{}]
    return {" with ".join(sorted(as_mapping(requirement))) or ANONYMOUS for requirement in requirements}


def parameter_changes(comparison: SchemaComparison, old_route: Route, new_route: Route) -> Iterator[RouteDifference]:
    for key, parameter in old_route.parameters.items():
        suffix = f"({parameter.get('name')} in {key[1]})"
        if key not in new_route.parameters:
            yield "parameter-removed", suffix, "it was removed"
            continue
        new_parameter = new_route.parameters[key]
        was_required, is_required = bool(parameter.get("required")), bool(new_parameter.get("required"))
        if was_required != is_required:
            yield (
                f"parameter-became-{'required' if is_required else 'optional'}",
                suffix,
                "it became " + ("required" if is_required else "optional"),
            )
        for difference in comparison.compare(parameter.get("schema"), new_parameter.get("schema")):
            yield request_difference("parameter", difference, suffix)
    for key, parameter in new_route.parameters.items():
        if key not in old_route.parameters:
            was_required = bool(parameter.get("required"))
            yield (
                f"parameter-added{'/required' if was_required else ''}",
                f"({parameter.get('name')} in {key[1]})",
                "it was added",
            )


def body_changes(comparison: SchemaComparison, old_route: Route, new_route: Route) -> Iterator[RouteDifference]:
    has_body, had_body = "requestBody" in new_route.operation, "requestBody" in old_route.operation
    before = comparison.old.resolve(old_route.operation.get("requestBody"))
    after = comparison.new.resolve(new_route.operation.get("requestBody"))
    was_required, is_required = bool(before.get("required")), bool(after.get("required"))
    if had_body and not has_body:
        yield "body-removed", " body", "it was removed"
    elif has_body and not had_body:
        yield f"body-added{'/required' if is_required else ''}", " body", "it was added"
    elif has_body:
        if was_required != is_required:
            word = "required" if is_required else "optional"
            yield f"body-became-{word}", " body", f"it became {word}"
        yield from media_type_changes(comparison, before, after, " body", request_difference)


def response_changes(comparison: SchemaComparison, old_route: Route, new_route: Route) -> Iterator[RouteDifference]:
    before, after = (as_mapping(route.operation.get("responses")) for route in (old_route, new_route))
    for status in sorted(before.keys() | after.keys()):
        suffix = f" {status}"
        if status not in after:
            yield "status-removed", suffix, "it was removed"
        elif status not in before:
            yield "status-added", suffix, "it was added"
        else:
            old_response, new_response = comparison.old.resolve(before[status]), comparison.new.resolve(after[status])
            yield from header_changes(
                as_mapping(old_response.get("headers")), as_mapping(new_response.get("headers")), suffix
            )
            yield from media_type_changes(comparison, old_response, new_response, suffix, response_difference)


def header_changes(before: dict[str, Any], after: dict[str, Any], suffix: str) -> Iterator[RouteDifference]:
    old_names, new_names = ({name.lower(): name for name in headers} for headers in (before, after))
    yield from (
        ("header-removed", f"{suffix} header {old_names[name]}", "it was removed")
        for name in old_names
        if name not in new_names
    )
    yield from (
        ("header-added", f"{suffix} header {new_names[name]}", "it was added")
        for name in new_names
        if name not in old_names
    )


def media_type_changes(
    comparison: SchemaComparison, before: dict[str, Any], after: dict[str, Any], suffix: str, classify: Any
) -> Iterator[RouteDifference]:
    """Yields the changes of the content in each media type."""
    old_content, new_content = as_mapping(before.get("content")), as_mapping(after.get("content"))
    part = "answer" if classify is response_difference else "body"
    for media in old_content:
        if media not in new_content:
            yield "media-type-removed", f"{suffix} {media}", "it was removed"
            continue
        for difference in comparison.compare(
            as_mapping(old_content[media]).get("schema"), as_mapping(new_content[media]).get("schema")
        ):
            yield classify(part, difference, suffix)
    yield from (
        ("media-type-added", f"{suffix} {media}", "it was added") for media in new_content if media not in old_content
    )


def request_difference(part: str, difference: SchemaDifference, suffix: str) -> RouteDifference:
    """Returns a difference of a request: if fewer values are accepted, some clients get an error."""
    kinds = {"gone": "body-field-removed", "new": "body-field-added", "required": "body-field-added/required"}
    kinds["default"] = f"{part}-default-changed"
    narrows = difference.direction in ("narrower", "other")
    return (
        kinds.get(difference.direction, f"{part}-{'narrowed' if narrows else 'widened'}"),
        suffix + difference.path,
        difference.description,
    )


def response_difference(part: str, difference: SchemaDifference, suffix: str) -> RouteDifference:
    """Returns a difference of a response: some clients do not expect additional values."""
    kinds = {"gone": "answer-field-removed", "new": "answer-field-added", "required": "answer-field-added"}
    kinds |= {"value": "answer-value-added", "default": "answer-default-changed"}
    widens = difference.direction in ("wider", "other")
    return (
        kinds.get(difference.direction, f"{part}-{'widened' if widens else 'narrowed'}"),
        suffix + difference.path,
        difference.description,
    )
