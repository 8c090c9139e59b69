"""Pages of a range, and the cursors that lead from one to the next."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

from data.dynamodb import table
from data.dynamodb.requests import Item, Query
from data.errors import BadCursor
from data.records import Connection, Edge, PageInfo

N = TypeVar("N")

VERSION = b"1"
DIGEST = 9
LONGEST = 512
FILTERED = 500  # how many items a filter may read for one page


def page(asked: Query, first: int, after: str | None, node: Callable[[Item], N]) -> Connection[N]:
    """The first nodes of a range from the cursor `after` on: one Query.

    Unfiltered it reads one item more than it gives; filtered at most 500 items, so the page may be short, or even
    empty, with more behind its end cursor. Raises BadCursor where `after` was not given out for this very range.
    """
    start = opened(after, asked) if after is not None else None
    found = table.query(asked, limit=FILTERED if asked.filter else first + 1, after=start)
    shown = found.items[:first]
    mark = digest(asked)
    edges = tuple(Edge(cursor=sealed(position(item, asked), mark), node=node(item)) for item in shown)
    end = edges[-1].cursor if edges else None
    if len(found.items) <= first and found.last:
        end = sealed(found.last, mark)
    more = len(found.items) > first or found.last is not None
    return Connection(
        edges=edges,
        nodes=tuple(edge.node for edge in edges),
        page_info=PageInfo(
            has_next_page=more,
            has_previous_page=after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=end,
        ),
    )


def position(item: Item, asked: Query) -> Item:
    """Where an item stands in a range, as DynamoDB's ExclusiveStartKey wants it."""
    return {name: item[name] for name in ("pk", "sk", *([asked.index.sort.name] if asked.index else []))}


def sealed(position: Item, mark: bytes) -> str:
    """The cursor of a position in the range of this digest. It leaves out the partition: that is the query's own."""
    where = json.dumps([position[name] for name in sorted(position) if name != "pk"], separators=(",", ":"))
    return base64.urlsafe_b64encode(VERSION + mark + where.encode()).decode().rstrip("=")


def opened(cursor: str, asked: Query) -> Item:
    """The position of a cursor, with the partition of the query it is given to. Raises BadCursor."""
    if len(cursor) > LONGEST:
        raise BadCursor
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        members = json.loads(raw[len(VERSION) + DIGEST :])
        start = dict(zip(names(asked), members, strict=True))
    except (ValueError, TypeError) as error:
        raise BadCursor from error
    if not within(start, asked) or sealed(start, digest(asked)) != cursor:
        raise BadCursor
    return {"pk": asked.pk, **start}


def names(asked: Query) -> list[str]:
    return sorted(["sk", *([asked.index.sort.name] if asked.index else [])])


def within(start: Item, asked: Query) -> bool:
    """Whether a position lies in the range: DynamoDB refuses another one as a fault of ours."""
    if not isinstance(start["sk"], str) or not re.fullmatch(r"[\x20-\x7e]{1,128}", start["sk"]):
        return False
    sort: Any = start[asked.index.sort.name] if asked.index else start["sk"]
    return type(sort) in ((int, float) if asked.index else (str,)) and bool(asked.low <= sort <= asked.high)


def digest(asked: Query) -> bytes:
    """What a cursor is bound to: the range, its order and its filter."""
    return hashlib.sha256(repr(asked).encode()).digest()[:DIGEST]
