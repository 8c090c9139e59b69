"""Homes. Every change of one is a single transaction, conditioned on the version it was made from: it keeps the home,
its owner's edge and count, its ZIP's card and its history true together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

from data import clock, history, keys, listings, paging, serialization, users
from data.dynamodb import table
from data.dynamodb.requests import Action, Delete, Item, Put, Query, When
from data.errors import IdempotencyMismatch, InvalidInput, PropertyNotFound, VersionConflict
from data.keys import INVERSE, Key
from data.records import ID, Connection, Edge, FieldChange, HistoryKind, Image, Property, User

REMEMBERED_SECONDS = 24 * 60 * 60
BESIDE = {"version", "updated_at", "image_ids", "cover_image_url", "images"}  # attributes that change along with others
TOLD = tuple(field.name for field in fields(Property) if field.name not in BESIDE)


@dataclass(frozen=True)
class Once:
    """A create that is done once, however often it is asked: whose key, and a hash of what was asked under it."""

    user_id: ID
    key: str
    input_hash: str


class AlreadyMade(Exception):
    """The idempotency key was used within 24 hours."""

    def __init__(self, once: Item) -> None:
        super().__init__(once["property_id"])
        self.id = ID(once["property_id"])
        self.input_hash: str = once["input_hash"]


def by_id(id: ID) -> Property | None:
    """The home as it stands now, without its pictures: one consistent GetItem."""
    item = table.get(keys.property(id), consistent=True)
    return from_item(item) if item else None


def with_images(id: ID) -> Property | None:
    """The home as it stands now, with its pictures in display order: one consistent Query of both."""
    home, found = with_all_images(id)
    return replace(home, images=tuple(found[id] for id in home.image_ids if id in found)) if home else None


def with_all_images(id: ID) -> tuple[Property | None, dict[ID, Image]]:
    """The home, and whatever pictures stand beside it, by their ids: the same one Query."""
    everything = Query(keys.property(id).pk, keys.IMAGES, keys.METADATA)
    items = list(table.query_all(everything, consistent=True))
    home = from_item(items.pop()) if items and items[-1]["sk"] == keys.METADATA else None
    return home, {item["id"]: serialization.load(Image, item) for item in items}


def by_ids(ids: Sequence[ID]) -> list[Property | None]:
    """The home with each id, in the order of `ids`, without pictures: one BatchGetItem for every 100 different ids."""
    found = table.get_many(map(keys.property, ids))
    return [from_item(found[key]) if (key := keys.property(id)) in found else None for id in ids]


def of_users(user_ids: Sequence[ID], first: int, after: str | None) -> list[Connection[Property]]:
    """The homes of each user, newest first: at most `first`, from the cursor `after` on.

    One Query for each different user, all at once, then one BatchGetItem for every 100 different homes.
    Raises BadCursor.
    """
    edges = table.once_each(partial(ids_of_user, first=first, after=after), user_ids)
    ids = list(dict.fromkeys(id for page in edges for id in page.nodes))
    homes = {home.id: home for home in by_ids(ids) if home}
    return [of_homes(page, homes) for page in edges]


def ids_of_user(user_id: ID, first: int, after: str | None) -> Connection[ID]:
    """The ids of a user's homes, newest first: one Query."""
    return paging.page(users.owned(user_id, forward=False), first, after, lambda item: keys.id_in(item["sk"]))


def of_homes(page: Connection[ID], homes: Mapping[ID, Property]) -> Connection[Property]:
    """The same page with homes in place of their ids; one deleted between the two reads is left out."""
    edges = tuple(Edge(cursor=edge.cursor, node=homes[edge.node]) for edge in page.edges if edge.node in homes)
    return Connection(edges=edges, nodes=tuple(edge.node for edge in edges), page_info=page.page_info)


def appearances(id: ID) -> list[Key]:
    """Where a home appears besides its own partition, as edge and as card: one Query of the inverse index."""
    sk = keys.property(id).pk
    found = table.query_all(Query(sk, " ", "~", index=INVERSE))
    return [Key(item["pk"], item["sk"]) for item in found]


def create(home: Property, by: ID, profile: User | None, once: Once | None) -> Property:
    """Makes a home, with its edge, card, first event and one more on its owner's count: one transaction.

    `profile` is what the owner's profile starts as where this is the first home; None where the owner must have one
    already, else UserNotFound. Under the same `once` the home made first is answered (one more GetItem), or raises
    IdempotencyMismatch where other things were asked, or PropertyNotFound where it was deleted since.
    """
    absent = When("attribute_not_exists(#pk)", lambda old: VersionConflict(home.id, 0, (old or {}).get("version", 0)))
    actions: list[Action] = [remembered(once, home)] if once else []
    actions += [
        Put(to_item(home), absent),
        Put(edge(home)),
        users.one_more(profile) if profile else users.one_more_of(home.owner_id),
        history.added(home, HistoryKind.CREATED, by, []),
        *listings.moved(None, listings.card(home)),
    ]
    try:
        table.write(actions)
    except AlreadyMade as made:
        if not once or made.input_hash != once.input_hash:
            raise IdempotencyMismatch(once.key if once else "") from made
        return by_id(made.id) or not_found(made.id)
    return home


def remembered(once: Once, home: Property) -> Put:
    """Holds an idempotency key for 24 hours; an expired one counts as absent, even before DynamoDB deletes it."""
    seconds = clock.seconds(home.created_at)
    item = keys.idempotency(once.user_id, once.key)._asdict() | {
        "property_id": home.id,
        "input_hash": once.input_hash,
        keys.EXPIRES: seconds + REMEMBERED_SECONDS,
    }
    free = f"attribute_not_exists(#pk) OR #{keys.EXPIRES} <= :now"
    return Put(item, When(free, lambda old: AlreadyMade(old or item), {"now": seconds}))


def update(home: Property, changes: Mapping[str, Any], expected_version: int, by: ID) -> Property:
    """Sets attributes of a home: one transaction. Raises VersionConflict, PropertyNotFound, InvalidInput."""
    if home.version != expected_version:
        raise VersionConflict(home.id, expected_version, home.version)
    after = next_version(home, **changes)
    kind, told = difference(home, after, changes)
    if not told:
        raise InvalidInput("input", "changes nothing")
    commit(home, after, kind, by, told)
    return after


def delete(home: Property, expected_version: int, by: ID) -> None:
    """Removes a home with its edge, its card and all its pictures, and lowers its owner's count: one transaction.

    At most 55 actions. Raises VersionConflict or PropertyNotFound.
    """
    if home.version != expected_version:
        raise VersionConflict(home.id, expected_version, home.version)
    table.write(
        [
            Delete(keys.property(home.id), unchanged(home)),
            Delete(keys.ownership(home.owner_id, home.id)),
            users.one_less(home.owner_id),
            history.added(next_version(home), HistoryKind.DELETED, by, []),
            *listings.moved(listings.card(home), None),
            *[Delete(keys.image(home.id, image_id)) for image_id in home.image_ids],
        ]
    )


def commit(
    before: Property,
    after: Property,
    kind: HistoryKind,
    by: ID,
    changes: Sequence[FieldChange],
    beside: Sequence[Action] = (),
) -> None:
    """Writes a home's next version, its event, its card where that changed, and what goes `beside`: one transaction."""
    table.write(
        [
            Put(to_item(after), unchanged(before)),
            history.added(after, kind, by, changes),
            *listings.moved(listings.card(before), listings.card(after)),
            *beside,
        ]
    )


def next_version(home: Property, **changes: Any) -> Property:
    return replace(home, **changes, version=home.version + 1, updated_at=clock.now(after=home.updated_at))


def unchanged(home: Property) -> When:
    """Holds while nobody has written the home since it was read."""

    def refused(found: Item | None) -> Exception:
        return VersionConflict(home.id, home.version, found["version"]) if found else PropertyNotFound(home.id)

    return When("#version = :version", refused, {"version": home.version})


def difference(before: Property, after: Property, names: Iterable[str] = TOLD) -> tuple[HistoryKind, list[FieldChange]]:
    """How history tells that a home became another: each of these attributes that differs, of pictures their ids."""
    different = [name for name in names if getattr(before, name) != getattr(after, name)]
    told = [change(before, after, name) for name in different]
    if before.image_ids != after.image_ids:
        told.append(FieldChange(field="images", before=ids_in(before), after=ids_in(after)))
    return kind_of(different), told


def kind_of(names: Sequence[str]) -> HistoryKind:
    """What a change of these attributes is called; where it is of none, it was of pictures."""
    kinds = {"price": HistoryKind.PRICE_CHANGED, "status": HistoryKind.STATUS_CHANGED}
    others = HistoryKind.DETAILS_CHANGED if names else HistoryKind.PICTURES_CHANGED
    return next((kind for name, kind in kinds.items() if name in names), others)


def ids_in(home: Property) -> str | None:
    return " ".join(home.image_ids) or None


def change(before: Property, after: Property, name: str) -> FieldChange:
    return FieldChange(
        field=serialization.camel(name), before=as_text(getattr(before, name)), after=as_text(getattr(after, name))
    )


def as_text(value: Any) -> str | None:
    plain = serialization.dump(value)
    if isinstance(plain, float):
        return f"{plain:.15g}" if abs(plain) < 1e15 else repr(plain)
    return None if plain is None else str(plain)


def not_found(id: ID) -> Property:
    raise PropertyNotFound(id)


def edge(home: Property) -> Item:
    """Puts a home among its owner's."""
    key = keys.ownership(home.owner_id, home.id)
    return key._asdict() | keys.inverse(key)


def to_item(home: Property) -> Item:
    return keys.property(home.id)._asdict() | serialization.item(replace(home, images=None))


def from_item(item: Mapping[str, Any]) -> Property:
    return serialization.load(Property, item)
