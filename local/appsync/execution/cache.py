"""AppSync's cache: the answers of the resolvers whose rows say so, each for its row's seconds.

https://docs.aws.amazon.com/appsync/latest/devguide/enabling-caching.html
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cachetools import TLRUCache

from resolvers.field_config import Evict, Field

MOST = 10_000
ABSENT = object()

Key = tuple[str, str]
Event = Mapping[str, Any]


class Cache:
    """Answers by their field and the values of its row's keys. The one used longest ago makes room for a new one."""

    def __init__(self, rows: Iterable[Field], clock: Callable[[], float] = time.monotonic) -> None:
        self.rows = {row.path: row.cache for row in rows if row.cache}
        self.evictions = Counter[str]()  # so far, by field, whether or not there was anything to evict
        self.answers: TLRUCache[Key, Any] = TLRUCache(MOST, self.until, clock)

    def until(self, key: Key, _: Any, now: float) -> float:
        return now + self.rows[key[0]].seconds

    def get(self, field: str, event: Event) -> Any:
        """The kept answer of a field to this event; ABSENT where there is none, for null is an answer too."""
        key = self.key(field, event)
        return self.answers.get(key, ABSENT) if key else ABSENT

    def put(self, field: str, event: Event, answer: Any) -> None:
        if key := self.key(field, event):
            self.answers[key] = answer

    def evict(self, evict: Evict, event: Event) -> int:
        """How many answers a mutation's event makes stale, which are kept no longer: one or none."""
        self.evictions[evict.field] += 1
        key = keyed(evict.field, [evict.keys[path] for path in self.rows[evict.field].by], event)
        return 0 if key is None or self.answers.pop(key, ABSENT) is ABSENT else 1

    def clear(self) -> None:
        self.evictions.update(self.rows.keys())
        self.answers.clear()

    def key(self, field: str, event: Event) -> Key | None:
        """Where an answer is kept: nowhere for a field that is not, or an event that lacks one of its row's keys."""
        return keyed(field, self.rows[field].by, event) if field in self.rows else None


def keyed(field: str, paths: Iterable[str], event: Event) -> Key | None:
    values = [found(path, event) for path in paths]
    return None if ABSENT in values else (field, json.dumps(values, sort_keys=True))


def found(path: str, event: Event) -> Any:
    """What stands at `arguments.id` or the like in a resolver's event; ABSENT where nothing does."""
    value: Any = event
    for name in path.split("."):
        if not isinstance(value, Mapping) or name not in value:
            return ABSENT
        value = value[name]
    return value
