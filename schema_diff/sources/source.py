"""A source of contracts, and the files that have the contracts."""

from dataclasses import dataclass
from typing import Protocol

SCHEMA = "schema.graphql"
REST = "openapi.yaml"
GENERATED = "contracts"  # the folder of the contracts that are generated from the code
TABLE = f"{GENERATED}/table.json"
FIELDS = f"{GENERATED}/fields.json"
ERRORS = f"{GENERATED}/errors.json"
ARTEFACTS = (TABLE, FIELDS, ERRORS)
CONTRACTS = (SCHEMA, REST, *ARTEFACTS)


class UnreadableSource(Exception):
    """A source could not be read; the text has the file, the position and the reason."""


@dataclass(frozen=True)
class SourceText:
    """The text of a file and its name in reports. `located` is false if it has no lines of its own."""

    name: str
    text: str
    has_lines: bool = True


class Source(Protocol):
    """The base or the head of a comparison."""

    @property
    def label(self) -> str:
        """Its name in the report."""

    @property
    def is_tree(self) -> bool:
        """Whether it is a tree with all contracts, not a single contract."""

    @property
    def lacks_directives(self) -> bool:
        """Whether it has no directives, as introspection has none."""

    def read(self, path: str) -> SourceText | None:
        """Returns the file at a path of the project; None if there is none. Raises UnreadableSource."""

    def list_files(self, folder: str) -> list[str]:
        """Returns the paths of the files below a folder, sorted."""


def decode(name: str, content: bytes) -> SourceText:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnreadableSource(f"{name}:{line}: the file is not UTF-8 text") from error
    if not text.strip():
        raise UnreadableSource(f"{name}: the file is empty")
    return SourceText(name, text.removeprefix("\ufeff"))
