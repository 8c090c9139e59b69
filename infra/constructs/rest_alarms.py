"""What operators are told of the REST routes, and besides of those of the plan `government`."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs

from infra.constructs.alarms import MINUTE, Alarms
from infra.constructs.rest import Rest

GOVERNMENT = "government"
NAMESPACE = "Homes"


def watch(alarms: Alarms, rest: Rest) -> None:
    """Adds the alarms of the REST API, and those of its customers of the plan `government`."""
    slow = rest.api.metric_latency(statistic="p95", period=Duration.minutes(5))
    faults = rest.api.metric_server_error(statistic="Sum", period=MINUTE)
    alarms.alarm("RestFaults", faults, 5, "API Gateway or its functions fail: see the access log, then theirs")
    alarms.alarm("RestSlow", slow, 1_000, "19 of 20 requests over REST take up to a second or more: see the trace map")
    if rest.keys[GOVERNMENT]:
        watch_government(alarms, rest)


def watch_government(alarms: Alarms, rest: Rest) -> None:
    """By the access log, for API Gateway's own metrics know nothing of keys."""
    faults = counted(rest, "Faults", logs.FilterPattern.string_value("$.status", "=", "5*"))
    throttled = counted(rest, "Throttled", logs.FilterPattern.string_value("$.status", "=", "429"))
    slow = counted(rest, "Latency", None)
    alarms.alarm("GovernmentFaults", faults, 1, "A request of a government customer failed: find it in the access log")
    alarms.alarm("GovernmentThrottled", throttled, 10, "A government customer asks for more than the plan: raise it")
    alarms.alarm("GovernmentSlow", slow, 1_000, "19 of 20 requests of government customers take a second or more")


def counted(rest: Rest, name: str, wanted: logs.JsonPattern | None) -> cloudwatch.Metric:
    """How many of the requests of government customers are as wanted; without that, how many milliseconds they took."""
    keys = [logs.FilterPattern.string_value("$.key", "=", key.key_id) for key in rest.keys[GOVERNMENT]]
    theirs = logs.FilterPattern.any(*keys)
    made = rest.log.add_metric_filter(
        f"{GOVERNMENT.capitalize()}{name}",
        filter_pattern=logs.FilterPattern.all(wanted, theirs) if wanted else theirs,
        metric_namespace=NAMESPACE,
        metric_name=f"{GOVERNMENT.capitalize()}{name}-{rest.stage}",
        metric_value="1" if wanted else "$.latency",
    )
    period = MINUTE if wanted else Duration.minutes(5)
    return made.metric(statistic="Sum" if wanted else "p95", period=period)
