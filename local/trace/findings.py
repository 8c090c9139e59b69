"""What a trace shows to be wasteful, in words. Only what is certain is told; each rule is a function."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local.trace.model import Trace
from resolvers.field_config import ROOTS

N_PLUS_1 = "N+1"
ONE_BY_ONE = {"GetItem": "where one BatchGetItem reads 100 keys", "Query": "and one more for each further parent"}
WASTED = 20  # items read and filtered away; fewer are not worth a word

Noted = dict[str, Any]


@dataclass(frozen=True)
class Finding:
    """What is wasteful: its name, the fields whose functions do it, and a sentence."""

    name: str
    fields: tuple[str, ...]
    text: str


def of(trace: Trace) -> list[Finding]:
    """What is wasteful in a request, rule by rule."""
    return [*many_invocations(trace), *many_requests(trace), *read_again(trace), *scans(trace), *filters(trace)]


def many_invocations(trace: Trace) -> Iterator[Finding]:
    """Of one nested field more invocations are under way at once than its parents fill batches."""
    for wave in waves(trace):
        field, most = wave[0]["field"], wave[0]["most"]
        times, parents = len(wave), sum(invocation["batch"] for invocation in wave)
        if times > math.ceil(parents / most) or times > most == 1:
            why = "each with a batch of one" if times == parents else f"where a batch may hold {most}"
            yield Finding(N_PLUS_1, (field,), f"{field} was invoked {times} times for {parents} parents, {why}.")


def waves(trace: Trace) -> list[list[Noted]]:
    """The invocations of each nested field, those together whose times overlap: others may have waited for them."""
    found: list[list[Noted]] = []
    end = -math.inf
    nested = [invocation for invocation in trace.resolvers if invocation["field"].partition(".")[0] not in ROOTS]
    for invocation in sorted(nested, key=lambda one: (one["field"], one["at"])):
        if not found or found[-1][0]["field"] != invocation["field"] or invocation["at"] >= end:
            found.append([])
            end = -math.inf
        found[-1].append(invocation)
        end = max(end, invocation["end"])
    return found


def many_requests(trace: Trace) -> Iterator[Finding]:
    """An invocation reads one by one, at least as many keys or ranges as it has parents."""
    for place, invocation in enumerate(trace.resolvers):
        for operation, instead in ONE_BY_ONE.items():
            asked = [call for call in reads(trace) if (call["invocation"], call["operation"]) == (place, operation)]
            times = len({key for call in asked for key in call["where"]})
            if times >= invocation["batch"] > 1:
                many = f"{invocation['field']} asked one by one for {invocation['batch']} parents"
                yield Finding(N_PLUS_1, (invocation["field"],), f"{many}: {times} {operation} requests, {instead}.")


def read_again(trace: Trace) -> Iterator[Finding]:
    """The same keys, or the same range, read by several invocations of a request that writes nothing in between."""
    if any(call["writeUnits"] for call in trace.dynamodb):
        return
    readers: dict[tuple[str | None, str], dict[int, str]] = {}
    for call in reads(trace):
        for key in call["where"]:
            readers.setdefault((call["index"], key), {})[call["invocation"]] = call["resolver"]
    again: dict[tuple[str, ...], list[str]] = {}
    for (_, key), by in readers.items():
        if len(by) > 1:
            again.setdefault(tuple(dict.fromkeys(by.values())), []).append(key)
    for fields, keys in again.items():
        what = f"{keys[0]} was" if len(keys) == 1 else f"{keys[0]} and {len(keys) - 1} more were"
        yield Finding("read again", fields, f"{what} read more than once, by {' and by '.join(fields)}.")


def scans(trace: Trace) -> Iterator[Finding]:
    for call in reads(trace):
        if call["operation"] == "Scan":
            field = call["resolver"]
            yield Finding("Scan", (field,), f"{field} made a Scan, which reads, and pays for, all that there is.")


def filters(trace: Trace) -> Iterator[Finding]:
    """Half of what a request reads, or more, is filtered away after it was paid for."""
    for call in reads(trace):
        if call["scanned"] - call["items"] >= max(WASTED, call["items"]):
            field, read = call["resolver"], call["scanned"]
            text = f"{field} read, and paid for, {read} items, of which its filter let {call['items']} through."
            yield Finding("filtered away", (field,), text)


def reads(trace: Trace) -> Iterator[Noted]:
    """The reads that were answered: one that failed is asked again, which is no waste of the resolver's."""
    return (call for call in trace.dynamodb if not call["writeUnits"] and not call["error"])
