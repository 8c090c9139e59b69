"""One change of a contract: its kind, its location, and the coordinates of affected operations.

The location is a schema coordinate (https://spec.graphql.org/September2025/#sec-Schema-Coordinates): `Property.price`,
`Query.listingsByZip(first:)`, `ListingStatus.ACTIVE`. The elements that an operation uses are coordinates
too, with two suffixes: `first:)-` is an omitted argument, `ListingFilter<` a type that is sent and not received.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

OMITTED = "-"
INPUT_TYPE = "<"
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Change:
    """A change that a comparison found. `kind` is a key of RULES; the part after its slash does not belong to the id.
    `file` has the contract at the head, `line` is a line there; `was` is a line at the base.

    An operation that touches one of `touches` meets the change; one that touches one of `brushes` is at most affected.
    """

    kind: str
    location: str
    description: str
    detail: str = ""
    affects: frozenset[str] = NOTHING
    may_affect: frozenset[str] = NOTHING
    contract: str = "schema.graphql"
    file: str = ""
    line: int | None = None
    base_line: int | None = None

    @property
    def id(self) -> str:
        """The id that an approval has: the same for the same change, independent of its line."""
        return ":".join(part for part in (self.kind.partition("/")[0], self.location, self.detail) if part)


Lines = Mapping[str, int]


def with_lines(change: Change, contract: str, old: Lines, new: Lines) -> Change:
    """Returns the change with its line (or the line of the enclosing element) in the new file, and in the old one."""
    return replace(
        change, contract=contract, line=enclosing_line(change.location, new), base_line=old.get(change.location)
    )


def enclosing_line(location: str, lines: Lines) -> int | None:
    """Returns the line of a coordinate, or of the innermost enclosing one that has a line."""
    while location and location not in lines:
        location = location.rpartition("(" if location.endswith(")") else ".")[0]
    return lines.get(location)
