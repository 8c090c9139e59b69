"""The report as SARIF, for code scanning."""

import json
from typing import Any

from schema_diff.report import ChangeFinding, ComparisonReport
from schema_diff.severity import Severity

LEVELS = {Severity.BREAKING: "error", Severity.DANGEROUS: "warning", Severity.SAFE: "note"}
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(report: ComparisonReport) -> str:
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
        "results": [result(finding) for finding in report.findings],
    }
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def result(finding: ChangeFinding) -> dict[str, Any]:
    change, approval = finding.change, finding.approval
    region = {"region": {"startLine": change.line}} if change.line else {}
    location = {"physicalLocation": {"artifactLocation": {"uri": change.file}, **region}}
    suppressions = [{"kind": "external", "justification": approval.why}] if approval else []
    return {
        "ruleId": change.kind,
        "level": LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [location],
        "partialFingerprints": {"changeId/v1": change.id},
        **({"suppressions": suppressions} if suppressions else {}),
    }
