"""The report as JSON."""

import json
from typing import Any

from schema_diff.report import ChangeFinding, ComparisonReport


def as_json(report: ComparisonReport) -> str:
    """Returns the report as JSON. `severity` is for the released apps, `severities` for each known profile."""
    content = {
        "base": report.base,
        "head": report.head,
        "fails": report.fails,
        "problems": list(report.problems),
        "notices": list(report.notices),
        "changes": [entry(finding) for finding in report.findings],
    }
    return json.dumps(content, indent=2)


def entry(finding: ChangeFinding) -> dict[str, Any]:
    change, approval = finding.change, finding.approval
    return {
        "id": change.id,
        "kind": change.kind,
        "location": change.location,
        "description": change.description,
        "file": change.file,
        "line": change.line,
        "lineAtBase": change.base_line,
        "severity": str(finding.severity),
        "severities": {profile: str(severity) for profile, severity in finding.severities.items()},
        "impact": finding.impact,
        "remedy": finding.rule.remedy,
        "broken": list(finding.broken),
        "affected": list(finding.affected),
        "approved": {"why": approval.why, "until": str(approval.until)} if approval else None,
    }
