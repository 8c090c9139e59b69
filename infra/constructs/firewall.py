"""What is kept from the API before it is asked: known attacks, and whoever asks too much from one address."""

from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

COUNTED = ("SizeRestrictions_BODY", "GenericRFI_BODY")  # long descriptions and pictures' addresses look like these
CORE = "AWSManagedRulesCommonRuleSet"
KNOWN = "AWSManagedRulesKnownBadInputsRuleSet"  # Log4j's and Java's holes above all


class Firewall(Construct):
    """The web ACL of a stage over one resource. Where that takes AWS credentials, what says to be `signed` by them is
    not counted against its address: nobody else gets anywhere with that, and the backend asks from few addresses."""

    def __init__(
        self, scope: Construct, id: str, *, resource_arn: str, requests_in_five_minutes: int, signed: bool
    ) -> None:
        super().__init__(scope, id)
        self.acl = wafv2.CfnWebACL(
            self,
            "Acl",
            scope="REGIONAL",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=seen("Firewall"),
            rules=[
                managed("Core", 0, CORE, COUNTED),
                managed("Known", 1, KNOWN),
                rate(requests_in_five_minutes, signed),
            ],
        )
        wafv2.CfnWebACLAssociation(self, "Over", resource_arn=resource_arn, web_acl_arn=self.acl.attr_arn)


def managed(id: str, priority: int, group: str, counted: tuple[str, ...] = ()) -> wafv2.CfnWebACL.RuleProperty:
    """A group of AWS's own rules, of which some only count.

    https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
    """
    count = wafv2.CfnWebACL.RuleActionProperty(count={})
    return wafv2.CfnWebACL.RuleProperty(
        name=id,
        priority=priority,
        override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}),
        visibility_config=seen(id),
        statement=wafv2.CfnWebACL.StatementProperty(
            managed_rule_group_statement=wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS",
                name=group,
                rule_action_overrides=[
                    wafv2.CfnWebACL.RuleActionOverrideProperty(name=name, action_to_use=count) for name in counted
                ],
            )
        ),
    )


def rate(requests: int, signed: bool) -> wafv2.CfnWebACL.RuleProperty:
    """So many requests in five minutes from one address, those aside that are `signed`."""
    by_aws = wafv2.CfnWebACL.StatementProperty(
        byte_match_statement=wafv2.CfnWebACL.ByteMatchStatementProperty(
            field_to_match=wafv2.CfnWebACL.FieldToMatchProperty(single_header={"Name": "authorization"}),
            positional_constraint="STARTS_WITH",
            search_string="AWS4-HMAC-SHA256",
            text_transformations=[wafv2.CfnWebACL.TextTransformationProperty(priority=0, type="NONE")],
        )
    )
    return wafv2.CfnWebACL.RuleProperty(
        name="Rate",
        priority=2,
        action=wafv2.CfnWebACL.RuleActionProperty(block={}),
        visibility_config=seen("Rate"),
        statement=wafv2.CfnWebACL.StatementProperty(
            rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                limit=requests,
                aggregate_key_type="IP",
                scope_down_statement=wafv2.CfnWebACL.StatementProperty(
                    not_statement=wafv2.CfnWebACL.NotStatementProperty(statement=by_aws)
                )
                if signed
                else None,
            )
        ),
    )


def seen(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
    )
