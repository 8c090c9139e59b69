"""The report for a pull request."""

from schema_diff.formats.table import file_and_line, kind_text
from schema_diff.report import ChangeFinding, ComparisonReport
from schema_diff.severity import Severity

COMMENT_MARKER = "<!-- schema-diff -->"  # marks the workflow's comment
SEVERITY_SYMBOLS = {Severity.BREAKING: "🔴", Severity.DANGEROUS: "🟠", Severity.SAFE: "🟢"}
MAX_CHARACTERS = 60_000  # a comment on GitHub has at most 65,536


def as_markdown(report: ComparisonReport) -> str:
    """Returns the outcome and a section for each severity; safe changes are folded. At most `MAX_CHARACTERS`."""
    outcome = "A released app breaks." if report.fails else "No released app breaks."
    if report.fails and not any(finding.blocks for finding in report.findings):
        outcome = "The approvals need a correction."
    parts = [COMMENT_MARKER, f"### Contracts: {outcome}", escape(report.summary), ""]
    parts += [f"- **problem:** {escape(problem)}" for problem in report.problems]
    for severity in (Severity.BREAKING, Severity.DANGEROUS):
        parts += section(severity, report.with_severity(severity))
    safe = report.with_severity(Severity.SAFE)
    if safe:
        rows = [f"- {as_code(finding.change.location)} {escape(finding.change.description)}" for finding in safe]
        parts += [
            "",
            f"<details><summary>{SEVERITY_SYMBOLS[Severity.SAFE]} {len(safe)} safe</summary>",
            "",
            *rows,
            "",
            "</details>",
        ]
    parts += ["", *(f"> {escape(notice)}" for notice in report.notices)] if report.notices else []
    return truncate("\n".join(parts) + "\n")


def section(severity: Severity, findings: list[ChangeFinding]) -> list[str]:
    if not findings:
        return []
    header = [
        "",
        f"#### {SEVERITY_SYMBOLS[severity]} {len(findings)} {severity}",
        "",
        "| location | change | impact | suggestion |",
        "|---|---|---|---|",
    ]
    return [*header, *map(row, findings)]


def row(finding: ChangeFinding) -> str:
    change, approval = finding.change, finding.approval
    approval_text = (
        f"approved until {approval.until}: {escape(approval.why)}" if approval else f"id {as_code(change.id)}"
    )
    cells = (
        f"{as_code(change.location)}<br>{escape(file_and_line(finding))}",
        f"{escape(kind_text(finding))}: {escape(change.description)}",
        f"{escape(finding.impact)}<br>**{escape(finding.operations_summary)}**",
        f"{escape(finding.rule.remedy)}<br>{approval_text}",
    )
    return f"| {' | '.join(cells)} |"


def as_code(text: str) -> str:
    """Returns text as code in a cell of a table, with special characters escaped."""
    return f"<code>{escape(text)}</code>"


def escape(text: str) -> str:
    """Returns text without markup, mentions of users and delimiters of cells."""
    for character in "\\*_[]~$#":
        text = text.replace(character, f"\\{character}")
    for character, entity in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ("|", "&#124;"),
        ("@", "&#64;"),
        ("`", "&#96;"),
    ):
        text = text.replace(character, entity)
    return " ".join(text.split())


def truncate(text: str) -> str:
    if len(text) <= MAX_CHARACTERS:
        return text
    complete_lines = text[:MAX_CHARACTERS].rpartition("\n")[0]
    return f"{complete_lines}\n\nThe report is longer than a comment may be; `make schema-diff` prints all of it.\n"
