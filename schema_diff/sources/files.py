"""Files as they are: those of a folder, or one contract by itself."""

from dataclasses import dataclass
from pathlib import Path

from schema_diff.sources.source import ARTEFACTS, REST, SCHEMA, NotReadable, Text, decoded

SUFFIXES = {".graphql": SCHEMA, ".graphqls": SCHEMA, ".gql": SCHEMA, ".yaml": REST, ".yml": REST, ".json": REST}


@dataclass(frozen=True)
class Folder:
    """The files as they lie in a folder: the work tree."""

    root: Path
    label: str = "the work tree"
    whole: bool = True
    silent: bool = False

    def read(self, path: str) -> Text | None:
        try:
            return decoded(path, (self.root / path).read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise NotReadable(f"{path}: {error.strerror}") from error

    def under(self, folder: str) -> list[str]:
        found = (self.root / folder).rglob("*")
        return sorted(file.relative_to(self.root).as_posix() for file in found if file.is_file())


@dataclass(frozen=True)
class Alone:
    """One contract and no other: a file that was named, or the schema of an endpoint."""

    contract: str
    text: Text
    silent: bool = False
    whole: bool = False

    @property
    def label(self) -> str:
        return self.text.name

    def read(self, path: str) -> Text | None:
        return self.text if path == self.contract else None

    def under(self, folder: str) -> list[str]:
        return []


def file(path: Path) -> Alone:
    """A side of one file: a file of `contracts/` by its name, a schema or an OpenAPI description by its suffix."""
    contract = next((known for known in ARTEFACTS if path.name == Path(known).name), SUFFIXES.get(path.suffix))
    if contract is None:
        raise NotReadable(f"{path}: neither a schema nor an OpenAPI description ({', '.join(SUFFIXES)})")
    try:
        return Alone(contract, decoded(str(path), path.read_bytes()))
    except OSError as error:
        raise NotReadable(f"{path}: {error.strerror}") from error
