"""The program: its sides, its exit status, and what it says where it cannot run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.paths import ROOT
from schema_diff.__main__ import main
from schema_diff.approvals import FILE
from schema_diff.sources.source import ARTEFACTS, FIELDS, REST, SCHEMA, TABLE
from tests.schema_diff.helpers import TODAY, app, tree

OLD = "type Query {\n  a: Int\n  b: Int\n}\n"
NEW = "type Query {\n  a: Int\n}\n"
GIT = {
    **{name: "tests" for name in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME")},
    **{name: "tests@example.com" for name in ("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}

Captured = pytest.CaptureFixture[str]


def git(root: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True, env={**os.environ, **GIT})


def committed(root: Path, files: dict[str, str]) -> Path:
    """A repository with a commit of these files, on main."""
    tree(root, files)
    if not (root / ".git").exists():
        git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "as it is")
    return root


@pytest.fixture(autouse=True)
def no_pull_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_BASE_REF", raising=False)


def test_two_files_that_are_alike_end_with_0(tmp_path: Path, capsys: Captured) -> None:
    old = tree(tmp_path, {"old.graphql": OLD}).root / "old.graphql"
    assert main([str(old), str(old)], tmp_path, TODAY) == 0
    assert capsys.readouterr().out == f"{old} → {old}: 0 breaking, 0 dangerous, 0 safe\n"


def test_two_files_of_which_one_breaks_an_app_end_with_1_and_name_file_and_line(
    tmp_path: Path, capsys: Captured
) -> None:
    tree(tmp_path, {"old.graphql": OLD, "new.graphql": NEW})
    assert main([str(tmp_path / "old.graphql"), str(tmp_path / "new.graphql")], tmp_path, TODAY) == 1
    out = capsys.readouterr().out
    assert f"breaking  {tmp_path}/new.graphql:1 Query.b" in out
    assert "breaking: Query.b (line 3 at the base)" in out


def test_a_revision_is_compared_with_the_work_tree(tmp_path: Path, capsys: Captured) -> None:
    root = committed(tmp_path, {SCHEMA: OLD, **app("relay", "query B { b }")})
    tree(root, {SCHEMA: NEW})
    assert main(["main"], root, TODAY) == 1
    assert "1 broken, 0 affected" in capsys.readouterr().out


def test_two_revisions_are_compared_whatever_lies_in_the_work_tree(tmp_path: Path, capsys: Captured) -> None:
    root = committed(tmp_path, {SCHEMA: OLD})
    git(root, "tag", "v1.0")
    committed(root, {SCHEMA: NEW})
    tree(root, {SCHEMA: "nonsense", FILE: "nonsense"})
    assert main(["v1.0", "HEAD"], root, TODAY) == 1
    assert main(["HEAD", "v1.0"], root, TODAY) == 0
    assert capsys.readouterr().err == ""


def test_what_is_out_and_approved_is_read_from_the_newer_revision(tmp_path: Path, capsys: Captured) -> None:
    root = committed(tmp_path, {SCHEMA: OLD})
    entry = '[[approved]]\nid = "field-removed:Query.b"\nwhy = "nobody asks"\nuntil = 2026-12-31\n'
    committed(root, {SCHEMA: NEW, FILE: entry})
    assert main(["HEAD^", "HEAD"], root, TODAY) == 0
    assert "approved  schema.graphql:1" in capsys.readouterr().out


def test_without_a_base_it_is_the_newest_release_tag(tmp_path: Path, capsys: Captured) -> None:
    root = committed(tmp_path, {SCHEMA: NEW})
    git(root, "tag", "v1.9")
    committed(root, {SCHEMA: OLD})
    git(root, "tag", "v1.10")
    for tag in ("nightly", "v2", "v2.0.0-rc.1", "9.0x"):
        git(root, "tag", tag)
    git(root, "branch", "later")
    committed(root, {SCHEMA: NEW})
    assert main([], root, TODAY) == 1
    told = capsys.readouterr()
    assert "v1.10, the newest release → the work tree: 1 breaking" in told.out
    assert told.err == "schema-diff compares with v1.10, the newest release.\n"


def test_a_release_that_the_commit_does_not_come_from_is_none(tmp_path: Path, capsys: Captured) -> None:
    root = committed(tmp_path, {SCHEMA: OLD})
    committed(root, {SCHEMA: NEW})
    git(root, "tag", "v2.0.0")
    git(root, "checkout", "--quiet", "-b", "fix", "HEAD^")
    committed(root, {"README.md": "homes"})
    assert main([], root, TODAY) == 0
    assert "HEAD^, the parent commit → the work tree: 0 breaking" in capsys.readouterr().out


def cloned(root: Path, to: Path, *options: str) -> Path:
    git(root, "clone", "--quiet", *options, root.as_uri(), str(to))
    return to


def test_without_a_release_it_is_the_base_branch_of_the_pull_request(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = committed(tmp_path / "origin", {SCHEMA: OLD})
    git(origin, "branch", "next")
    monkeypatch.setenv("GITHUB_BASE_REF", "next")
    clone = cloned(origin, tmp_path / "clone")
    committed(clone, {SCHEMA: NEW})
    committed(clone, {"README.md": "homes"})
    assert main([], clone, TODAY) == 1
    assert "origin/next, the base branch → the work tree: 1 breaking" in capsys.readouterr().out


def test_with_neither_it_is_the_parent_commit(tmp_path: Path, capsys: Captured) -> None:
    root = committed(tmp_path, {SCHEMA: OLD})
    committed(root, {SCHEMA: NEW})
    assert main([], root, TODAY) == 1
    told = capsys.readouterr()
    assert "HEAD^, the parent commit → the work tree: 1 breaking" in told.out
    assert told.err == "schema-diff compares with HEAD^, the parent commit.\n"


def test_of_a_first_commit_it_says_so_and_passes(tmp_path: Path, capsys: Captured) -> None:
    root = committed(tmp_path, {SCHEMA: OLD})
    assert main([], root, TODAY) == 0
    assert capsys.readouterr().out == "There is no release tag and no parent commit: nothing to compare with yet.\n"


def test_before_the_first_commit_it_says_so_and_passes(tmp_path: Path, capsys: Captured) -> None:
    git(tmp_path, "init", "--quiet")
    assert main([], tree(tmp_path, {SCHEMA: OLD}).root, TODAY) == 0
    assert "nothing to compare with yet" in capsys.readouterr().out


def test_a_shallow_clone_never_passes_for_want_of_a_parent(tmp_path: Path, capsys: Captured) -> None:
    origin = committed(tmp_path / "origin", {SCHEMA: OLD})
    committed(origin, {SCHEMA: NEW})
    assert main([], cloned(origin, tmp_path / "clone", "--depth=1"), TODAY) == 2
    assert "the clone is shallow: fetch its history, or name a base" in capsys.readouterr().err


def test_a_base_without_a_schema_is_said_and_passes(tmp_path: Path, capsys: Captured) -> None:
    root = committed(tmp_path, {"README.md": "homes"})
    tree(root, {SCHEMA: OLD})
    assert main(["main"], root, TODAY) == 0
    assert "Note: no schema.graphql at the base: there is nothing to compare it with yet" in capsys.readouterr().out


def test_a_base_without_contracts_is_said_once_and_passes(tmp_path: Path, capsys: Captured) -> None:
    root = committed(tmp_path, {SCHEMA: OLD, REST: (ROOT / REST).read_text()})
    tree(root, {path: (ROOT / path).read_text() for path in ARTEFACTS})
    assert main(["main"], root, TODAY) == 0
    notes = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Note: ")]
    assert notes == ["Note: no contracts/ at the base: there is nothing to compare it with yet"]


def test_contracts_that_are_removed_break_what_goes_by_them(tmp_path: Path, capsys: Captured) -> None:
    root = committed(tmp_path, {SCHEMA: OLD, **{path: (ROOT / path).read_text() for path in ARTEFACTS}})
    (root / TABLE).unlink()
    assert main(["main"], root, TODAY) == 1
    assert "contract-removed:contracts/table.json" in capsys.readouterr().out


def test_contracts_of_an_unknown_version_end_with_2_and_name_the_file(tmp_path: Path, capsys: Captured) -> None:
    root = committed(tmp_path, {SCHEMA: OLD, FIELDS: '{"version": 9}'})
    assert main(["main"], root, TODAY) == 2
    assert "main:contracts/fields.json: version 9 is unknown; this tool reads version 1" in capsys.readouterr().err


def test_several_forms_are_told_at_once_each_where_it_is_to_go(tmp_path: Path, capsys: Captured) -> None:
    tree(tmp_path, {"old.graphql": OLD, "new.graphql": NEW})
    sides = [str(tmp_path / "old.graphql"), str(tmp_path / "new.graphql")]
    forms = ["--as", "github", "--as", f"json={tmp_path}/diff.json", "--as", f"markdown={tmp_path}/diff.md"]
    assert main([*sides, *forms], tmp_path, TODAY) == 1
    assert capsys.readouterr().out.startswith("::error file=")
    assert json.loads((tmp_path / "diff.json").read_text())["fails"] is True
    assert (tmp_path / "diff.md").read_text().startswith("<!-- schema-diff -->")


FILES: dict[str, bytes] = {
    "old.graphql": OLD.encode(),
    "empty.graphql": b"  \n",
    "cut.graphql": b"type Query {\n  a: Int\n  b(: Int\n}",
    "bytes.graphql": b"type Query {\n  a\xff: Int\n}",
    "unknown.graphql": b"type Query {\n  a: Home\n}",
    "rootless.graphql": b"type Home { a: Int }",
    "twice.graphql": b"type Query { a: Int }\ntype Query { a: Int }",
    "directive.graphql": b"type Query {\n  a: Int @mine\n}",
    "asks.graphql": b"type Query { a: Int }\nquery A { a }",
    "deep.graphql": b"type Query { a: " + b"[" * 5_000 + b"Int" + b"]" * 5_000 + b" }",
    "table.json": b'{"version": 1,\n"indexes": }',
    "fields.json": b'{"version": 2}',
    "errors.json": b'{"version": 1, "errors": []}',
    "cut.yaml": b"openapi: 3.0.1\npaths: {",
    "cut.json": b'{"openapi": ',
    "notes.txt": b"hello",
}


@pytest.mark.parametrize(
    ("sides", "why"),
    [
        (["nowhere"], "'nowhere' is no file here, and no revision that git knows"),
        (["--", "-x"], "'-x' is no file here, and no revision that git knows"),
        (["gone.graphql"], "gone.graphql: No such file or directory"),
        (["empty.graphql", "old.graphql"], "empty.graphql: the file is empty"),
        (["cut.graphql", "old.graphql"], "cut.graphql:3:5: Syntax Error: Expected Name, found ':'."),
        (["old.graphql", "cut.graphql"], "cut.graphql:3:5: Syntax Error"),
        (["bytes.graphql", "old.graphql"], "bytes.graphql:2: this is no UTF-8 text"),
        (["old.graphql", "unknown.graphql"], "unknown.graphql:2:6: Unknown type 'Home'."),
        (["old.graphql", "rootless.graphql"], "rootless.graphql: Query root type must be provided."),
        (["old.graphql", "twice.graphql"], "twice.graphql:1:6: There can be only one type named 'Query'."),
        (["old.graphql", "directive.graphql"], "directive.graphql:2:10: Unknown directive '@mine'."),
        (["old.graphql", "asks.graphql"], "asks.graphql:2: a schema defines types, and asks nothing"),
        (["old.graphql", "deep.graphql"], "Syntax Error: Document is nested too deeply."),
        (["table.json", "table.json"], "table.json:2:12: Expecting value"),
        (["fields.json", "fields.json"], "fields.json: version 2 is unknown; this tool reads version 1"),
        (["errors.json", "errors.json"], "errors.json: errors is not an object, as format 1 has it"),
        (["cut.yaml", "cut.yaml"], "cut.yaml:2:9: expected the node content"),
        (["cut.json", "cut.json"], "cut.json:1:13: "),
        (["notes.txt"], "notes.txt: neither a schema nor an OpenAPI description (.graphql, .graphqls, .gql, .yaml"),
        (["old.graphql", "table.json"], "old.graphql and table.json have no contract in common to compare"),
        (["old.graphql", "old.graphql", "--as", "pdf"], "--as pdf: it is one of table, markdown, json, sarif, github"),
        (["old.graphql", "old.graphql", "--as", "json=no/such.json"], "no/such.json cannot be written: No such file"),
    ],
)
def test_what_cannot_be_read_ends_with_2_and_is_said_plainly(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, sides: list[str], why: str
) -> None:
    root = committed(tmp_path, {SCHEMA: OLD})
    for name, content in FILES.items():
        (root / name).write_bytes(content)
    monkeypatch.chdir(root)
    assert main(sides, root, TODAY) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("schema-diff could not run. ")
    assert why in told.err


def test_outside_of_git_it_could_not_run(tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert main([], tree(tmp_path, {SCHEMA: OLD}).root, TODAY) == 2
    assert "not a git repository" in capsys.readouterr().err


def test_wrong_arguments_end_with_2(tmp_path: Path, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["a", "b", "c"], tmp_path, TODAY)
    assert ended.value.code == 2
    assert "unrecognized arguments: c" in capsys.readouterr().err


def test_its_help_tells_what_a_side_is_and_what_the_exit_status_means(tmp_path: Path, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"], tmp_path, TODAY)
    out = " ".join(capsys.readouterr().out.split())
    assert ended.value.code == 0
    assert "A side is a git revision, a file" in out and "1 an app that is out breaks" in out


@pytest.mark.process
def test_the_project_as_it_is_differs_from_itself_in_nothing_by_the_verb() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "schema_diff", ".", "--as", "json"], cwd=ROOT, capture_output=True, text=True
    )
    assert (ran.returncode, json.loads(ran.stdout)["changes"]) == (0, [])


@pytest.mark.process
def test_the_verb_prints_which_status_the_program_ended_with(tmp_path: Path) -> None:
    tree(tmp_path, {"old.graphql": OLD, "new.graphql": NEW})
    for sides, status in ((("old.graphql", "new.graphql"), 1), (("old.graphql", "gone.graphql"), 2)):
        base, head = (f"{name}={tmp_path / file}" for name, file in zip(("BASE", "HEAD"), sides, strict=True))
        command = ["make", "--old-file=.venv/.ready", "--silent", "schema-diff", base, head]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert ran.returncode == 2
        assert f"schema-diff ended with {status} (1: a change breaks apps, 2: it could not run)\n" in ran.stderr
