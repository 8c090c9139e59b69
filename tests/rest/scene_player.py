"""The contract as plain requests and answers: scenes in data files, played against any address.

A scene is a list of steps. `send` is a method and a path; `as` says who (owner, other, admin; nobody sends no token),
`key: none` sends no API key and `key: basic` that of a small plan; then come `headers`, and `json` or `text` as body.
`status`, `told` (headers) and `answer` are what must come back, all of it, where `…` stands for anything. `keep` names
parts of an answer for later steps, which write them as `$name`; `$owner` and the like are people's ids. A step that has
`until` is asked again until it is answered so, at most that often.
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
    """Somebody who asks: the id by which the API knows them, and a token of theirs."""

    id: str
    token: str


@dataclass
class Player:
    """Plays scenes at an address, with an API key (and one of a small plan), as these people."""

    http: httpx.Client
    key: str
    people: Mapping[str, Person]
    basic_key: str = ""
    kept: dict[str, str] = field(default_factory=dict)
    last: httpx.Response = field(init=False)  # what was answered last

    def play(self, scene: str) -> None:
        """Plays a scene, each step behind the other. Raises AssertionError, which tells the step and what came back."""
        self.begin()
        for step in steps(scene):
            self.step(step)

    def begin(self) -> None:
        """Forgets what was kept of another scene."""
        self.kept = {name: person.id for name, person in self.people.items()}

    def step(self, step: Step) -> None:
        answer = self.asked(step)
        for _ in range(step.get("until", 0)):
            if answer.status_code == step["status"]:
                break
            answer = self.asked(step)
        self.last = answer
        said = f"{step['send']}: {answer.status_code} {dict(answer.headers)} {answer.text}"
        assert answer.status_code == step["status"], said
        for name, value in step.get("told", {}).items():
            assert fits(self.filled(value), answer.headers.get(name)), said
        if "answer" in step:
            assert fits(self.filled(step["answer"]), json.loads(answer.text) if answer.text else None), said
        for name, path in step.get("keep", {}).items():
            self.kept[name] = part(answer, path)

    def asked(self, step: Step) -> httpx.Response:
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

    def filled(self, told: Any) -> Any:
        """The same with what was kept in place of its names."""
        if isinstance(told, str):
            for name in sorted(self.kept, key=len, reverse=True):
                told = told.replace(f"${name}", self.kept[name])
            return told
        if isinstance(told, Mapping):
            return {name: self.filled(of) for name, of in told.items()}
        return [self.filled(member) for member in told] if isinstance(told, list) else told


def scenes() -> list[str]:
    return sorted(file.stem for file in FOLDER.glob("*.yaml"))


def steps(scene: str) -> list[Step]:
    read: list[Step] = yaml.safe_load((FOLDER / f"{scene}.yaml").read_text())
    return read


def fits(expected: Any, found: Any) -> bool:
    if expected == ANYTHING:
        return found is not None
    if isinstance(expected, Mapping):
        return (
            isinstance(found, Mapping)
            and expected.keys() == found.keys()
            and all(fits(of, found[name]) for name, of in expected.items())
        )
    if isinstance(expected, list):
        return isinstance(found, list) and len(expected) == len(found) and all(map(fits, expected, found))
    return bool(expected == found)


def part(answer: httpx.Response, path: str) -> str:
    found: Any = answer.json()
    for name in path.split("."):
        found = found[int(name)] if isinstance(found, list) else found[name]
    return str(found)
