"""The report as SARIF, for code scanning."""

import json
from typing import Any

from schema_diff.report import Finding, Report
from schema_diff.severity import Grade

LEVELS = {Grade.BREAKING: "error", Grade.DANGEROUS: "warning", Grade.SAFE: "note"}
SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


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
        "message": {"text": finding.message},
        "locations": [location],
        "partialFingerprints": {"changeId/v1": change.id},
        **({"suppressions": suppressed} if suppressed else {}),
    }
