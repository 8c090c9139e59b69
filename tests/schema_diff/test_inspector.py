"""npm's @graphql-inspector/core judges the same changes, never more strictly; docs/schema-diff.md tells where less.

It runs with its own rule for what was deprecated (`suppressRemovalOfDeprecatedField`), for ours has one too.
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
from tests.schema_diff.corpus import HERE, Edit

EDITS = corpus.edits()
GRADES = ("none", "safe", "dangerous", "breaking")
DECLARED = [f"scalar {name}" for name in SCALARS] + [f"directive @{name} {of}" for name, of in DIRECTIVES.items()]
TABLE = (ROOT / "docs" / "schema-diff.md").read_text().partition("## Beside other checkers")[2]
ROW = re.compile(r"^\| `([\w/-]+)` \| (\w+) \| (\w+) \| [^|]+ \|$", re.MULTILINE)

pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(not (shutil.which("node") and shutil.which("npm")), reason="needs Node.js with npm"),
]


@cache
def theirs() -> dict[Edit, str]:
    """The worst that the inspector finds in each change."""
    graphiql.assets(HERE / "inspector")
    declared = "\n".join(DECLARED)
    pairs = [{"before": declared + corpus.BASE, "after": declared + edit.after} for edit in EDITS]
    ran = subprocess.run(
        ["node", "run.mjs"],
        cwd=HERE / "inspector",
        input=json.dumps(pairs),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    answers = json.loads(ran.stdout)
    return {
        edit: max((one["grade"] for one in found), key=GRADES.index, default="none")
        for edit, found in zip(EDITS, answers, strict=True)
    }


def ours(edit: Edit) -> str:
    """The mildest grade that any profile has."""
    return min(edit.grades.values(), key=GRADES.index)


def kind(edit: Edit) -> str:
    """What a difference is told by: the kind that weighs, without what stands behind its colon."""
    refused = [one for one in edit.finds if one.startswith("appsync-refuses")]
    return (refused or edit.finds)[0].partition(":")[0]


def test_the_inspector_is_never_stricter_for_any_profile() -> None:
    pairs = [(edit.finds, ours(edit), theirs()[edit]) for edit in EDITS]
    assert [pair for pair in pairs if GRADES.index(pair[1]) < GRADES.index(pair[2])] == []


def test_each_difference_is_explained_and_nothing_else_is() -> None:
    differences = {(kind(edit), ours(edit), theirs()[edit]) for edit in EDITS if ours(edit) != theirs()[edit]}
    assert set(ROW.findall(TABLE)) == differences


def test_of_most_changes_both_say_the_same() -> None:
    same = sum(ours(edit) == theirs()[edit] for edit in EDITS)
    assert f"{same} of {len(EDITS)} changes" in TABLE
