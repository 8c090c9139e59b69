"""The report as JSON, with all that it holds."""

import json
from typing import Any

from schema_diff.report import Finding, Report


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
