"""contracts/table.json: stored items keep the keys that they were written under, whatever the code now reads."""

from collections.abc import Iterator
from typing import Any

from schema_diff.changes import Change
from schema_diff.contracts import artefact
from schema_diff.contracts.artefact import ContractFile
from schema_diff.sources.source import TABLE, SourceText

ATTRIBUTES = ("partitionKey", "sortKey", "ttlAttribute")


def changes(before: SourceText, after: SourceText) -> Iterator[Change]:
    """Key patterns, indexes and key attributes that were added, removed or changed."""
    old, new = artefact.read(before), artefact.read(after)
    for name in ATTRIBUTES:
        yield from attribute_changes(name, old, new)
    yield from index_changes(old, new)
    for section in ("items", "partitions"):
        yield from pattern_changes(section, old, new)
    yield from id_changes(old, new)


def build_change(
    kind: str, path: tuple[str, ...], description: str, old: ContractFile, new: ContractFile, detail: str = ""
) -> Change:
    return Change(kind, path[-1], description, detail, contract=TABLE, line=new.line(*path), base_line=old.line(*path))


def attribute_changes(name: str, old: ContractFile, new: ContractFile) -> Iterator[Change]:
    was, now = value_text(old.value_at(name)), value_text(new.value_at(name))
    if was != now:
        yield build_change("key-attribute-changed", (name,), f"{name} was {was} and is {now}", old, new, now)


def pattern_changes(section: str, old: ContractFile, new: ContractFile) -> Iterator[Change]:
    """Keys of example items. An item that goes by another name, with the same keys, is no change."""
    before, after = old.objects(section), new.objects(section)
    names = key_attributes(old) & key_attributes(new)  # those of an index that one side has not are its own change
    old_patterns = {name: key_text(entry, names) for name, entry in before.items()}
    new_patterns = {name: key_text(entry, names) for name, entry in after.items()}
    for name, was in old_patterns.items():
        now = new_patterns.get(name)
        if now is None and was in new_patterns.values():
            continue
        if now is None:
            description = f"items under {was} are not read any more"
            yield build_change("key-pattern-changed", (section, name), description, old, new)
        elif (
            isinstance(before[name], dict)
            and isinstance(after[name], dict)
            and before[name].items() <= after[name].items()
        ):
            if now != was:
                description = f"items under {was} are now in an index as well, by {now}"
                yield build_change("index-item-added", (section, name), description, old, new, now)
        elif now != was:
            description = f"items under {was} are now read under {now}"
            yield build_change("key-pattern-changed", (section, name), description, old, new, now)
    for name, now in new_patterns.items():
        if name not in old_patterns and now not in old_patterns.values():
            yield build_change("key-pattern-added", (section, name), f"there may be items under {now}", old, new)


def index_changes(old: ContractFile, new: ContractFile) -> Iterator[Change]:
    before, after = old.objects("indexes"), new.objects("indexes")
    for name, entry in before.items():
        was, now = value_text(entry), value_text(after[name]) if name in after else None
        if now is None:
            yield build_change(
                "index-removed", ("indexes", name), f"the index {name} is not created any more", old, new
            )
        elif now != was:
            description = f"the index {name} was {was} and is {now}"
            yield build_change("index-changed", ("indexes", name), description, old, new, now)
    for name in sorted(after.keys() - before.keys()):
        yield build_change("index-added", ("indexes", name), f"there is a new index, {name}", old, new)


def id_changes(old: ContractFile, new: ContractFile) -> Iterator[Change]:
    """The ids that are read from parts of keys."""
    after = new.objects("ids")
    for part, was in old.objects("ids").items():
        if part in after and after[part] != was:
            description = f"the id in {part} was {was} and is {after[part]}"
            yield build_change("key-parsing-changed", ("ids", part), description, old, new, value_text(after[part]))


def key_attributes(contract: ContractFile) -> set[str]:
    """The names of the attributes that the keys of the table and of its indexes are made of."""
    paths = [(), *(("indexes", name) for name in contract.objects("indexes"))]
    return {str(contract.value_at(*path, key, "name")) for path in paths for key in ("partitionKey", "sortKey")}


def key_text(entry: Any, names: set[str]) -> str:
    """The key attributes of an item, `pk=PROP#1,sk=METADATA`; a partition by itself."""
    if isinstance(entry, dict):
        return ",".join(f"{name}={value}" for name, value in sorted(entry.items()) if name in names)
    return str(entry)


def value_text(entry: Any) -> str:
    """An attribute or an index, by all that it says: `pk/S/list_price/N/ALL`."""
    if isinstance(entry, dict):
        return "/".join(map(value_text, entry.values()))
    return str(entry)
