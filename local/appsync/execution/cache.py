"""AppSync's per-resolver cache: the values of fields with a `cache` setting, each for the seconds of that setting.

https://docs.aws.amazon.com/appsync/latest/devguide/enabling-caching.html
"""

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from cachetools import TLRUCache

from resolvers.field_config import CacheEviction, FieldConfig

MAX_ENTRIES = 10_000
ABSENT = object()

Key = tuple[str, str]
Event = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Read:
    """A read of the value of a cache key that an eviction of this key makes stale; None if the value is not cached."""

    key: Key | None


class ResolverCache:
    """Holds values by field and by the values of its caching keys. Evicts the least recently used value when full.

    The requests that share it run in different threads.
    """

    def __init__(self, fields: Iterable[FieldConfig], clock: Callable[[], float] = time.monotonic) -> None:
        self.caching = {field.path: field.cache for field in fields if field.cache}
        self.reads = WeakValueDictionary[Key, Read]()  # since the last eviction of their key; no longer than they run
        self.values: TLRUCache[Key, Any] = TLRUCache(MAX_ENTRIES, self.expires_at, clock)
        self.lock = threading.Lock()

    def expires_at(self, key: Key, _: Any, now: float) -> float:
        return now + self.caching[key[0]].seconds

    def get(self, field: str, event: Event) -> Any:
        """Returns the cached value of a field for this event, or ABSENT: null is a value too."""
        key = self.key_of(field, event)
        with self.lock:
            return self.values.get(key, ABSENT) if key else ABSENT

    def start_read(self, field: str, event: Event) -> Read:
        """Returns the read of a field's value for this event. Concurrent reads of a key are the same object."""
        key = self.key_of(field, event)
        with self.lock:
            return self.reads.setdefault(key, Read(key)) if key else Read(None)

    def store(self, read: Read, value: Any) -> None:
        """Stores the value of a read unless its key was evicted meanwhile.

        After an eviction, the value may have been read before the write that caused the eviction.
        """
        with self.lock:
            if read.key and self.reads.get(read.key) is read:
                self.values[read.key] = value

    def evict(self, eviction: CacheEviction, event: Event) -> int:
        """Evicts the value that a mutation's event makes stale. Returns the number of evicted values: 0 or 1."""
        key = build_key(eviction.field, [eviction.keys[path] for path in self.caching[eviction.field].keys], event)
        if key is None:
            return 0
        with self.lock:
            self.reads.pop(key, None)
            return 0 if self.values.pop(key, ABSENT) is ABSENT else 1

    def clear(self) -> None:
        with self.lock:
            self.reads.clear()
            self.values.clear()

    def key_of(self, field: str, event: Event) -> Key | None:
        """Returns the cache key; None if the field is not cached or the event lacks one of the caching keys."""
        return build_key(field, self.caching[field].keys, event) if field in self.caching else None


def build_key(field: str, paths: Iterable[str], event: Event) -> Key | None:
    values = [value_at(path, event) for path in paths]
    return None if ABSENT in values else (field, json.dumps(values, sort_keys=True))


def value_at(path: str, event: Event) -> Any:
    """Returns the value at a path such as `arguments.id` in a resolver's event, or ABSENT."""
    value: Any = event
    for name in path.split("."):
        if not isinstance(value, Mapping) or name not in value:
            return ABSENT
        value = value[name]
    return value
