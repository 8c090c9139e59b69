"""The report for programs: JSON, SARIF for code scanning, and annotations in GitHub's log."""

import json
from typing import Any

from schema_diff.report import Finding, Report
from schema_diff.severity import Grade

LEVELS = {Grade.BREAKING: "error", Grade.DANGEROUS: "warning", Grade.SAFE: "note"}
COMMANDS = {Grade.BREAKING: "error", Grade.DANGEROUS: "warning"}
SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def as_json(report: Report) -> str:
    """All of it. `grade` is that for the apps that are out, `grades` that for each profile there is."""
    told = {
        "base": report.base,
        "head": report.head,
        "fails": report.fails,
        "problems": list(report.problems),
        "notices": list(report.notices),
        "changes": [entry(finding) for finding in report.findings],
    }
    return json.dumps(told, indent=2)


def entry(finding: Finding) -> dict[str, Any]:
    change, approval = finding.change, finding.approval
    return {
        "id": change.id,
        "kind": change.kind,
        "where": change.where,
        "what": change.what,
        "file": change.file,
        "line": change.line,
        "lineAtBase": change.was,
        "grade": str(finding.grade),
        "grades": {profile: str(grade) for profile, grade in finding.grades.items()},
        "meets": finding.meets,
        "remedy": finding.rule.remedy,
        "broken": list(finding.broken),
        "affected": list(finding.affected),
        "approved": {"why": approval.why, "until": str(approval.until)} if approval else None,
    }


def as_sarif(report: Report) -> str:
    """SARIF 2.1.0, one result a change; an approval suppresses it."""
    kinds = sorted({finding.change.kind: finding for finding in report.findings}.items())
    rules = [
        {"id": kind, "shortDescription": {"text": kind}, "help": {"text": finding.rule.remedy}}
        for kind, finding in kinds
    ]
    driver = {"name": "schema-diff", "informationUri": "https://graphql.org/learn/schema-design/", "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [result(one) for one in report.findings],
    }
    return json.dumps({"$schema": SARIF, "version": "2.1.0", "runs": [run]}, indent=2)


def result(finding: Finding) -> dict[str, Any]:
    change, approval = finding.change, finding.approval
    region = {"region": {"startLine": change.line}} if change.line else {}
    location = {"physicalLocation": {"artifactLocation": {"uri": change.file}, **region}}
    suppressed = [{"kind": "external", "justification": approval.why}] if approval else []
    return {
        "ruleId": change.kind,
        "level": LEVELS[finding.grade],
        "message": {"text": message(finding)},
        "locations": [location],
        "partialFingerprints": {"changeId/v1": change.id},
        **({"suppressions": suppressed} if suppressed else {}),
    }


def message(finding: Finding) -> str:
    change = finding.change
    return f"{change.where}: {change.what}; {finding.meets}; {finding.touch}. Instead: {finding.rule.remedy}."


def as_github(report: Report) -> str:
    """Workflow commands: an annotation for each breaking or dangerous change, and for each problem and notice.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
    """
    lines = [annotation(finding) for finding in report.findings if finding.grade in COMMANDS]
    lines += [f"::error title=schema-approvals.toml::{data(problem)}" for problem in report.problems]
    lines += [f"::notice title=schema-diff::{data(notice)}" for notice in report.notices]
    return "\n".join([*lines, report.summary])


def annotation(finding: Finding) -> str:
    change = finding.change
    command = "notice" if finding.approval else COMMANDS[finding.grade]
    line = f",line={change.line}" if change.line else ""
    title = f"{finding.grade}: {change.where}"
    return f"::{command} file={attribute(change.file)}{line},title={attribute(title)}::{data(message(finding))}"


def data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def attribute(text: str) -> str:
    return data(text).replace(":", "%3A").replace(",", "%2C")
