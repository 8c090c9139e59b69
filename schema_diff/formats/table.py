"""The report for a terminal: a table of breaking and dangerous changes, followed by the details of each."""

import textwrap

from schema_diff.report import ChangeFinding, ComparisonReport
from schema_diff.severity import Severity

WIDTH = 110
LOCATION_WIDTH = 46
HEADER = f"{'severity':10}{'file':26} {'location':{LOCATION_WIDTH}} {'change':30} affected released operations"


def as_table(report: ComparisonReport) -> str:
    """Returns the table, most severe first. Safe changes are counted, and listed only if there are no others."""
    significant = [finding for finding in report.findings if finding.severity is not Severity.SAFE]
    listed_findings = significant or list(report.findings)
    lines = [HEADER, *(row(finding) for finding in listed_findings)] if listed_findings else []
    lines += [""] if lines else []
    for finding in significant:
        lines += [*details(finding), ""]
    lines += [f"Problem: {problem}" for problem in report.problems]
    lines += [f"Note: {notice}" for notice in report.notices]
    return "\n".join([*lines, report.summary])


def row(finding: ChangeFinding) -> str:
    change = finding.change
    status = "approved" if finding.approval else str(finding.severity)
    operations = f"{len(finding.broken)} broken, {len(finding.affected)} affected" if finding.is_traced else "unknown"
    location = f"{file_and_line(finding):26} {change.location:{LOCATION_WIDTH}}"
    return f"{status:10}{location} {kind_text(finding):30} {operations}".rstrip()


def kind_text(finding: ChangeFinding) -> str:
    return finding.change.kind.replace("/", " ")


def file_and_line(finding: ChangeFinding) -> str:
    """Returns file and line in the format that terminals and editors link."""
    change = finding.change
    return f"{change.file}:{change.line}" if change.line else change.file


def details(finding: ChangeFinding) -> list[str]:
    """Returns the description, the impact, the affected operations and the suggestion."""
    change = finding.change
    approval = finding.approval
    entries = [
        ("", f"{change.description}."),
        ("impact", f"{finding.impact}."),
        ("apps", f"{finding.operations_summary}."),
        ("suggestion", f"{finding.rule.remedy}."),
    ]
    if finding.severity is Severity.BREAKING:
        entries += [("approved", f"until {approval.until}: {approval.why}") if approval else ("approval id", change.id)]
    header = f"{finding.severity}: {change.location}" + (
        f" (line {change.base_line} at the base)" if change.base_line else ""
    )
    return [header, *(wrap(label, text) for label, text in entries)]


def wrap(label: str, text: str) -> str:
    start = f"  {label:12}"
    return textwrap.fill(text, WIDTH, initial_indent=start, subsequent_indent=" " * len(start), break_long_words=False)
