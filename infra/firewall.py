"""What is kept from the API before it is asked: known attacks, and whoever asks too much from one address."""

from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

COUNTED = (
    "SizeRestrictions_BODY",
    "GenericRFI_BODY",
)  # long descriptions and the addresses of pictures look like these


class Firewall(Construct):
    """The web ACL of a stage over one resource."""

    def __init__(self, scope: Construct, id: str, *, resource_arn: str, requests_in_five_minutes: int) -> None:
        super().__init__(scope, id)
        self.acl = wafv2.CfnWebACL(
            self,
            "Acl",
            scope="REGIONAL",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=seen("Firewall"),
            rules=[core(), rate(requests_in_five_minutes)],
        )
        wafv2.CfnWebACLAssociation(self, "Over", resource_arn=resource_arn, web_acl_arn=self.acl.attr_arn)


def core() -> wafv2.CfnWebACL.RuleProperty:
    """AWS's core rules, of which two only count."""
    count = wafv2.CfnWebACL.RuleActionProperty(count={})
    return wafv2.CfnWebACL.RuleProperty(
        name="Core",
        priority=0,
        override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}),
        visibility_config=seen("Core"),
        statement=wafv2.CfnWebACL.StatementProperty(
            managed_rule_group_statement=wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS",
                name="AWSManagedRulesCommonRuleSet",
                rule_action_overrides=[
                    wafv2.CfnWebACL.RuleActionOverrideProperty(name=name, action_to_use=count) for name in COUNTED
                ],
            )
        ),
    )


def rate(requests: int) -> wafv2.CfnWebACL.RuleProperty:
    """So many requests in five minutes from one address. The backend's, signed by AWS credentials, are not counted."""
    signed = wafv2.CfnWebACL.StatementProperty(
        byte_match_statement=wafv2.CfnWebACL.ByteMatchStatementProperty(
            field_to_match=wafv2.CfnWebACL.FieldToMatchProperty(single_header={"Name": "authorization"}),
            positional_constraint="STARTS_WITH",
            search_string="AWS4-HMAC-SHA256",
            text_transformations=[wafv2.CfnWebACL.TextTransformationProperty(priority=0, type="NONE")],
        )
    )
    return wafv2.CfnWebACL.RuleProperty(
        name="Rate",
        priority=1,
        action=wafv2.CfnWebACL.RuleActionProperty(block={}),
        visibility_config=seen("Rate"),
        statement=wafv2.CfnWebACL.StatementProperty(
            rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                limit=requests,
                aggregate_key_type="IP",
                scope_down_statement=wafv2.CfnWebACL.StatementProperty(
                    not_statement=wafv2.CfnWebACL.NotStatementProperty(statement=signed)
                ),
            )
        ),
    )


def seen(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
    )
