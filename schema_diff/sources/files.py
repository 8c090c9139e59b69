"""Sources in the file system: a folder, or a single contract."""

from dataclasses import dataclass
from pathlib import Path

from schema_diff.sources.source import ARTEFACTS, REST, SCHEMA, SourceText, UnreadableSource, decode

SUFFIXES = {".graphql": SCHEMA, ".graphqls": SCHEMA, ".gql": SCHEMA, ".yaml": REST, ".yml": REST, ".json": REST}


@dataclass(frozen=True)
class DirectorySource:
    """The files of a folder, such as the work tree."""

    root: Path
    label: str = "the work tree"
    is_tree: bool = True
    lacks_directives: bool = False

    def read(self, path: str) -> SourceText | None:
        try:
            return decode(path, (self.root / path).read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UnreadableSource(f"{path}: {error.strerror}") from error

    def list_files(self, folder: str) -> list[str]:
        paths = (self.root / folder).rglob("*")
        return sorted(file.relative_to(self.root).as_posix() for file in paths if file.is_file())


@dataclass(frozen=True)
class SingleFileSource:
    """A single contract: a named file, or the schema of an endpoint."""

    contract: str
    text: SourceText
    lacks_directives: bool = False
    is_tree: bool = False

    @property
    def label(self) -> str:
        return self.text.name

    def read(self, path: str) -> SourceText | None:
        return self.text if path == self.contract else None

    def list_files(self, folder: str) -> list[str]:
        return []


def single_file(path: Path) -> SingleFileSource:
    """Returns a source of one file: of `contracts/` by its name, a schema or OpenAPI document by its suffix."""
    contract = next((artefact for artefact in ARTEFACTS if path.name == Path(artefact).name), SUFFIXES.get(path.suffix))
    if contract is None:
        raise UnreadableSource(f"{path}: neither a schema nor an OpenAPI document ({', '.join(SUFFIXES)})")
    try:
        return SingleFileSource(contract, decode(str(path), path.read_bytes()))
    except OSError as error:
        raise UnreadableSource(f"{path}: {error.strerror}") from error
