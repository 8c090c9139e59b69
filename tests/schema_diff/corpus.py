"""The corpus: single edits of one schema, with the changes that the check must report and their severities."""

import re
from dataclasses import dataclass
from pathlib import Path

from schema_diff.client_profiles import PROFILES

TEST_DATA = Path(__file__).parent
BASE = (TEST_DATA / "base.graphql").read_text()
CELL = re.compile(r"(?<!\\)\|")
CODE = re.compile(r"`([^`]*)`")


@dataclass(frozen=True)
class CorpusEdit:
    """One row of corpus.md: replacements in the base schema, and the ids and severities of the expected changes."""

    replacements: tuple[tuple[str, str], ...]
    expected_ids: tuple[str, ...]
    severity: str
    reason: str

    @property
    def after(self) -> str:
        text = BASE
        for old, new in self.replacements:
            text = replace_once(text, old, new)
        return text

    @property
    def severities(self) -> dict[str, str]:
        """The highest expected severity for each client profile."""
        common, _, exception = self.severity.partition(", ")
        worst = max(common.split() or ["safe"], key=["safe", "dangerous", "breaking"].index)
        exceptional, _, profiles = exception.partition(" on ")
        return {profile: exceptional if profile in profiles.split() else worst for profile in PROFILES}


def replace_once(text: str, old: str, new: str) -> str:
    """Replaces the only occurrence of `old`. Any amount of white space equals any other."""
    pattern = r"\s+".join(map(re.escape, old.split()))
    assert len(re.findall(pattern, text)) == 1, f"{old!r} does not occur exactly once"
    return re.sub(pattern, lambda _: new, text)


def table_rows(file: str) -> list[list[str]]:
    """The rows of a file's tables, as lists of cells."""
    lines = [line for line in (TEST_DATA / file).read_text().splitlines() if line.startswith("| `")]
    return [[cell.strip().replace("\\|", "|") for cell in CELL.split(line)[1:-1]] for line in lines]


def edits() -> list[CorpusEdit]:
    """The rows of corpus.md."""
    return [parse_row(cells) for cells in table_rows("corpus.md")]


def parse_row(cells: list[str]) -> CorpusEdit:
    old, new, expected_ids, severity, reason = cells
    snippets = CODE.findall(f"{old} {new}" if new else f"{old} ``")
    return CorpusEdit(
        tuple(zip(snippets[::2], snippets[1::2], strict=True)), tuple(expected_ids.split()), severity, reason
    )
