"""The results of the check: a finding for each request that was sent, and the open questions that were skipped."""

from dataclasses import dataclass
from typing import Any

from conformance.client import ApiResponse

OPEN_QUESTION = "open question"


@dataclass(frozen=True)
class ConformanceFinding:
    """The endpoint's response to one request, and whether it matches the local server's.

    `group` is the released client version that sends the request, or OPEN_QUESTION; `name` is the operation's name, or
    the question's as in docs/first-deployment.md. `request` and `expected` are descriptions for the report.
    """

    group: str
    name: str
    request: str
    expected: str
    response: ApiResponse
    matches: bool

    def to_dict(self) -> dict[str, Any]:
        return {
            "group": self.group,
            "name": self.name,
            "request": self.request,
            "expected": self.expected,
            "matches": self.matches,
            "status": self.response.status,
            "headers": self.response.headers,
            "body": self.response.body,
            "seconds": round(self.response.seconds, 3),
        }


@dataclass(frozen=True)
class SkippedCheck:
    """An open question that this program does not check, and the reason."""

    name: str
    reason: str
