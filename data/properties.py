"""Properties. Each change is one transaction, conditional on the version that was read. The transaction keeps the
property, its ownership item, the owner's count, its listing and its history consistent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from functools import partial
from typing import Any, NoReturn

from data import clock, history, idempotency, keys, listings, paging, serialization, users
from data.dynamodb import table
from data.dynamodb.requests import Action, Condition, Delete, Item, Put, Query
from data.errors import IdempotencyMismatch, InvalidInput, PropertyNotFound, VersionConflict
from data.idempotency import IdempotencyKey, IdempotencyKeyUsed
from data.keys import INVERSE, Key
from data.records import ID, Connection, Edge, FieldChange, HistoryKind, Image, Property, User

DERIVED_ATTRIBUTES = {"version", "updated_at", "image_ids", "cover_image_url", "images"}  # not in the history
HISTORY_ATTRIBUTES = tuple(field.name for field in fields(Property) if field.name not in DERIVED_ATTRIBUTES)


def by_id(id: ID) -> Property | None:
    """Returns the current property without its images, or None. Cost: one consistent GetItem."""
    item = table.get(keys.property(id), consistent=True)
    return from_item(item) if item else None


def with_images(id: ID) -> Property | None:
    """Returns the current property with its images in display order, or None. Cost: one consistent Query."""
    property_, images = with_all_images(id)
    return (
        replace(property_, images=tuple(images[id] for id in property_.image_ids if id in images))
        if property_
        else None
    )


def with_all_images(id: ID) -> tuple[Property | None, dict[ID, Image]]:
    """Returns the property, or None, and all image items of its partition by id. Cost: one consistent Query."""
    query = Query(keys.property(id).pk, keys.IMAGE_PREFIX, keys.METADATA)
    items = list(table.query_all(query, consistent=True))
    property_ = from_item(items.pop()) if items and items[-1]["sk"] == keys.METADATA else None
    return property_, {item["id"]: serialization.from_plain(Image, item) for item in items}


def by_ids(ids: Sequence[ID]) -> list[Property | None]:
    """Returns the property with each id, or None, without images, in the order of `ids`.

    Cost: one BatchGetItem for every 100 different ids.
    """
    items = table.get_many(map(keys.property, ids))
    return [from_item(items[key]) if (key := keys.property(id)) in items else None for id in ids]


def of_users(user_ids: Sequence[ID], first: int, after: str | None) -> list[Connection[Property]]:
    """Returns the properties of each user, newest first: at most `first`, starting after the cursor `after`.

    Cost: one Query for each different user, concurrently, then one BatchGetItem for every 100 different properties.
    Raises InvalidCursor.
    """
    id_pages = table.map_unique(partial(ids_of_user, first=first, after=after), user_ids)
    ids = list(dict.fromkeys(id for page in id_pages for id in page.nodes))
    property_by_id = {property_.id: property_ for property_ in by_ids(ids) if property_}
    return [replace_ids(page, property_by_id) for page in id_pages]


def ids_of_user(user_id: ID, first: int, after: str | None) -> Connection[ID]:
    """Returns the ids of a user's properties, newest first. Cost: one Query. Raises InvalidCursor."""
    return paging.paginate(
        users.ownership_query(user_id, ascending=False), first, after, lambda item: keys.parse_id(item["sk"])
    )


def replace_ids(page: Connection[ID], property_by_id: Mapping[ID, Property]) -> Connection[Property]:
    """Returns the page with properties instead of ids. A property deleted between the two reads is left out."""
    edges = tuple(
        Edge(cursor=edge.cursor, node=property_by_id[edge.node]) for edge in page.edges if edge.node in property_by_id
    )
    return Connection(edges=edges, nodes=tuple(edge.node for edge in edges), page_info=page.page_info)


def related_keys(id: ID) -> list[Key]:
    """Returns the keys of a property's ownership and listing items. Cost: one Query of the inverse index."""
    sk = keys.property(id).pk
    items = table.query_all(Query(sk, " ", "~", index=INVERSE))
    return [Key(item["pk"], item["sk"]) for item in items]


def create(
    property_: Property, created_by: ID, profile: User | None, idempotency_key: IdempotencyKey | None
) -> Property:
    """Creates a property, its ownership item, listing and first event, and counts it.

    Cost: one transaction, and one GetItem if `idempotency_key` is repeated.
    `profile` is created if the owner has none. Without `profile`, raises UserNotFound if the owner has none.
    A repeated `idempotency_key` returns the first property. Then it raises IdempotencyMismatch if the input differs,
    or PropertyNotFound if the property was deleted.
    """
    if_absent = Condition(
        "attribute_not_exists(#pk)",
        lambda existing: VersionConflict(property_.id, 0, (existing or {}).get("version", 0)),
    )
    actions: list[Action] = [idempotency.put_key(idempotency_key, property_)] if idempotency_key else []
    actions += [
        Put(to_item(property_), if_absent),
        Put(ownership_item(property_)),
        users.increment_property_count_or_create(profile)
        if profile
        else users.increment_property_count(property_.owner_id),
        history.put_event(property_, HistoryKind.CREATED, created_by, []),
        *listings.listing_writes(None, listings.listing_of(property_)),
    ]
    try:
        table.write(actions)
    except IdempotencyKeyUsed as error:
        if not idempotency_key or error.input_hash != idempotency_key.input_hash:
            raise IdempotencyMismatch(idempotency_key.key if idempotency_key else "") from error
        return by_id(error.id) or raise_not_found(error.id)
    return property_


def update(property_: Property, changes: Mapping[str, Any], expected_version: int, changed_by: ID) -> Property:
    """Sets attributes of a property. Cost: one transaction. Raises VersionConflict, PropertyNotFound, InvalidInput."""
    if property_.version != expected_version:
        raise VersionConflict(property_.id, expected_version, property_.version)
    after = next_version(property_, **changes)
    kind, field_changes = diff(property_, after, changes)
    if not field_changes:
        raise InvalidInput("input", "changes nothing")
    commit(property_, after, kind, changed_by, field_changes)
    return after


def delete(property_: Property, expected_version: int, deleted_by: ID) -> None:
    """Deletes a property with its ownership item, listing and images, and decrements the owner's count.

    Cost: one transaction of at most 55 actions. Raises VersionConflict or PropertyNotFound.
    """
    if property_.version != expected_version:
        raise VersionConflict(property_.id, expected_version, property_.version)
    table.write(
        [
            Delete(keys.property(property_.id), if_version_matches(property_)),
            Delete(keys.ownership(property_.owner_id, property_.id)),
            users.decrement_property_count(property_.owner_id),
            history.put_event(next_version(property_), HistoryKind.DELETED, deleted_by, []),
            *listings.listing_writes(listings.listing_of(property_), None),
            *[Delete(keys.image(property_.id, image_id)) for image_id in property_.image_ids],
        ]
    )


def commit(
    before: Property,
    after: Property,
    kind: HistoryKind,
    changed_by: ID,
    changes: Sequence[FieldChange],
    extra_actions: Sequence[Action] = (),
) -> None:
    """Writes the next version of a property, its event, its listing if it changed, and `extra_actions`.

    Cost: one transaction. Raises VersionConflict or PropertyNotFound.
    """
    table.write(
        [
            Put(to_item(after), if_version_matches(before)),
            history.put_event(after, kind, changed_by, changes),
            *listings.listing_writes(listings.listing_of(before), listings.listing_of(after)),
            *extra_actions,
        ]
    )


def next_version(property_: Property, **changes: Any) -> Property:
    return replace(
        property_, **changes, version=property_.version + 1, updated_at=clock.now(after=property_.updated_at)
    )


def if_version_matches(property_: Property) -> Condition:
    """Returns the condition that the property was not written since it was read."""

    def on_failure(current: Item | None) -> Exception:
        return (
            VersionConflict(property_.id, property_.version, current["version"])
            if current
            else PropertyNotFound(property_.id)
        )

    return Condition("#version = :version", on_failure, {"version": property_.version})


def diff(
    before: Property, after: Property, names: Iterable[str] = HISTORY_ATTRIBUTES
) -> tuple[HistoryKind, list[FieldChange]]:
    """Returns the history kind and field changes between two versions; for images, the change of their ids."""
    changed_names = [name for name in names if getattr(before, name) != getattr(after, name)]
    field_changes = [field_change(before, after, name) for name in changed_names]
    if before.image_ids != after.image_ids:
        field_changes.append(
            FieldChange(field="images", before=format_image_ids(before), after=format_image_ids(after))
        )
    return history_kind(changed_names), field_changes


def history_kind(names: Sequence[str]) -> HistoryKind:
    """Returns the history kind of a change of these attributes; PICTURES_CHANGED if there are none."""
    kinds = {"price": HistoryKind.PRICE_CHANGED, "status": HistoryKind.STATUS_CHANGED}
    default = HistoryKind.DETAILS_CHANGED if names else HistoryKind.PICTURES_CHANGED
    return next((kind for name, kind in kinds.items() if name in names), default)


def format_image_ids(property_: Property) -> str | None:
    return " ".join(property_.image_ids) or None


def field_change(before: Property, after: Property, name: str) -> FieldChange:
    return FieldChange(
        field=serialization.camel_case(name), before=as_text(getattr(before, name)), after=as_text(getattr(after, name))
    )


def as_text(value: Any) -> str | None:
    plain = serialization.to_plain(value)
    if isinstance(plain, float):
        return f"{plain:.15g}" if abs(plain) < 1e15 else repr(plain)
    return None if plain is None else str(plain)


def raise_not_found(id: ID) -> NoReturn:
    raise PropertyNotFound(id)


def ownership_item(property_: Property) -> Item:
    """Returns the item that lists a property under its owner."""
    key = keys.ownership(property_.owner_id, property_.id)
    return key._asdict() | keys.inverse_attributes(key)


def to_item(property_: Property) -> Item:
    return keys.property(property_.id)._asdict() | serialization.to_item_attributes(replace(property_, images=None))


def from_item(item: Mapping[str, Any]) -> Property:
    return serialization.from_plain(Property, item)
