"""The report of a run: all findings as JSON, and the differences from the local server as Markdown for a reader.

Neither contains the token, even if a response repeats it.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from conformance.client import ApiClient
from conformance.finding import ConformanceFinding, SkippedCheck

MAX_BODY = 300  # characters of a response body in the Markdown report
MIN_SECRET = 12  # characters of a part of the token that is secret by itself


@dataclass
class ConformanceReport:
    """The findings at an endpoint, and what is missing from them.

    `aborted` has the reason for each part of the run that ended early, `leftovers` the ids of sample properties that
    could not be deleted.
    """

    client: ApiClient
    started_at: str
    findings: list[ConformanceFinding] = field(default_factory=list)
    skipped: list[SkippedCheck] = field(default_factory=list)
    aborted: list[str] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)

    @property
    def differences(self) -> list[ConformanceFinding]:
        return [finding for finding in self.findings if not finding.matches]

    @property
    def matching(self) -> list[ConformanceFinding]:
        return [finding for finding in self.findings if finding.matches]

    @property
    def summary(self) -> str:
        counts = f"{len(self.findings)} responses, {len(self.differences)} different from the local server's"
        return f"{counts}; {len(self.skipped)} questions not checked."

    def write(self, folder: Path) -> list[Path]:
        """Writes the JSON and the Markdown file. Returns their paths."""
        folder.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^A-Za-z0-9]+", "-", f"{self.client.host} {self.started_at}").strip("-")
        texts = {"json": self.to_json(), "md": "\n".join(self.markdown_lines()) + "\n"}
        for extension, text in texts.items():
            (folder / f"{name}.{extension}").write_text(redact(text, self.client.token))
        return [folder / f"{name}.{extension}" for extension in texts]

    def to_json(self) -> str:
        content = {
            "endpoint": self.client.endpoint,
            "startedAt": self.started_at,
            "findings": [finding.to_dict() for finding in self.findings],
            "skipped": [asdict(check) for check in self.skipped],
            "aborted": self.aborted,
            "leftovers": self.leftovers,
        }
        return json.dumps(content, indent=2, ensure_ascii=False)

    def markdown_lines(self) -> Iterator[str]:
        yield f"# Conformance of {self.client.endpoint}, {self.started_at}\n"
        yield self.summary
        for reason in self.aborted:
            yield f"\n**Aborted**, a part of the checks: {markdown_cell(reason)}."
        if self.leftovers:
            yield f"\n**Not deleted**, because the API refused it: the sample properties {', '.join(self.leftovers)}."
        yield "\nThe run leaves the history of its sample properties, and the caller's profile if there was none."
        yield "\n## Differences\n"
        rows = [(item.group, item.name, item.request, item.expected, describe(item)) for item in self.differences]
        yield from markdown_table(("group", "name", "request", "local server", "endpoint"), rows)
        yield "\n## Not checked\n"
        yield from markdown_table(("question", "reason"), [(check.name, check.reason) for check in self.skipped])
        yield "\n## Same as the local server\n"
        same = [(item.group, item.name, item.request, describe(item), milliseconds(item)) for item in self.matching]
        yield from markdown_table(("group", "name", "request", "endpoint", "ms"), same)


def describe(finding: ConformanceFinding) -> str:
    """The status and the body, which is shortened here but not in the JSON file."""
    body = finding.response.body
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    short = text if len(text) <= MAX_BODY else f"{text[:MAX_BODY]}…"
    return f"{finding.response.status or 'no status'}: {short}"


def milliseconds(finding: ConformanceFinding) -> str:
    return f"{finding.response.seconds * 1_000:.0f}"


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if not rows:
        yield "None."
        return
    yield f"| {' | '.join(header)} |"
    yield "|---" * len(header) + "|"
    for row in rows:
        yield f"| {' | '.join(markdown_cell(text) for text in row)} |"


def markdown_cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|").replace("<", "&lt;")


def redact(text: str, token: str) -> str:
    """Replaces the token, and each part of it that is long enough to be a secret."""
    parts = [part for part in re.split(r"[ .]", token) if len(part) >= MIN_SECRET]
    for secret in sorted({token, *parts} - {""}, key=len, reverse=True):
        text = text.replace(secret, "(the token)")
    return text
