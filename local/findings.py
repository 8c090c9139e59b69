"""What a trace shows to be wasteful, in words. Only what is certain is told; each rule is a function."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local.trace import Trace
from resolvers.field import ROOTS

ONE_BY_ONE = {"GetItem": "a BatchGetItem reads a hundred keys", "Query": "each more in the list is one request more"}
WASTED = 20  # items read and thrown away by a filter: fewer are not worth a word

Noted = dict[str, Any]


@dataclass(frozen=True)
class Finding:
    """What is wasteful, and the fields whose functions do it."""

    fields: tuple[str, ...]
    text: str


def of(trace: Trace) -> list[Finding]:
    """What is wasteful in a request, rule by rule."""
    return [*many_invocations(trace), *many_requests(trace), *read_again(trace), *scans(trace), *filters(trace)]


def many_invocations(trace: Trace) -> Iterator[Finding]:
    """N+1 of invocations: of one field more are under way at once than its parents fill batches."""
    for field in dict.fromkeys(invocation["field"] for invocation in trace.resolvers):
        if field.partition(".")[0] in ROOTS:
            continue
        for wave in waves([invocation for invocation in trace.resolvers if invocation["field"] == field]):
            times, parents, most = len(wave), sum(one["batch"] for one in wave), wave[0]["most"]
            if times > 1 and most == 1:
                text = f"N+1: {field} was invoked {times} times, each with a batch of one: once for every parent."
                yield Finding((field,), text)
            elif times > math.ceil(parents / most):
                text = f"N+1: {field} was invoked {times} times for {parents} parents; a batch takes {most}."
                yield Finding((field,), text)


def waves(invocations: list[Noted]) -> list[list[Noted]]:
    """Those whose times overlap, together: any other may have had to wait for what the one before it answered."""
    found: list[list[Noted]] = []
    end = -math.inf
    for invocation in sorted(invocations, key=lambda one: one["at"]):
        if invocation["at"] >= end:
            found.append([])
        found[-1].append(invocation)
        end = max(end, invocation["end"])
    return found


def many_requests(trace: Trace) -> Iterator[Finding]:
    """N+1 of requests: an invocation reads one by one, and at least as often as it has parents."""
    for place, invocation in enumerate(trace.resolvers):
        for operation, instead in ONE_BY_ONE.items():
            keys = {
                key
                for call in reads(trace)
                if call["invocation"] == place and call["operation"] == operation
                for key in call["where"]
            }
            if len(keys) >= invocation["batch"] > 1:
                field, parents = invocation["field"], invocation["batch"]
                text = f"N+1: {field} made {len(keys)} {operation} requests for {parents} parents; {instead}."
                yield Finding((field,), text)


def read_again(trace: Trace) -> Iterator[Finding]:
    """The same keys, or the same range, read by two invocations of a request that writes nothing in between."""
    if any(call["writeUnits"] for call in trace.dynamodb):
        return
    readers: dict[tuple[str | None, str], dict[int, str]] = {}
    for call in reads(trace):
        for key in call["where"]:
            readers.setdefault((call["index"], key), {})[call["invocation"]] = call["resolver"]
    again: dict[tuple[str, ...], list[str]] = {}
    for (_, key), by in readers.items():
        if len(by) > 1:
            again.setdefault(tuple(by.values()), []).append(key)
    for by, keys in again.items():
        fields = tuple(dict.fromkeys(by))
        others = f" and {len(keys) - 1} more" if len(keys) > 1 else ""
        yield Finding(fields, f"{keys[0]}{others}: read {len(by)} times in one request, by {' and '.join(fields)}.")


def scans(trace: Trace) -> Iterator[Finding]:
    for call in trace.dynamodb:
        if call["operation"] == "Scan":
            yield Finding(
                (call["resolver"],), f"{call['resolver']} made a Scan, which reads and pays for all there is."
            )


def filters(trace: Trace) -> Iterator[Finding]:
    """Most of what a Query reads is filtered away, after it was paid for."""
    for call in reads(trace):
        if call["scanned"] - call["items"] >= max(WASTED, call["items"]):
            field, scanned, items = call["resolver"], call["scanned"], call["items"]
            text = f"{field} read and paid for {scanned} items, of which its filter let {items} through."
            yield Finding((field,), text)


def reads(trace: Trace) -> Iterator[Noted]:
    """The reads that were answered: one that failed is asked again, which is no waste of the resolver's."""
    return (call for call in trace.dynamodb if not call["writeUnits"] and not call["error"])
