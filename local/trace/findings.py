"""Findings of waste in a trace, each with a sentence. Each rule is a function and reports only what is certain."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local.trace.model import Trace
from resolvers.field_config import ROOT_TYPES

N_PLUS_1 = "N+1"
MIN_WASTED_ITEMS = 20  # items that a filter discards; fewer are not reported

TraceEntry = dict[str, Any]


@dataclass(frozen=True)
class WasteFinding:
    """One finding: the name of its rule, the paths of the fields whose functions cause it, and a sentence."""

    name: str
    fields: tuple[str, ...]
    text: str


def analyze(trace: Trace) -> list[WasteFinding]:
    """Returns the findings of a request, in the order of the rules."""
    return [*many_invocations(trace), *many_requests(trace), *read_again(trace), *scans(trace), *filters(trace)]


def many_invocations(trace: Trace) -> Iterator[WasteFinding]:
    """Finds each nested field with more concurrent invocations than its number of parents requires."""
    for group in concurrent_groups(trace):
        field, max_batch = group[0]["field"], group[0]["maxBatch"]
        times, parents = len(group), sum(invocation["batch"] for invocation in group)
        if times > math.ceil(parents / max_batch) or times > max_batch == 1:
            reason = "each with a batch of one" if times == parents else f"where a batch may hold {max_batch}"
            yield WasteFinding(
                N_PLUS_1, (field,), f"{field} was invoked {times} times for {parents} parents, {reason}."
            )


def concurrent_groups(trace: Trace) -> list[list[TraceEntry]]:
    """Returns the invocations of each nested field, grouped by overlapping times.

    Invocations that do not overlap are in different groups, because a later one may depend on an earlier one.
    """
    groups: list[list[TraceEntry]] = []
    end = -math.inf
    nested = [invocation for invocation in trace.resolvers if invocation["field"].partition(".")[0] not in ROOT_TYPES]
    for invocation in sorted(nested, key=lambda entry: (entry["field"], entry["at"])):
        if not groups or groups[-1][0]["field"] != invocation["field"] or invocation["at"] >= end:
            groups.append([])
            end = -math.inf
        groups[-1].append(invocation)
        end = max(end, invocation["end"])
    return groups


def many_requests(trace: Trace) -> Iterator[WasteFinding]:
    """Finds an invocation that reads one by one at least as many keys as it has parents.

    One Query for each parent is not reported: DynamoDB has no request that reads the ranges of several partitions.
    """
    for position, invocation in enumerate(trace.resolvers):
        calls = [call for call in reads(trace) if (call["invocation"], call["operation"]) == (position, "GetItem")]
        times, parents = len({key for call in calls for key in call["keyNames"]}), invocation["batch"]
        if times >= parents > 1:
            text = f"{invocation['field']} sent {times} GetItem requests for {parents} parents, one for each key"
            yield WasteFinding(N_PLUS_1, (invocation["field"],), f"{text}: one BatchGetItem reads 100 keys.")


def read_again(trace: Trace) -> Iterator[WasteFinding]:
    """Finds the same keys or the same range read by several invocations, if the request writes nothing.

    Invocations of different fields cannot share a read: each is a Lambda invocation of its own.
    """
    if any(call["writeUnits"] for call in trace.dynamodb):
        return
    readers: dict[tuple[str | None, str], dict[int, str]] = {}
    for call in reads(trace):
        for key in call["keyNames"]:
            readers.setdefault((call["index"], key), {})[call["invocation"]] = call["resolver"]
    keys_read_again: dict[tuple[str, ...], list[str]] = {}
    for (_, key), field_by_invocation in readers.items():
        if len(field_by_invocation) > 1:
            keys_read_again.setdefault(tuple(dict.fromkeys(field_by_invocation.values())), []).append(key)
    for fields, keys in keys_read_again.items():
        subject = f"{keys[0]} was" if len(keys) == 1 else f"{keys[0]} and {len(keys) - 1} more were"
        reason = ": AppSync shares no results between the invocations of different fields" if len(fields) > 1 else ""
        yield WasteFinding(
            "repeated read", fields, f"{subject} read more than once, by {' and by '.join(fields)}{reason}."
        )


def scans(trace: Trace) -> Iterator[WasteFinding]:
    for call in reads(trace):
        if call["operation"] == "Scan":
            field = call["resolver"]
            yield WasteFinding("Scan", (field,), f"{field} sent a Scan, which reads, and pays for, every item.")


def filters(trace: Trace) -> Iterator[WasteFinding]:
    """Finds a DynamoDB request whose filter discards at least half of the items that it read and paid for."""
    for call in reads(trace):
        if call["scanned"] - call["items"] >= max(MIN_WASTED_ITEMS, call["items"]):
            field, read = call["resolver"], call["scanned"]
            text = f"{field} read, and paid for, {read} items, of which its filter let {call['items']} through."
            yield WasteFinding("filtered away", (field,), text)


def reads(trace: Trace) -> Iterator[TraceEntry]:
    """Returns the reads that succeeded. The client retries one that failed, which is no waste by the resolver."""
    return (call for call in trace.dynamodb if not call["writeUnits"] and not call["error"])
