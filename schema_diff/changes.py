"""One change of a contract: what it is, where it stands, and which operations meet it.

Where is a schema coordinate (https://spec.graphql.org/September2025/#sec-Schema-Coordinates): `Property.price`,
`Query.listingsByZip(first:)`, `ListingStatus.ACTIVE`. What an operation touches is told by coordinates too, with two
marks behind: `first:)-` is an argument left out, `ListingFilter<` a type that is sent and not received.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

LEFT_OUT = "-"
SENT = "<"
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Change:
    """A change, as a pass found it. `kind` is a key of RULES; what stands behind its slash is no part of the id. `file`
    is where the new side keeps the contract, and `line` a line there; `was` is one of the old side.

    An operation that touches one of `touches` meets the change; one that touches one of `brushes` is at most affected.
    """

    kind: str
    where: str
    what: str
    to: str = ""
    touches: frozenset[str] = NOTHING
    brushes: frozenset[str] = NOTHING
    contract: str = "schema.graphql"
    file: str = ""
    line: int | None = None
    was: int | None = None

    @property
    def id(self) -> str:
        """What an approval names: the same for the same change, wherever it stands in the file."""
        return ":".join(part for part in (self.kind.partition("/")[0], self.where, self.to) if part)


Lines = Mapping[str, int]


def placed(change: Change, contract: str, old: Lines, new: Lines) -> Change:
    """The change with its line in the new file, or that of what encloses it there, and its line in the old one."""
    return replace(change, contract=contract, line=nearest(change.where, new), was=old.get(change.where))


def nearest(where: str, lines: Lines) -> int | None:
    """The line of a coordinate, or of the innermost that encloses it and is there."""
    while where and where not in lines:
        where = where.rpartition("(" if where.endswith(")") else ".")[0]
    return lines.get(where)
