"""contracts/table.json: stored items keep the keys that they were written under, whatever the code now reads."""

from collections.abc import Iterator
from typing import Any

from schema_diff.changes import Change
from schema_diff.contracts import artefact
from schema_diff.contracts.artefact import Artefact
from schema_diff.sources.source import TABLE, Text

ATTRIBUTES = ("partitionKey", "sortKey", "ttlAttribute")


def changes(before: Text, after: Text) -> Iterator[Change]:
    """Key patterns, indexes and key attributes that were added, removed or changed."""
    old, new = artefact.read(before), artefact.read(after)
    for name in ATTRIBUTES:
        yield from of_attribute(name, old, new)
    yield from of_indexes(old, new)
    for section in ("items", "partitions"):
        yield from of_patterns(section, old, new)
    yield from of_ids(old, new)


def change(kind: str, path: tuple[str, ...], what: str, old: Artefact, new: Artefact, to: str = "") -> Change:
    return Change(kind, path[-1], what, to, contract=TABLE, line=new.line(*path), was=old.line(*path))


def of_attribute(name: str, old: Artefact, new: Artefact) -> Iterator[Change]:
    was, now = values(old.at(name)), values(new.at(name))
    if was != now:
        yield change("key-attribute-changed", (name,), f"{name} was {was} and is {now}", old, new, now)


def of_patterns(section: str, old: Artefact, new: Artefact) -> Iterator[Change]:
    """Keys of example items. An item that goes by another name, with the same keys, is no change."""
    before, after = old.objects(section), new.objects(section)
    names = key_attributes(old) & key_attributes(new)  # those of an index that one side has not are its own change
    patterns = {name: members(entry, names) for name, entry in before.items()}
    present = {name: members(entry, names) for name, entry in after.items()}
    for name, was in patterns.items():
        now = present.get(name)
        if now is None and was in present.values():
            continue
        if now is None:
            what = f"items under {was} are not read any more"
            yield change("key-pattern-changed", (section, name), what, old, new)
        elif isinstance(before[name], dict) and before[name].items() <= after[name].items():
            if now != was:
                what = f"items under {was} are now in an index as well, by {now}"
                yield change("index-item-added", (section, name), what, old, new, now)
        elif now != was:
            what = f"items under {was} are now read under {now}"
            yield change("key-pattern-changed", (section, name), what, old, new, now)
    for name, now in present.items():
        if name not in patterns and now not in patterns.values():
            yield change("key-pattern-added", (section, name), f"there may be items under {now}", old, new)


def of_indexes(old: Artefact, new: Artefact) -> Iterator[Change]:
    before, after = old.objects("indexes"), new.objects("indexes")
    for name, entry in before.items():
        was, now = values(entry), values(after[name]) if name in after else None
        if now is None:
            yield change("index-removed", ("indexes", name), f"the index {name} is not created any more", old, new)
        elif now != was:
            what = f"the index {name} was {was} and is {now}"
            yield change("index-changed", ("indexes", name), what, old, new, now)
    for name in sorted(after.keys() - before.keys()):
        yield change("index-added", ("indexes", name), f"there is a new index, {name}", old, new)


def of_ids(old: Artefact, new: Artefact) -> Iterator[Change]:
    """The ids that are read from parts of keys."""
    after = new.objects("ids")
    for part, was in old.objects("ids").items():
        if part in after and after[part] != was:
            what = f"the id in {part} was {was} and is {after[part]}"
            yield change("key-parsing-changed", ("ids", part), what, old, new, values(after[part]))


def key_attributes(side: Artefact) -> set[str]:
    """The names of the attributes that the keys of the table and of its indexes are made of."""
    places = [(), *(("indexes", name) for name in side.objects("indexes"))]
    return {str(side.at(*place, key, "name")) for place in places for key in ("partitionKey", "sortKey")}


def members(entry: Any, names: set[str]) -> str:
    """The key attributes of an item, `pk=PROP#1,sk=METADATA`; a partition by itself."""
    if isinstance(entry, dict):
        return ",".join(f"{name}={value}" for name, value in sorted(entry.items()) if name in names)
    return str(entry)


def values(entry: Any) -> str:
    """An attribute or an index, by all that it says: `pk/S/list_price/N/ALL`."""
    if isinstance(entry, dict):
        return "/".join(map(values, entry.values()))
    return str(entry)
