"""Pages of a Query, and the cursors between them."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

from data.dynamodb import table
from data.dynamodb.requests import Item, Query
from data.errors import InvalidCursor
from data.records import Connection, Edge, PageInfo

N = TypeVar("N")

VERSION = b"1"
DIGEST_SIZE = 9
MAX_CURSOR_LENGTH = 512
MAX_FILTERED_ITEMS = 500  # that one page with a filter reads


def paginate(query: Query, first: int, after: str | None, to_node: Callable[[Item], N]) -> Connection[N]:
    """Returns the first nodes of a Query, starting after the cursor `after`.

    Cost: one Query. Without a filter it reads one item more than it returns. With a filter it reads at most 500 items,
    so the page may be short or empty although more pages follow. Raises InvalidCursor if `after` was issued for another
    query.
    """
    start = decode_cursor(after, query) if after is not None else None
    page = table.query(query, limit=MAX_FILTERED_ITEMS if query.filter else first + 1, after=start)
    items = page.items[:first]
    digest = query_digest(query)
    edges = tuple(
        Edge(cursor=encode_cursor(cursor_position(item, query), digest), node=to_node(item)) for item in items
    )
    end = edges[-1].cursor if edges else None
    if len(page.items) <= first and page.last_key:
        end = encode_cursor(page.last_key, digest)
    has_more = len(page.items) > first or page.last_key is not None
    return Connection(
        edges=edges,
        nodes=tuple(edge.node for edge in edges),
        page_info=PageInfo(
            has_next_page=has_more,
            has_previous_page=after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=end,
        ),
    )


def cursor_position(item: Item, query: Query) -> Item:
    """Returns the key of an item in its Query, as DynamoDB's ExclusiveStartKey."""
    return {name: item[name] for name in ("pk", "sk", *([query.index.sort.name] if query.index else []))}


def encode_cursor(position: Item, digest: bytes) -> str:
    """Returns the cursor of a position. It does not contain the partition key: the query has it."""
    sort_values = json.dumps([position[name] for name in sorted(position) if name != "pk"], separators=(",", ":"))
    return base64.urlsafe_b64encode(VERSION + digest + sort_values.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, query: Query) -> Item:
    """Returns the position of a cursor, as DynamoDB's ExclusiveStartKey. Raises InvalidCursor."""
    if len(cursor) > MAX_CURSOR_LENGTH:
        raise InvalidCursor
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        values = json.loads(raw[len(VERSION) + DIGEST_SIZE :])
        start = dict(zip(cursor_attributes(query), values, strict=True))
    except (ValueError, TypeError) as error:
        raise InvalidCursor from error
    if not is_in_range(start, query) or encode_cursor(start, query_digest(query)) != cursor:
        raise InvalidCursor
    return {"pk": query.pk, **start}


def cursor_attributes(query: Query) -> list[str]:
    return sorted(["sk", *([query.index.sort.name] if query.index else [])])


def is_in_range(start: Item, query: Query) -> bool:
    """True if a position is in the range of the query. DynamoDB rejects any other position as a validation error."""
    if not isinstance(start["sk"], str) or not re.fullmatch(r"[\x20-\x7e]{1,128}", start["sk"]):
        return False
    sort: Any = start[query.index.sort.name] if query.index else start["sk"]
    return type(sort) in ((int, float) if query.index else (str,)) and bool(query.lower <= sort <= query.upper)


def query_digest(query: Query) -> bytes:
    """Returns the digest that binds a cursor to its query: range, order and filter."""
    return hashlib.sha256(repr(query).encode()).digest()[:DIGEST_SIZE]
