"""The REST contract is frozen: it equals the contract of the last release, except for the prose."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.gateway import openapi

RELEASED = Path(__file__).parent / "released"
PROSE = {"summary", "description", "example"}


def promise(document: Any) -> Any:
    """Returns a contract without summaries, descriptions and examples."""
    if isinstance(document, dict):
        return {name: promise(of) for name, of in document.items() if name not in PROSE or isinstance(of, dict)}
    return [promise(member) for member in document] if isinstance(document, list) else document


def undescribed(schema: Any, path: str) -> list[str]:
    """Returns the paths of a schema and of its properties without a description. A reference has that of its target."""
    paths = [] if {"description", "$ref"} & schema.keys() else [path]
    for name, property_ in schema.get("properties", {}).items():
        paths += undescribed(property_, f"{path}.{name}")
    for name, property_ in schema.get("items", {}).get("properties", {}).items():
        paths += undescribed(property_, f"{path}[].{name}")
    return paths


def last() -> Path:
    return max(RELEASED.glob("*.yaml"), key=lambda file: tuple(map(int, file.stem.split("."))))


def test_the_contract_equals_that_of_the_last_release() -> None:
    today = yaml.safe_load(openapi.FILE.read_text())
    assert promise(today) == promise(yaml.safe_load(last().read_text()))
    assert today["info"]["version"] == last().stem


@pytest.mark.parametrize(
    "path",
    [
        ("paths", "/properties/{id}", "delete"),
        ("paths", "/properties", "get", "responses", "429"),
        ("components", "schemas", "Home", "properties", "userId"),
        ("components", "schemas", "NewHome", "properties", "description"),
        ("components", "schemas", "NewHome", "required"),
        ("x-amazon-apigateway-gateway-responses", "ACCESS_DENIED"),
    ],
)
def test_a_removal_is_detected(path: tuple[str, ...]) -> None:
    document = yaml.safe_load(last().read_text())
    changed = copy.deepcopy(document)
    *way, name = path
    place = changed
    for step in way:
        place = place[step]
    del place[name]
    assert promise(changed) != promise(document)


def test_changed_prose_does_not_change_the_contract() -> None:
    document = yaml.safe_load(last().read_text())
    changed = copy.deepcopy(document)
    changed["info"]["description"] = "Better."
    changed["paths"]["/properties"]["get"]["summary"] = "Better."
    assert promise(changed) == promise(document)


def test_every_schema_property_parameter_and_response_has_a_description() -> None:
    components = yaml.safe_load(openapi.FILE.read_text())["components"]
    assert [path for name, schema in components["schemas"].items() for path in undescribed(schema, name)] == []
    parts = {part: components[part] for part in ("parameters", "headers", "responses", "securitySchemes")}
    assert [f"{part}.{name}" for part in parts for name in parts[part] if "description" not in parts[part][name]] == []


def test_a_property_without_a_description_is_detected() -> None:
    item = {"properties": {"c": {"type": "string"}}}
    schema = {"description": "A.", "properties": {"b": {"type": "array", "items": item}, "d": {"$ref": "#/d"}}}
    assert undescribed(schema, "A") == ["A.b", "A.b[].c"]
