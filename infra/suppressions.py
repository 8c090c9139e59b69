"""What a check finds, and we do with open eyes: at the very construct, with the reason."""

from collections.abc import Mapping

from aws_cdk import Acknowledgment, CfnResource, Validations
from constructs import IConstruct

CHECKOV = "CKV"  # its ids begin so, and it reads them in the template: https://www.checkov.io/2.Basics/Suppressing%20and%20Skipping%20Policies.html


def accept(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Has the checks pass over these findings, by their ids, at a construct and what is within it.

    Checkov's are accepted at the construct's one resource alone.
    """
    ours = {id: reason for id, reason in reasons.items() if not id.startswith(CHECKOV)}
    Validations.of(construct).acknowledge(*(Acknowledgment(id=id, reason=reason) for id, reason in ours.items()))
    if skipped := [{"id": id, "comment": reason} for id, reason in reasons.items() if id not in ours]:
        resource = construct.node.default_child
        assert isinstance(resource, CfnResource)
        told = resource.get_metadata("checkov") or {"skip": []}
        resource.add_metadata("checkov", {"skip": [*told["skip"], *skipped]})
