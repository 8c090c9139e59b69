"""contracts/fields.json: callers, batches, caches and limits, if they alter what a client is answered."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from schema_diff.changes import Change
from schema_diff.contracts import artefact
from schema_diff.contracts.artefact import Artefact
from schema_diff.graphql import access
from schema_diff.sources.source import FIELDS, Text

REST_CACHES = ("cacheSeconds", "tokenSeconds")  # for these times an answer may be stale
UNNOTICED = ("compressedBytes",)  # client and gateway negotiate the compression

Said = tuple[str, str, str]  # the kind of a change, what it is, and its word in the id


@dataclass(frozen=True)
class Cache:
    seconds: int
    keys: frozenset[str]


def changes(before: Text, after: Text) -> Iterator[Change]:
    """Changes of the fields that both sides have, and of limits. A field that came or went shows in the schema."""
    old, new = artefact.read(before), artefact.read(after)
    for path in sorted(old.objects("fields").keys() & new.objects("fields").keys()):
        for change in (*of_access(path, old, new), *of_field(path, old, new)):
            yield placed(change, ("fields", path), old, new)
    yield from of_numbers(("limits",), old, new)
    yield from of_numbers(("rest",), old, new)
    yield from of_plans(old, new)


def placed(change: Change, path: artefact.Path, old: Artefact, new: Artefact) -> Change:
    return replace(change, contract=FIELDS, line=new.line(*path), was=old.line(*path))


def of_access(path: str, old: Artefact, new: Artefact) -> Iterator[Change]:
    before, after = (frozenset(map(caller, side.texts("fields", path, "auth"))) for side in (old, new))
    if before != after:
        yield from access.moved(path, before, after, frozenset({path}))


def caller(directive: str) -> str:
    return access.MODES.get(directive.removeprefix("@"), directive)


def of_field(path: str, old: Artefact, new: Artefact) -> Iterator[Change]:
    """Each change of how a field is resolved."""
    said = [
        *of_cache(cache(old, path), cache(new, path)),
        *of_batch(batch(old, path), batch(new, path)),
        *of_evictions(evictions(old, path), evictions(new, path)),
        *of_function(old.at("fields", path, "function"), new.at("fields", path, "function")),
    ]
    for kind, what, to in said:
        yield Change(kind, path, what, to, frozenset({path}))


def cache(side: Artefact, path: str) -> Cache | None:
    place = ("fields", path, "cache")
    if side.at(*place) is None:
        return None
    return Cache(side.number(*place, "seconds"), frozenset(side.texts(*place, "keys")))


def batch(side: Artefact, path: str) -> str:
    """A batch in one word; empty if there is none."""
    place = ("fields", path, "batch")
    if side.at(*place) is None:
        return ""
    by = side.at(*place, "by")
    return f"{side.number(*place, 'size')}" + (f" by {by}" if by else "")


def evictions(side: Artefact, path: str) -> list[str]:
    """Each eviction in one word, `Query.property(arguments.id=arguments.propertyId)`."""
    place = ("fields", path, "evicts")
    found = []
    for entry in side.members(*place):
        keys = entry.get("keys") if isinstance(entry, dict) else None
        if not isinstance(keys, dict) or "field" not in entry:
            raise side.misfit(place, "a list of evictions")
        found.append(f"{entry['field']}({','.join(f'{key}={value}' for key, value in sorted(keys.items()))})")
    return found


def of_cache(before: Cache | None, after: Cache | None) -> Iterator[Said]:
    if before is None and after:
        what = f"its answer is kept {after.seconds} s by {' and '.join(sorted(after.keys))}"
        yield "cache-added", what, str(after.seconds)
    if before and after is None:
        yield "cache-removed", "its answer is kept no more", ""
    if before and after:
        by, to = " and ".join(sorted(after.keys)), "+".join(sorted(after.keys))
        if dropped := before.keys - after.keys:
            yield "cache-shared", f"its answer is kept by {by}, and {' and '.join(sorted(dropped))} no more", to
        elif before.keys != after.keys:
            yield "cache-split", f"its answer is kept by {by}", to
        if before.seconds != after.seconds:
            kind = "cache-longer" if after.seconds > before.seconds else "cache-shorter"
            yield kind, f"its answer was kept {before.seconds} s, and is {after.seconds} s", str(after.seconds)


def of_batch(before: str, after: str) -> Iterator[Said]:
    if before == after:
        return
    if before and after:
        yield "batch-changed", f"its batch was {before} and is {after}", after.replace(" ", "-")
        return
    was, now = (f"in batches of {one}" if one else "one by one" for one in (before, after))
    yield "batch-added" if after else "batch-removed", f"it was answered {was}, and is {now}", ""


def of_evictions(before: list[str], after: list[str]) -> Iterator[Said]:
    if sorted(before) == sorted(after):
        return
    kind = "evicts-less" if set(before) - set(after) else "evicts-more"
    was, now = (" and ".join(sorted(one)) or "nothing" for one in (before, after))
    yield kind, f"it made stale {was}, and now {now}", "+".join(sorted(after))


def of_function(before: Any, after: Any) -> Iterator[Said]:
    if before != after:
        was, now = (f"the function {one}" if one else "AppSync itself" for one in (before, after))
        yield "function-changed", f"{was} answered it, and {now} does", str(after or "none")


def of_plans(old: Artefact, new: Artefact) -> Iterator[Change]:
    before, after = old.objects("usagePlans"), new.objects("usagePlans")
    for name in before:
        place = ("usagePlans", name)
        if name in after:
            yield from of_numbers(place, old, new)
        else:
            change = Change("usage-plan-removed", ".".join(place), f"there is no usage plan {name} any more")
            yield placed(change, place, old, new)


def of_numbers(section: artefact.Path, old: Artefact, new: Artefact) -> Iterator[Change]:
    """Numbers of a section that became smaller or greater."""
    for name in sorted(old.objects(*section).keys() & new.objects(*section).keys() - set(UNNOTICED)):
        place = (*section, name)
        was, now = old.number(*place), new.number(*place)
        if was != now:
            names = ("cache-shorter", "cache-longer") if name in REST_CACHES else ("limit-lowered", "limit-raised")
            what = f"{name} was {was:,} and is {now:,}"
            yield placed(Change(names[now > was], ".".join(place), what, str(now)), place, old, new)
