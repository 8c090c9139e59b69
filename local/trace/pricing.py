"""What AWS asks for, and what a million requests like one that was traced would cost.

List prices of us-east-1 in US dollars, without free tiers, savings plans or taxes. AWS's pages, named beside each, fill
them in by script: the figures were read where others quote those pages, so check them before a decision hangs on them.
Not counted: data transfer, real time, a cache's hours, storage, logs.
"""

import math
from dataclasses import dataclass

from local.trace.model import Trace

READ_ON = "2026-11-24"
MILLION = 1_000_000


@dataclass(frozen=True)
class Price:
    """What so much of something costs."""

    of: str
    usd: float
    per: int
    source: str


REQUEST = Price("AppSync queries and mutations", 4.00, MILLION, "https://aws.amazon.com/appsync/pricing/")
INVOCATION = Price("Lambda invocations", 0.20, MILLION, "https://aws.amazon.com/lambda/pricing/")
GB_SECOND = Price("Lambda GB-seconds, arm64", 0.0000133334, 1, "https://aws.amazon.com/lambda/pricing/")
READ_UNIT = Price("DynamoDB read units", 0.125, MILLION, "https://aws.amazon.com/dynamodb/pricing/on-demand/")
WRITE_UNIT = Price("DynamoDB write units", 0.625, MILLION, "https://aws.amazon.com/dynamodb/pricing/on-demand/")


@dataclass(frozen=True)
class Line:
    """One line of the bill: how much of something a request takes, and the dollars that a million such come to."""

    price: Price
    quantity: float
    usd: float


def of_a_million(trace: Trace, memory_mb: int) -> list[Line]:
    """The bill for a million such requests, to functions of this memory, on this machine's times.

    Lambda rounds each time up to a whole millisecond.
    """
    billed_ms = sum(math.ceil(invocation["ms"]) for invocation in trace.resolvers)
    taken = {
        REQUEST: 1,
        INVOCATION: len(trace.resolvers),
        GB_SECOND: billed_ms / 1000 * memory_mb / 1024,
        READ_UNIT: sum(call["readUnits"] for call in trace.dynamodb),
        WRITE_UNIT: sum(call["writeUnits"] for call in trace.dynamodb),
    }
    return [Line(price, quantity, quantity * price.usd / price.per * MILLION) for price, quantity in taken.items()]
