"""The report for a pull request."""

from schema_diff.formats.table import kind, place
from schema_diff.report import Finding, Report
from schema_diff.severity import Grade

MARK = "<!-- schema-diff -->"  # by which the workflow finds its own comment again
SIGNS = {Grade.BREAKING: "🔴", Grade.DANGEROUS: "🟠", Grade.SAFE: "🟢"}
MOST_CHARACTERS = 60_000  # a comment on GitHub has at most 65,536


def markdown(report: Report) -> str:
    """A line of outcome, a section for each grade; what is safe is folded. Cut where a comment would be too long."""
    outcome = "An app that is out breaks." if report.fails else "No app that is out breaks."
    if report.fails and not any(finding.stops for finding in report.findings):
        outcome = "The approvals are to be mended."
    parts = [MARK, f"### Contracts: {outcome}", escaped(report.summary), ""]
    parts += [f"- **to mend:** {escaped(problem)}" for problem in report.problems]
    for grade in (Grade.BREAKING, Grade.DANGEROUS):
        parts += section(grade, report.of(grade))
    safe = report.of(Grade.SAFE)
    if safe:
        rows = [f"- {code(finding.change.where)} {escaped(finding.change.what)}" for finding in safe]
        parts += ["", f"<details><summary>{SIGNS[Grade.SAFE]} {len(safe)} safe</summary>", "", *rows, "", "</details>"]
    parts += ["", *(f"> {escaped(notice)}" for notice in report.notices)] if report.notices else []
    return cut("\n".join(parts) + "\n")


def section(grade: Grade, findings: list[Finding]) -> list[str]:
    if not findings:
        return []
    head = [
        "",
        f"#### {SIGNS[grade]} {len(findings)} {grade}",
        "",
        "| where | change | who meets it | instead |",
        "|---|---|---|---|",
    ]
    return [*head, *map(row, findings)]


def row(finding: Finding) -> str:
    change, approval = finding.change, finding.approval
    said = f"approved until {approval.until}: {escaped(approval.why)}" if approval else f"id {code(change.id)}"
    cells = (
        f"{code(change.where)}<br>{escaped(place(finding))}",
        f"{escaped(kind(finding))}: {escaped(change.what)}",
        f"{escaped(finding.meets)}<br>**{escaped(finding.touch)}**",
        f"{escaped(finding.rule.remedy)}<br>{said}",
    )
    return f"| {' | '.join(cells)} |"


def code(text: str) -> str:
    """Text as code in a cell of a table, whatever it holds."""
    return f"<code>{escaped(text)}</code>"


def escaped(text: str) -> str:
    """Text that is read as it stands: neither markup, nor a mention of somebody, nor the end of a cell."""
    for sign in "\\*_[]~$#":
        text = text.replace(sign, f"\\{sign}")
    for sign, written in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ("|", "&#124;"),
        ("@", "&#64;"),
        ("`", "&#96;"),
    ):
        text = text.replace(sign, written)
    return " ".join(text.split())


def cut(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    whole = text[:MOST_CHARACTERS].rpartition("\n")[0]
    return f"{whole}\n\nThere is more than a comment holds; `make schema-diff` tells all of it.\n"
