"""What was asked and what came back, one by one."""

from dataclasses import dataclass
from typing import Any

from conformance.client import Answer


@dataclass(frozen=True)
class Finding:
    """One thing that was asked under a name; whether the desk answers the same, which is `desk` in words.

    `of` is the client that asks it, or `open` for an open question about AppSync.
    """

    of: str
    name: str
    sent: str
    desk: str
    got: Answer
    same: bool

    def told(self) -> dict[str, Any]:
        return {
            "of": self.of,
            "name": self.name,
            "sent": self.sent,
            "desk": self.desk,
            "same": self.same,
            "status": self.got.status,
            "headers": self.got.headers,
            "body": self.got.body,
            "seconds": round(self.got.seconds, 3),
        }


@dataclass(frozen=True)
class Unasked:
    """An open question that this program does not ask, and why not."""

    name: str
    why: str
