"""What a check finds, and we do with open eyes: at the very construct, with the reason."""

from collections.abc import Mapping

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def accept(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Has the checks pass over these findings, by their ids, at a construct and what is within it."""
    rules = [Acknowledgment(id=id, reason=reason) for id, reason in reasons.items()]
    Validations.of(construct).acknowledge(*rules)
