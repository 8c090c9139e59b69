"""contracts/errors.json: clients switch on an error's type, and read the facts in its `errorInfo`."""

from collections.abc import Iterator

from schema_diff.changes import Change
from schema_diff.contracts import artefact
from schema_diff.contracts.artefact import Artefact
from schema_diff.sources.source import ERRORS, Text


def changes(before: Text, after: Text) -> Iterator[Change]:
    """Error types and their facts that were added, removed or changed, and fields that return other errors."""
    old, new = artefact.read(before), artefact.read(after)
    were, are = old.objects("errors"), new.objects("errors")
    for type in sorted(were.keys() - are.keys()):
        what = f"the error type {type} does not exist any more"
        yield change("error-type-removed", type, what, old, new, fields=fields(old, type))
    for type in sorted(are.keys() - were.keys()):
        paths = fields(new, type) & answering(old)
        what = f"there is a new error type, {type}"
        if paths:
            what += f", returned by {', '.join(sorted(paths))}"
        yield change("error-type-added", type, what, old, new, fields=paths)
    for type in sorted(were.keys() & are.keys()):
        yield from of_info(type, old, new)
        yield from of_retry(type, old, new)
        yield from of_fields(type, old, new)


def change(
    kind: str, where: str, what: str, old: Artefact, new: Artefact, to: str = "", fields: frozenset[str] = frozenset()
) -> Change:
    type, _, key = where.partition(".")
    place = ("errors", type, "errorInfo", key) if key else ("errors", type)
    line, was = new.line(*place), old.line(*place)
    return Change(kind, where, what, to, fields, contract=ERRORS, line=line, was=was)


def fields(side: Artefact, type: str) -> frozenset[str]:
    """The fields that may return an error type."""
    return frozenset(side.texts("errors", type, "fields"))


def answering(side: Artefact) -> frozenset[str]:
    """All fields that a function answers: each may return some error."""
    return frozenset().union(*(fields(side, type) for type in side.objects("errors")))


def of_info(type: str, old: Artefact, new: Artefact) -> Iterator[Change]:
    before, after = (side.objects("errors", type, "errorInfo") for side in (old, new))
    paths = fields(old, type)
    for key, was in before.items():
        where, now = f"{type}.{key}", after.get(key)
        if key not in after:
            yield change(
                "error-info-removed", where, f"errorInfo of {type} has no {key} any more", old, new, fields=paths
            )
        elif now != was:
            what = f"{key} in errorInfo of {type} was a {was} and is a {now}"
            yield change("error-info-changed", where, what, old, new, str(now), paths)
    for key in sorted(after.keys() - before.keys()):
        yield change("error-info-added", f"{type}.{key}", f"errorInfo of {type} has a new {key}", old, new)


def of_retry(type: str, old: Artefact, new: Artefact) -> Iterator[Change]:
    was, now = (side.at("errors", type, "retryable") for side in (old, new))
    if was and not now:
        what = f"after {type} the same request may not be sent again any more"
        yield change("error-retry-withdrawn", type, what, old, new, fields=fields(old, type))
    elif now and not was:
        yield change("error-retry-allowed", type, f"after {type} the same request may be sent again", old, new)


def of_fields(type: str, old: Artefact, new: Artefact) -> Iterator[Change]:
    """Fields that return an error for the first time, or no more; not fields that one side has not."""
    before, after = fields(old, type), fields(new, type)
    for path in sorted((after - before) & answering(old)):
        yield placed("error-returned", path, f"it may now return {type}", old, new, type)
    for path in sorted((before - after) & answering(new)):
        yield placed("error-dropped", path, f"it does not return {type} any more", old, new, type)


def placed(kind: str, path: str, what: str, old: Artefact, new: Artefact, type: str) -> Change:
    line, was = new.line("errors", type), old.line("errors", type)
    return Change(kind, path, what, type, frozenset({path}), contract=ERRORS, line=line, was=was)
