"""The REST contract is frozen: what it promises today is what its last release promised, but for prose."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.gateway import openapi

RELEASED = Path(__file__).parent / "released"
PROSE = {"summary", "description", "example"}


def promise(told: Any) -> Any:
    """All of a contract but what is only there to be read."""
    if isinstance(told, dict):
        return {name: promise(of) for name, of in told.items() if name not in PROSE or isinstance(of, dict)}
    return [promise(member) for member in told] if isinstance(told, list) else told


def last() -> Path:
    return max(RELEASED.glob("*.yaml"), key=lambda file: tuple(map(int, file.stem.split("."))))


def test_the_contract_promises_what_its_last_release_promised() -> None:
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
def test_whatever_is_taken_out_of_it_is_noticed(path: tuple[str, ...]) -> None:
    whole = yaml.safe_load(last().read_text())
    changed = copy.deepcopy(whole)
    *way, name = path
    place = changed
    for step in way:
        place = place[step]
    del place[name]
    assert promise(changed) != promise(whole)


def test_a_better_sentence_is_no_other_promise() -> None:
    whole = yaml.safe_load(last().read_text())
    changed = copy.deepcopy(whole)
    changed["info"]["description"] = "Better."
    changed["paths"]["/properties"]["get"]["summary"] = "Better."
    assert promise(changed) == promise(whole)
