"""Suppressions of findings of cdk-nag and checkov: each at its construct, with a reason."""

from collections.abc import Mapping

from aws_cdk import Acknowledgment, CfnResource, Validations
from constructs import IConstruct

CHECKOV_PREFIX = "CKV"  # prefix of its ids, which it reads from the template: https://www.checkov.io/2.Basics/Suppressing%20and%20Skipping%20Policies.html


def suppress(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Suppresses findings, by their ids, for a construct and its children.

    Checkov's findings are suppressed only for the construct's default child.
    """
    cdk_nag_reasons = {id: reason for id, reason in reasons.items() if not id.startswith(CHECKOV_PREFIX)}
    Validations.of(construct).acknowledge(
        *(Acknowledgment(id=id, reason=reason) for id, reason in cdk_nag_reasons.items())
    )
    if checkov_skips := [{"id": id, "comment": reason} for id, reason in reasons.items() if id not in cdk_nag_reasons]:
        resource = construct.node.default_child
        assert isinstance(resource, CfnResource)
        metadata = resource.get_metadata("checkov") or {"skip": []}
        resource.add_metadata("checkov", {"skip": [*metadata["skip"], *checkov_skips]})
