"""The web ACL (AWS WAF) of an API: blocks known attacks, and too many requests from one IP address."""

from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

COUNT_ONLY_RULES = (
    "SizeRestrictions_BODY",
    "GenericRFI_BODY",
)  # long descriptions and image URLs match these
CORE_RULES = "AWSManagedRulesCommonRuleSet"
KNOWN_BAD_INPUTS = "AWSManagedRulesKnownBadInputsRuleSet"  # above all Log4j and Java vulnerabilities


class Firewall(Construct):
    """The web ACL of one resource. With `exempt_sigv4`, requests with a SigV4 Authorization header are excluded from
    the IP rate limit: the backend sends many requests from few addresses, and AppSync rejects an invalid signature."""

    def __init__(
        self, scope: Construct, id: str, *, resource_arn: str, requests_in_five_minutes: int, exempt_sigv4: bool
    ) -> None:
        super().__init__(scope, id)
        self.acl = wafv2.CfnWebACL(
            self,
            "Acl",
            scope="REGIONAL",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=visibility("Firewall"),
            rules=[
                managed_rules("Core", 0, CORE_RULES, COUNT_ONLY_RULES),
                managed_rules("KnownBadInputs", 1, KNOWN_BAD_INPUTS),
                rate_rule(requests_in_five_minutes, exempt_sigv4),
            ],
        )
        wafv2.CfnWebACLAssociation(self, "Association", resource_arn=resource_arn, web_acl_arn=self.acl.attr_arn)


def managed_rules(id: str, priority: int, group: str, count_only: tuple[str, ...] = ()) -> wafv2.CfnWebACL.RuleProperty:
    """A group of AWS managed rules; the rules in `count_only` do not block.

    https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
    """
    count_action = wafv2.CfnWebACL.RuleActionProperty(count={})
    return wafv2.CfnWebACL.RuleProperty(
        name=id,
        priority=priority,
        override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}),
        visibility_config=visibility(id),
        statement=wafv2.CfnWebACL.StatementProperty(
            managed_rule_group_statement=wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS",
                name=group,
                rule_action_overrides=[
                    wafv2.CfnWebACL.RuleActionOverrideProperty(name=name, action_to_use=count_action)
                    for name in count_only
                ],
            )
        ),
    )


def rate_rule(requests: int, exempt_sigv4: bool) -> wafv2.CfnWebACL.RuleProperty:
    """Limits the requests in five minutes from one IP address; `exempt_sigv4` excludes SigV4 requests."""
    sigv4_header = wafv2.CfnWebACL.StatementProperty(
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
        visibility_config=visibility("Rate"),
        statement=wafv2.CfnWebACL.StatementProperty(
            rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                limit=requests,
                aggregate_key_type="IP",
                scope_down_statement=wafv2.CfnWebACL.StatementProperty(
                    not_statement=wafv2.CfnWebACL.NotStatementProperty(statement=sigv4_header)
                )
                if exempt_sigv4
                else None,
            )
        ),
    )


def visibility(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
    )
