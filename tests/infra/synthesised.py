"""The templates of the stages, as CDK makes them: synthesised once, without an account."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from aws_cdk import App
from aws_cdk.assertions import Template

from infra import stages
from infra.stack import Homes
from infra.stages import Stage

Resource = dict[str, Any]


@dataclass(frozen=True)
class Synthesised:
    """A template, and questions about it."""

    template: dict[str, Any]

    def all(self, type: str) -> dict[str, Resource]:
        """The resources of a type, by their logical ids."""
        return {id: one for id, one in self.template["Resources"].items() if one["Type"] == type}

    def properties(self, type: str) -> list[Any]:
        return [one.get("Properties", {}) for one in self.all(type).values()]

    def one(self, type: str) -> Any:
        (only,) = self.properties(type)
        return only

    def allowed(self, function: str) -> dict[str, list[str]]:
        """What a function's role may do: the kinds of what each action may be done to."""
        (role,) = (
            one["Properties"]["Role"]["Fn::GetAtt"][0]
            for one in self.all("AWS::Lambda::Function").values()
            if one["Properties"].get("Description", "").endswith(f": {function}")
        )
        found: dict[str, list[str]] = {}
        for policy in self.properties("AWS::IAM::Policy"):
            if {"Ref": role} in policy["Roles"]:
                for statement in policy["PolicyDocument"]["Statement"]:
                    actions = statement["Action"]
                    for action in [actions] if isinstance(actions, str) else actions:
                        found.setdefault(action, []).append(str(statement["Resource"]))
        return found


@cache
def named(name: str) -> Synthesised:
    return of(stages.named(name))


def of(stage: Stage) -> Synthesised:
    return Synthesised(dict(Template.from_stack(Homes(App(), stage)).to_json()))
