"""The answers, written down: all of them as JSON, and what differs from the desk, for a reader, as Markdown.

The token is in neither, whatever an answer repeats of it.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from conformance.client import Api
from conformance.finding import Finding, Unasked

MOST_TEXT = 300  # characters of an answer, for a reader
LEAST_SECRET = 12  # characters of a part of a token that alone would give it away


@dataclass
class Report:
    """What has been found so far at an endpoint."""

    api: Api
    at: str
    findings: list[Finding] = field(default_factory=list)
    unasked: list[Unasked] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def differing(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.same]

    def write(self, folder: Path) -> list[Path]:
        """Writes both files into a folder, made where it is not there."""
        folder.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^A-Za-z0-9]+", "-", f"{self.api.host} {self.at}").strip("-")
        texts = {"json": self.json(), "md": "\n".join(self.lines()) + "\n"}
        for ending, text in texts.items():
            (folder / f"{name}.{ending}").write_text(secretless(text, self.api.token))
        return [folder / f"{name}.{ending}" for ending in texts]

    def json(self) -> str:
        told = {
            "endpoint": self.api.endpoint,
            "at": self.at,
            "findings": [finding.told() for finding in self.findings],
            "unasked": [asdict(one) for one in self.unasked],
            "stopped": self.stopped,
            "left": self.left,
        }
        return json.dumps(told, indent=2, ensure_ascii=False)

    def lines(self) -> Iterator[str]:
        yield f"# Probe of {self.api.endpoint}, {self.at}\n"
        yield f"{len(self.findings)} answers, {len(self.differing)} not as the desk's; {len(self.unasked)} not asked."
        for why in self.stopped:
            yield f"\n**Cut short**, a part of what there is to ask: {cell(why)}."
        if self.left:
            yield f"\n**Still there**, for they could not be removed: homes {', '.join(self.left)}."
        yield "\nA first home also makes its owner's profile, and each leaves its history: those stay."
        yield "\n## Differences\n"
        rows = [(one.of, one.name, one.sent, one.desk, shown(one)) for one in self.differing]
        yield from table(("of", "question", "sent", "the desk", "here"), rows)
        yield "\n## Not asked\n"
        yield from table(("question", "why"), [(one.name, one.why) for one in self.unasked])
        yield "\n## As the desk\n"
        same = [(one.of, one.name, one.sent, shown(one), f"{one.got.seconds * 1_000:.0f}") for one in self.agreeing]
        yield from table(("of", "question", "sent", "here", "ms"), same)

    @property
    def agreeing(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.same]


def shown(finding: Finding) -> str:
    """An answer, for a reader: all of it is in the other file."""
    text = finding.got.body if isinstance(finding.got.body, str) else json.dumps(finding.got.body, ensure_ascii=False)
    cut = text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}…"
    return f"{finding.got.status or 'no status'}: {cut}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if not rows:
        yield "None."
        return
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield f"| {' | '.join(cell(text) for text in row)} |"


def cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|").replace("<", "&lt;")


def secretless(text: str, token: str) -> str:
    """A text without the token, and without any part of it that is long enough to be one."""
    parts = [part for part in re.split(r"[ .]", token) if len(part) >= LEAST_SECRET]
    for secret in sorted({token, *parts} - {""}, key=len, reverse=True):
        text = text.replace(secret, "(the token)")
    return text
