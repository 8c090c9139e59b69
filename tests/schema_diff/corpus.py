"""The corpus: single changes of one schema, each with what is to be found, its grade for each profile, and why."""

import re
from dataclasses import dataclass
from pathlib import Path

from schema_diff.client_profiles import PROFILES

HERE = Path(__file__).parent
BASE = (HERE / "base.graphql").read_text()
CELL = re.compile(r"(?<!\\)\|")
CODE = re.compile(r"`([^`]*)`")


@dataclass(frozen=True)
class Edit:
    """One row: what is replaced by what, the ids that are to be found, and their grades."""

    replaced: tuple[tuple[str, str], ...]
    finds: tuple[str, ...]
    grade: str
    why: str

    @property
    def after(self) -> str:
        text = BASE
        for old, new in self.replaced:
            text = once(text, old, new)
        return text

    @property
    def grades(self) -> dict[str, str]:
        """The worst that is found, for each profile."""
        common, _, other = self.grade.partition(", ")
        worst = max(common.split() or ["safe"], key=["safe", "dangerous", "breaking"].index)
        grade, _, named = other.partition(" on ")
        return {profile: grade if profile in named.split() else worst for profile in PROFILES}


def once(text: str, old: str, new: str) -> str:
    """A text with its one place of `old` replaced; white space counts alike, however much there is."""
    pattern = r"\s+".join(map(re.escape, old.split()))
    assert len(re.findall(pattern, text)) == 1, f"{old!r} is not there once"
    return re.sub(pattern, lambda _: new, text)


def rows(file: str) -> list[list[str]]:
    """The rows of a file's tables, each as its cells."""
    lines = [line for line in (HERE / file).read_text().splitlines() if line.startswith("| `")]
    return [[cell.strip().replace("\\|", "|") for cell in CELL.split(line)[1:-1]] for line in lines]


def edits() -> list[Edit]:
    """The rows of corpus.md."""
    return [edit(cells) for cells in rows("corpus.md")]


def edit(cells: list[str]) -> Edit:
    old, new, finds, grade, why = cells
    told = CODE.findall(f"{old} {new}" if new else f"{old} ``")
    return Edit(tuple(zip(told[::2], told[1::2], strict=True)), tuple(finds.split()), grade, why)
