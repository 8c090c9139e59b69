"""A side of a comparison, and the files that a project keeps its contracts in."""

from dataclasses import dataclass
from typing import Protocol

SCHEMA = "schema.graphql"
REST = "openapi.yaml"
GENERATED = "contracts"  # the folder of what a project writes from its code
TABLE = f"{GENERATED}/table.json"
FIELDS = f"{GENERATED}/fields.json"
ERRORS = f"{GENERATED}/errors.json"
ARTEFACTS = (TABLE, FIELDS, ERRORS)
CONTRACTS = (SCHEMA, REST, *ARTEFACTS)


class NotReadable(Exception):
    """A side could not be read; the text tells what, where and why."""


@dataclass(frozen=True)
class Text:
    """What a file says, and by what name it is told. `located` is false where its lines are nobody's."""

    name: str
    text: str
    located: bool = True


class Side(Protocol):
    """One side of the comparison."""

    @property
    def label(self) -> str:
        """What it is called in the report."""

    @property
    def whole(self) -> bool:
        """Whether it is a tree that has all contracts, and not one of them alone."""

    @property
    def silent(self) -> bool:
        """Whether it tells no directives, as introspection does not."""

    def read(self, path: str) -> Text | None:
        """The file at a path of the project; None where this side has none. Raises NotReadable."""

    def under(self, folder: str) -> list[str]:
        """The paths of the files below a folder, sorted."""


def decoded(name: str, content: bytes) -> Text:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise NotReadable(f"{name}:{line}: this is no UTF-8 text") from error
    if not text.strip():
        raise NotReadable(f"{name}: the file is empty")
    return Text(name, text.removeprefix("\ufeff"))
