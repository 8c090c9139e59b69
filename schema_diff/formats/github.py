"""The report as annotations in GitHub's log."""

from schema_diff.report import ChangeFinding, ComparisonReport
from schema_diff.severity import Severity

COMMANDS = {Severity.BREAKING: "error", Severity.DANGEROUS: "warning"}


def as_github(report: ComparisonReport) -> str:
    """Workflow commands: an annotation for each breaking or dangerous change, and for each problem and notice.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
    """
    lines = [annotation(finding) for finding in report.findings if finding.severity in COMMANDS]
    lines += [f"::error title=schema-approvals.toml::{data(problem)}" for problem in report.problems]
    lines += [f"::notice title=schema-diff::{data(notice)}" for notice in report.notices]
    return "\n".join([*lines, report.summary])


def annotation(finding: ChangeFinding) -> str:
    change = finding.change
    command = "notice" if finding.approval else COMMANDS[finding.severity]
    line = f",line={change.line}" if change.line else ""
    title = f"{finding.severity}: {change.location}"
    return f"::{command} file={attribute(change.file)}{line},title={attribute(title)}::{data(finding.message)}"


def data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def attribute(text: str) -> str:
    return data(text).replace(":", "%3A").replace(",", "%2C")
