"""AWS prices, and the cost of a million requests like a traced one.

The prices are list prices of us-east-1 in US dollars, without free tiers, savings plans or taxes. Each names the AWS
page that is its source. Those pages insert the figures by script, so the figures come from third parties that quote
them: check them before you base a decision on them.
The cost excludes data transfer, real-time subscriptions, the hours of a cache, storage and logs.
"""

import math
from dataclasses import dataclass

from local.trace.model import REST, Trace

PRICES_AS_OF = "2026-11-24"
MILLION = 1_000_000


@dataclass(frozen=True)
class Price:
    """The price in US dollars of `per` units of a service, and the URL of the page that states it."""

    of: str
    usd: float
    per: int
    source: str


GRAPHQL_REQUEST = Price("AppSync queries and mutations", 4.00, MILLION, "https://aws.amazon.com/appsync/pricing/")
REST_REQUEST = Price("API Gateway REST requests", 3.50, MILLION, "https://aws.amazon.com/api-gateway/pricing/")
INVOCATION = Price("Lambda invocations", 0.20, MILLION, "https://aws.amazon.com/lambda/pricing/")
GB_SECOND = Price("Lambda GB-seconds, arm64", 0.0000133334, 1, "https://aws.amazon.com/lambda/pricing/")
READ_UNIT = Price("DynamoDB read units", 0.125, MILLION, "https://aws.amazon.com/dynamodb/pricing/on-demand/")
WRITE_UNIT = Price("DynamoDB write units", 0.625, MILLION, "https://aws.amazon.com/dynamodb/pricing/on-demand/")


@dataclass(frozen=True)
class CostLine:
    """One line of the bill: the quantity that one request uses, and the cost of a million requests in dollars."""

    price: Price
    quantity: float
    usd: float


def cost_per_million(trace: Trace, memory_mb: int) -> list[CostLine]:
    """Returns the bill for a million requests like this one, if the functions have `memory_mb` of memory.

    Durations are those of this machine. Lambda rounds each duration up to a whole millisecond.
    """
    billed_ms = sum(math.ceil(invocation["ms"]) for invocation in trace.resolvers)
    usage = {
        REST_REQUEST if trace.protocol == REST else GRAPHQL_REQUEST: 1,
        INVOCATION: len(trace.resolvers),
        GB_SECOND: billed_ms / 1000 * memory_mb / 1024,
        READ_UNIT: sum(call["readUnits"] for call in trace.dynamodb),
        WRITE_UNIT: sum(call["writeUnits"] for call in trace.dynamodb),
    }
    return [CostLine(price, quantity, quantity * price.usd / price.per * MILLION) for price, quantity in usage.items()]
