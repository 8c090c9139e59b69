"""The report for a terminal: a table of what weighs, and below it each of its changes in full."""

import textwrap

from schema_diff.report import Finding, Report
from schema_diff.severity import Grade

WIDTH = 110
MOST_WHERE = 46
HEAD = f"{'grade':10}{'file':26} {'where':{MOST_WHERE}} {'change':30} operations that are out"


def table(report: Report) -> str:
    """Worst first. What is safe is counted, and listed where nothing else is."""
    weighing = [finding for finding in report.findings if finding.grade is not Grade.SAFE]
    shown = weighing or list(report.findings)
    lines = [HEAD, *(row(finding) for finding in shown)] if shown else []
    lines += [""] if lines else []
    for finding in weighing:
        lines += [*details(finding), ""]
    lines += [f"To mend: {problem}" for problem in report.problems]
    lines += [f"Note: {notice}" for notice in report.notices]
    return "\n".join([*lines, report.summary])


def row(finding: Finding) -> str:
    change = finding.change
    mark = "approved" if finding.approval else str(finding.grade)
    touched = f"{len(finding.broken)} broken, {len(finding.affected)} affected" if finding.is_traced else "not known"
    return f"{mark:10}{place(finding):26} {change.where:{MOST_WHERE}} {kind(finding):30} {touched}".rstrip()


def kind(finding: Finding) -> str:
    return finding.change.kind.replace("/", " ")


def place(finding: Finding) -> str:
    """File and line, as a terminal or an editor links them."""
    change = finding.change
    return f"{change.file}:{change.line}" if change.line else change.file


def details(finding: Finding) -> list[str]:
    """What it is, who does what, which operations it meets, and the way around."""
    change = finding.change
    approved = finding.approval
    told = [
        ("", f"{change.what}."),
        ("meets it", f"{finding.meets}."),
        ("apps", f"{finding.touch}."),
        ("instead", f"{finding.rule.remedy}."),
    ]
    if finding.grade is Grade.BREAKING:
        told += [("approved", f"until {approved.until}: {approved.why}") if approved else ("approve", change.id)]
    head = f"{finding.grade}: {change.where}" + (f" (line {change.was} at the base)" if change.was else "")
    return [head, *(wrapped(label, text) for label, text in told)]


def wrapped(label: str, text: str) -> str:
    start = f"  {label:10}"
    return textwrap.fill(text, WIDTH, initial_indent=start, subsequent_indent=" " * len(start), break_long_words=False)
