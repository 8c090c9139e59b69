"""Plays scenes, which are requests and expected responses in YAML files, against any server of the REST contract.

A scene is a list of steps. Of the request, `send` is the method and the path, `as` the user (owner, other or admin;
`nobody` sends no token), `key: none` sends no API key and `key: basic` the key of a small usage plan, `headers` are
additional headers, and `json` or `text` is the body. Of the response, `status`, `told` (headers) and `answer` (the
whole body) are expected; `…` matches any value but null. `keep` stores parts of the response as variables, which later
steps write as `$name`; `$owner`, `$other` and `$admin` are the ids of the users. A step with `until` is repeated until
it gets the expected status, at most that many times.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

FOLDER = Path(__file__).parent / "scenes"
ANYTHING = "…"

Step = Mapping[str, Any]


@dataclass(frozen=True)
class Person:
    """A user: the id in the API and a token."""

    id: str
    token: str


@dataclass
class Player:
    """Plays scenes with an HTTP client as these users, with an API key and one of a small usage plan."""

    http: httpx.Client
    key: str
    people: Mapping[str, Person]
    basic_key: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    last: httpx.Response = field(init=False)  # the response to the last step

    def play(self, scene: str) -> None:
        """Plays the steps of a scene in order. Raises AssertionError with the step and its response."""
        self.begin()
        for step in steps(scene):
            self.step(step)

    def begin(self) -> None:
        """Resets the variables to the ids of the users."""
        self.variables = {name: person.id for name, person in self.people.items()}

    def step(self, step: Step) -> None:
        response = self.send(step)
        for _ in range(step.get("until", 0)):
            if response.status_code == step["status"]:
                break
            response = self.send(step)
        self.last = response
        summary = f"{step['send']}: {response.status_code} {dict(response.headers)} {response.text}"
        assert response.status_code == step["status"], summary
        for name, value in step.get("told", {}).items():
            assert fits(self.filled(value), response.headers.get(name)), summary
        if "answer" in step:
            assert fits(self.filled(step["answer"]), json.loads(response.text) if response.text else None), summary
        for name, path in step.get("keep", {}).items():
            self.variables[name] = part(response, path)

    def send(self, step: Step) -> httpx.Response:
        method, _, path = self.filled(step["send"]).partition(" ")
        headers = {"accept-encoding": "gzip", **self.filled(step.get("headers", {}))}
        if (who := step.get("as", "owner")) != "nobody":
            headers.setdefault("authorization", self.people[who].token)
        if (which := step.get("key", "usual")) != "none":
            headers.setdefault("x-api-key", self.basic_key if which == "basic" else self.key)
        body = self.filled(step["text"]) if "text" in step else None
        if "json" in step:
            body = json.dumps(self.filled(step["json"]))
            headers.setdefault("content-type", "application/json")
        return self.http.request(method, path, headers=headers, content=body)

    def filled(self, template: Any) -> Any:
        """Returns a copy of a template in which variables are replaced by their values."""
        if isinstance(template, str):
            for name in sorted(self.variables, key=len, reverse=True):
                template = template.replace(f"${name}", self.variables[name])
            return template
        if isinstance(template, Mapping):
            return {name: self.filled(of) for name, of in template.items()}
        return [self.filled(member) for member in template] if isinstance(template, list) else template


def scenes() -> list[str]:
    return sorted(file.stem for file in FOLDER.glob("*.yaml"))


def steps(scene: str) -> list[Step]:
    read: list[Step] = yaml.safe_load((FOLDER / f"{scene}.yaml").read_text())
    return read


def fits(expected: Any, actual: Any) -> bool:
    if expected == ANYTHING:
        return actual is not None
    if isinstance(expected, Mapping):
        return (
            isinstance(actual, Mapping)
            and expected.keys() == actual.keys()
            and all(fits(of, actual[name]) for name, of in expected.items())
        )
    if isinstance(expected, list):
        return isinstance(actual, list) and len(expected) == len(actual) and all(map(fits, expected, actual))
    return bool(expected == actual)


def part(response: httpx.Response, path: str) -> str:
    value: Any = response.json()
    for name in path.split("."):
        value = value[int(name)] if isinstance(value, list) else value[name]
    return str(value)
