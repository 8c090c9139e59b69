"""The differences between MiniStack and AWS: resources that it rejects, and behavior that differs.

The list is complete, so that no test skips silently. Remove an entry that is no longer true: the tests check the
number of entries, and each rejection.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.aws import ACCOUNT_ID, REGION


@dataclass(frozen=True)
class UnsupportedResource:
    """The message of a rejection, and a minimal template that causes it: one resource and its outputs."""

    message: str
    resource: dict[str, Any]
    outputs: dict[str, Any] = field(default_factory=dict)


ALARM_PROPERTIES = {"Threshold": 1, "EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold"}
METRICS = [{"Id": "a", "Expression": "1 + 1", "ReturnData": True}]
API_PROPERTIES = {"Name": "homes", "AuthenticationType": "AWS_IAM"}
ASSOCIATION_PROPERTIES = {
    "ResourceArn": f"arn:aws:appsync:{REGION}:{ACCOUNT_ID}:apis/1",
    "WebACLArn": "arn:aws:wafv2:::acl",
}

# Constructs that are removed from the deployed stack, by path.
UNSUPPORTED: Mapping[str, UnsupportedResource] = {
    "Alarms/TableThrottled": UnsupportedResource(
        "AWS::CloudWatch::Alarm Properties.Metrics (metric math) is not supported",
        {"Type": "AWS::CloudWatch::Alarm", "Properties": {**ALARM_PROPERTIES, "Metrics": METRICS}},
    ),
    "Firewall/Association": UnsupportedResource(
        "Unrecognized resource types: [AWS::WAFv2::WebACLAssociation]",
        {"Type": "AWS::WAFv2::WebACLAssociation", "Properties": ASSOCIATION_PROPERTIES},
    ),
    "RestFirewall/Association": UnsupportedResource(
        "Unrecognized resource types: [AWS::WAFv2::WebACLAssociation]",
        {"Type": "AWS::WAFv2::WebACLAssociation", "Properties": ASSOCIATION_PROPERTIES},
    ),
    "RealtimeEndpoint": UnsupportedResource(
        "Requested attribute RealtimeUrl does not exist in schema for AWS::AppSync::GraphQLApi",
        {"Type": "AWS::AppSync::GraphQLApi", "Properties": API_PROPERTIES},
        {"Url": {"Value": {"Fn::GetAtt": ["Resource", "RealtimeUrl"]}}},
    ),
}

# Services that MiniStack accepts but implements differently, and how the tests deal with that.
BEHAVIOR_DIFFERENCES: Mapping[str, str] = {
    "AppSync": "It calls a batched field once for each parent, checks no JWT and no directive, and publishes nothing. "
    "The local server serves `/graphql` and `/graphql/realtime` instead, with the deployed functions.",
    "AppSync's address": "It is in amazonaws.com and not reachable. The function `stream` gets the local server's.",
    "Cognito's issuer": "Its tokens have an issuer in amazonaws.com, like Cognito's. The keys are read from the "
    "endpoint that the environment configures for Cognito.",
    "Cognito's triggers": "It never invokes the post-confirmation trigger. The tests invoke the deployed function "
    "with Cognito's event.",
    "Cognito's codes": "Any code confirms a sign-up.",
    "Lambda's processor": "Functions run on this machine's processor and Python; the layer is built for those. "
    "tests/infra checks the wheel tags and the ELF machine of the arm64 layer.",
    "Lambda's limits": "It enforces neither memory nor roles: tests/infra checks the permissions of each role.",
}

# How MiniStack's API Gateway differs from the recorded REST contract, and the number of steps that differ.
BODIES_ARE_NOT_VALIDATED = "the function's 400, which names the field, instead of the gateway's"
OWN_REFUSALS = "its own error response, without our gateway responses"
OWN_PREFLIGHT = "its own preflight response, without our headers"
REST_DIFFERENCES: Mapping[str, int] = {BODIES_ARE_NOT_VALIDATED: 15, OWN_REFUSALS: 28, OWN_PREFLIGHT: 1}
