"""What MiniStack refuses of a stage, and what it does otherwise than AWS: all of it, so that no test skips in silence.

Whoever finds that an entry is no longer true takes it out: the tests hold the length of both, and each refusal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.aws import ACCOUNT_ID, REGION


@dataclass(frozen=True)
class Refused:
    """The words of a refusal, and the least template that meets it: one resource, and what is put out of it."""

    words: str
    resource: dict[str, Any]
    outputs: dict[str, Any] = field(default_factory=dict)


ALARM = {"Threshold": 1, "EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold"}
METRICS = [{"Id": "a", "Expression": "1 + 1", "ReturnData": True}]
API = {"Name": "homes", "AuthenticationType": "AWS_IAM"}
OVER = {"ResourceArn": f"arn:aws:appsync:{REGION}:{ACCOUNT_ID}:apis/1", "WebACLArn": "arn:aws:wafv2:::acl"}

# Constructs of the stack that are left out of the deployment, each by its path.
LEFT_OUT: Mapping[str, Refused] = {
    "Alarms/Throttled": Refused(
        "AWS::CloudWatch::Alarm Properties.Metrics (metric math) is not supported",
        {"Type": "AWS::CloudWatch::Alarm", "Properties": {**ALARM, "Metrics": METRICS}},
    ),
    "Firewall/Over": Refused(
        "Unrecognized resource types: [AWS::WAFv2::WebACLAssociation]",
        {"Type": "AWS::WAFv2::WebACLAssociation", "Properties": OVER},
    ),
    "RestFirewall/Over": Refused(
        "Unrecognized resource types: [AWS::WAFv2::WebACLAssociation]",
        {"Type": "AWS::WAFv2::WebACLAssociation", "Properties": OVER},
    ),
    "RealtimeEndpoint": Refused(
        "Requested attribute RealtimeUrl does not exist in schema for AWS::AppSync::GraphQLApi",
        {"Type": "AWS::AppSync::GraphQLApi", "Properties": API},
        {"Url": {"Value": {"Fn::GetAtt": ["Alone", "RealtimeUrl"]}}},
    ),
}

# What it takes, and does otherwise: each, and what the tests do about it.
OTHERWISE: Mapping[str, str] = {
    "AppSync": "It calls a batched field once for each parent, checks no JWT and no directive, and publishes nothing. "
    "The desk answers `/graphql` and `/graphql/realtime` instead, by the deployed functions.",
    "AppSync's address": "It is in amazonaws.com, and leads nowhere. The function `changes` is told the desk's.",
    "Cognito's issuer": "Its tokens are of one in amazonaws.com, as Cognito's are. The issuer's keys are looked "
    "for where the environment has AWS's libraries look for Cognito.",
    "Cognito's triggers": "It never calls the post-confirmation one. The tests call the deployed function as it would.",
    "Cognito's codes": "Any code confirms a sign-up.",
    "Lambda's processor": "Functions run on this machine's, by this machine's Python; the layer is made for those. "
    "What ships, for arm64, is held to its wheels' tags and its ELF machine by tests/infra.",
    "Lambda's limits": "It enforces neither memory nor roles: tests/infra holds what each role may do.",
}

# What API Gateway answers there to steps of the recorded REST contract, and to how many of them.
BODIES_ARE_NOT_VALIDATED = "the function's 400, which names the field, for the gateway's"
OWN_REFUSALS = "its own refusal in a form of its own, without our gateway responses"
OWN_PREFLIGHT = "its own preflight, without our headers"
REST: Mapping[str, int] = {BODIES_ARE_NOT_VALIDATED: 15, OWN_REFUSALS: 28, OWN_PREFLIGHT: 1}
