"""The alarms of the REST routes, and those of the usage plan `government`."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs

from infra.constructs.alarms import Alarms
from infra.constructs.metrics import MINUTE
from infra.constructs.rest import Rest

GOVERNMENT = "government"
NAMESPACE = "Homes"


def add_rest_alarms(alarms: Alarms, rest: Rest) -> None:
    """Adds the alarms of the REST API, and those of the plan `government` if it has customers."""
    latency = rest.api.metric_latency(statistic="p95", period=Duration.minutes(5))
    server_errors = rest.api.metric_server_error(statistic="Sum", period=MINUTE)
    alarms.add_alarm(
        "RestServerErrors",
        server_errors,
        5,
        "API Gateway or its functions fail: read the access log, then the functions' logs",
    )
    alarms.add_alarm(
        "RestHighLatency", latency, 1_000, "p95 latency of REST requests is 1 s or more: read the X-Ray trace map"
    )
    if rest.keys[GOVERNMENT]:
        add_government_alarms(alarms, rest)


def add_government_alarms(alarms: Alarms, rest: Rest) -> None:
    """Adds alarms with metrics of the access log, because API Gateway's own metrics have no dimension for the key."""
    server_errors = government_metric(rest, "ServerErrors", logs.FilterPattern.string_value("$.status", "=", "5*"))
    throttled = government_metric(rest, "Throttled", logs.FilterPattern.string_value("$.status", "=", "429"))
    latency = government_metric(rest, "Latency", None)
    alarms.add_alarm(
        "GovernmentServerErrors",
        server_errors,
        1,
        "A request of a government customer failed: find it in the access log",
    )
    alarms.add_alarm(
        "GovernmentThrottled",
        throttled,
        10,
        "A government customer exceeds the plan's limits: raise them or call the customer",
    )
    alarms.add_alarm(
        "GovernmentHighLatency",
        latency,
        1_000,
        "p95 latency of government customers is 1 s or more: read the access log",
    )


def government_metric(rest: Rest, name: str, pattern: logs.JsonPattern | None) -> cloudwatch.Metric:
    """Number of requests of government customers that match `pattern`; without a pattern, their latency in ms (p95)."""
    keys = [logs.FilterPattern.string_value("$.key", "=", key.key_id) for key in rest.keys[GOVERNMENT]]
    has_government_key = logs.FilterPattern.any(*keys)
    metric_filter = rest.log.add_metric_filter(
        f"{GOVERNMENT.capitalize()}{name}",
        filter_pattern=logs.FilterPattern.all(pattern, has_government_key) if pattern else has_government_key,
        metric_namespace=NAMESPACE,
        metric_name=f"{GOVERNMENT.capitalize()}{name}-{rest.stage_name}",
        metric_value="1" if pattern else "$.latency",
    )
    period = MINUTE if pattern else Duration.minutes(5)
    return metric_filter.metric(statistic="Sum" if pattern else "p95", period=period)
