"""contracts/fields.json: callers, batches, caches and limits, if they change a client's result."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from schema_diff.changes import Change
from schema_diff.contracts import artefact
from schema_diff.contracts.artefact import ContractFile
from schema_diff.graphql import access
from schema_diff.sources.source import FIELDS, SourceText

REST_CACHES = ("cacheSeconds", "tokenSeconds")  # for these times a response may be stale
INVISIBLE_LIMITS = ("compressedBytes",)  # client and gateway negotiate the compression

KindTextDetail = tuple[str, str, str]  # the kind of a change, its description, and the detail in its id


@dataclass(frozen=True)
class CacheConfig:
    seconds: int
    keys: frozenset[str]


def changes(before: SourceText, after: SourceText) -> Iterator[Change]:
    """Yields changes of the fields that both versions have, and of limits. The schema has added and removed fields."""
    old, new = artefact.read(before), artefact.read(after)
    for path in sorted(old.objects("fields").keys() & new.objects("fields").keys()):
        for change in (*access_changes(path, old, new), *resolution_changes(path, old, new)):
            yield add_lines(change, ("fields", path), old, new)
    yield from number_changes(("limits",), old, new)
    yield from number_changes(("rest",), old, new)
    yield from usage_plan_changes(old, new)


def add_lines(change: Change, path: artefact.Path, old: ContractFile, new: ContractFile) -> Change:
    return replace(change, contract=FIELDS, line=new.line(*path), base_line=old.line(*path))


def access_changes(path: str, old: ContractFile, new: ContractFile) -> Iterator[Change]:
    before, after = (frozenset(map(auth_mode, contract.strings("fields", path, "auth"))) for contract in (old, new))
    if before != after:
        yield from access.access_changes(path, before, after, frozenset({path}))


def auth_mode(directive: str) -> str:
    return access.AUTH_MODES.get(directive.removeprefix("@"), directive)


def resolution_changes(path: str, old: ContractFile, new: ContractFile) -> Iterator[Change]:
    """Each change of how a field is resolved."""
    entries = [
        *cache_changes(read_cache(old, path), read_cache(new, path)),
        *batch_changes(batch_text(old, path), batch_text(new, path)),
        *eviction_changes(eviction_texts(old, path), eviction_texts(new, path)),
        *function_changes(old.value_at("fields", path, "function"), new.value_at("fields", path, "function")),
    ]
    for kind, description, detail in entries:
        yield Change(kind, path, description, detail, frozenset({path}))


def read_cache(contract: ContractFile, path: str) -> CacheConfig | None:
    cache_path = ("fields", path, "cache")
    if contract.value_at(*cache_path) is None:
        return None
    return CacheConfig(contract.number(*cache_path, "seconds"), frozenset(contract.strings(*cache_path, "keys")))


def batch_text(contract: ContractFile, path: str) -> str:
    """Returns a batch as text; empty if there is none."""
    batch_path = ("fields", path, "batch")
    if contract.value_at(*batch_path) is None:
        return ""
    by = contract.value_at(*batch_path, "by")
    return f"{contract.number(*batch_path, 'size')}" + (f" by {by}" if by else "")


def eviction_texts(contract: ContractFile, path: str) -> list[str]:
    """Returns each eviction as text, `Query.property(arguments.id=arguments.propertyId)`."""
    evicts_path = ("fields", path, "evicts")
    texts = []
    for entry in contract.members(*evicts_path):
        keys = entry.get("keys") if isinstance(entry, dict) else None
        if not isinstance(keys, dict) or "field" not in entry:
            raise contract.format_error(evicts_path, "a list of evictions")
        texts.append(f"{entry['field']}({','.join(f'{key}={value}' for key, value in sorted(keys.items()))})")
    return texts


def cache_changes(before: CacheConfig | None, after: CacheConfig | None) -> Iterator[KindTextDetail]:
    if before is None and after:
        description = f"its result is cached for {after.seconds} s by {' and '.join(sorted(after.keys))}"
        yield "cache-added", description, str(after.seconds)
    if before and after is None:
        yield "cache-removed", "its result is not cached any more", ""
    if before and after:
        by, detail = " and ".join(sorted(after.keys)), "+".join(sorted(after.keys))
        if dropped := before.keys - after.keys:
            yield (
                "cache-key-removed",
                f"its cache key is {by}, without {' and '.join(sorted(dropped))}",
                detail,
            )
        elif before.keys != after.keys:
            yield "cache-key-added", f"its cache key is {by}", detail
        if before.seconds != after.seconds:
            kind = "cache-longer" if after.seconds > before.seconds else "cache-shorter"
            yield (
                kind,
                f"its result was cached for {before.seconds} s, and is for {after.seconds} s",
                str(after.seconds),
            )


def batch_changes(before: str, after: str) -> Iterator[KindTextDetail]:
    if before == after:
        return
    if before and after:
        yield "batch-changed", f"its batch was {before} and is {after}", after.replace(" ", "-")
        return
    was, now = (f"in batches of {size}" if size else "one by one" for size in (before, after))
    yield "batch-added" if after else "batch-removed", f"it was resolved {was}, and is {now}", ""


def eviction_changes(before: list[str], after: list[str]) -> Iterator[KindTextDetail]:
    if sorted(before) == sorted(after):
        return
    kind = "eviction-removed" if set(before) - set(after) else "eviction-added"
    was, now = (" and ".join(sorted(fields)) or "nothing" for fields in (before, after))
    yield kind, f"it evicted {was}, and now {now}", "+".join(sorted(after))


def function_changes(before: Any, after: Any) -> Iterator[KindTextDetail]:
    if before != after:
        was, now = (f"the function {name}" if name else "AppSync itself" for name in (before, after))
        yield "function-changed", f"{was} resolved it, and {now} does now", str(after or "none")


def usage_plan_changes(old: ContractFile, new: ContractFile) -> Iterator[Change]:
    before, after = old.objects("usagePlans"), new.objects("usagePlans")
    for name in before:
        plan_path = ("usagePlans", name)
        if name in after:
            yield from number_changes(plan_path, old, new)
        else:
            change = Change("usage-plan-removed", ".".join(plan_path), f"there is no usage plan {name} any more")
            yield add_lines(change, plan_path, old, new)


def number_changes(section: artefact.Path, old: ContractFile, new: ContractFile) -> Iterator[Change]:
    """Numbers of a section that became smaller or greater."""
    for name in sorted(old.objects(*section).keys() & new.objects(*section).keys() - set(INVISIBLE_LIMITS)):
        number_path = (*section, name)
        was, now = old.number(*number_path), new.number(*number_path)
        if was != now:
            kinds = ("cache-shorter", "cache-longer") if name in REST_CACHES else ("limit-lowered", "limit-raised")
            description = f"{name} was {was:,} and is {now:,}"
            yield add_lines(
                Change(kinds[now > was], ".".join(number_path), description, str(now)), number_path, old, new
            )
