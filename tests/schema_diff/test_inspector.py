"""@graphql-inspector/core never reports a higher severity; docs/schema-diff.md lists the lower ones.

It runs with `suppressRemovalOfDeprecatedField`, because our check has a rule for deprecated fields as well.
"""

import json
import re
import shutil
import subprocess
from functools import cache

import pytest

from local.paths import ROOT
from local.ui import graphiql
from schema_diff.graphql.appsync_restrictions import DIRECTIVES, SCALARS
from tests.schema_diff import corpus
from tests.schema_diff.corpus import TEST_DATA, CorpusEdit

EDITS = corpus.edits()
SEVERITIES = ("none", "safe", "dangerous", "breaking")
DECLARED = [f"scalar {name}" for name in SCALARS] + [f"directive @{name} {of}" for name, of in DIRECTIVES.items()]
TABLE = (ROOT / "docs" / "schema-diff.md").read_text().partition("## Comparison with other checkers")[2]
ROW = re.compile(r"^\| `([\w/-]+)` \| (\w+) \| (\w+) \| [^|]+ \|$", re.MULTILINE)

pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(not (shutil.which("node") and shutil.which("npm")), reason="needs Node.js with npm"),
]


@cache
def inspector_severities() -> dict[CorpusEdit, str]:
    """Returns the inspector's highest severity for each edit."""
    graphiql.assets(TEST_DATA / "inspector")
    declared = "\n".join(DECLARED)
    pairs = [{"before": declared + corpus.BASE, "after": declared + edit.after} for edit in EDITS]
    process = subprocess.run(
        ["node", "run.mjs"],
        cwd=TEST_DATA / "inspector",
        input=json.dumps(pairs),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    results = json.loads(process.stdout)
    return {
        edit: max((change["severity"] for change in changes), key=SEVERITIES.index, default="none")
        for edit, changes in zip(EDITS, results, strict=True)
    }


def lowest_severity(edit: CorpusEdit) -> str:
    """Returns the lowest severity over all client profiles."""
    return min(edit.severities.values(), key=SEVERITIES.index)


def documented_kind(edit: CorpusEdit) -> str:
    """Returns the kind of a difference, without the part after its colon."""
    unsupported = [id for id in edit.expected_ids if id.startswith("appsync-unsupported")]
    return (unsupported or edit.expected_ids)[0].partition(":")[0]


def test_the_inspector_never_reports_a_higher_severity() -> None:
    pairs = [(edit.expected_ids, lowest_severity(edit), inspector_severities()[edit]) for edit in EDITS]
    assert [pair for pair in pairs if SEVERITIES.index(pair[1]) < SEVERITIES.index(pair[2])] == []


def test_the_documentation_has_exactly_the_differences() -> None:
    differences = {
        (documented_kind(edit), lowest_severity(edit), inspector_severities()[edit])
        for edit in EDITS
        if lowest_severity(edit) != inspector_severities()[edit]
    }
    assert set(ROW.findall(TABLE)) == differences


def test_the_documented_number_of_equal_severities_is_correct() -> None:
    same = sum(lowest_severity(edit) == inspector_severities()[edit] for edit in EDITS)
    assert f"{same} of {len(EDITS)} changes" in TABLE
