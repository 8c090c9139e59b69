"""The program: base and head, exit status, and errors that prevent the comparison."""

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
from tests.schema_diff.comparisons import TODAY, app, tree

OLD = "type Query {\n  a: Int\n  b: Int\n}\n"
NEW = "type Query {\n  a: Int\n}\n"
GIT_ENVIRONMENT = {
    **{name: "tests" for name in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME")},
    **{name: "tests@example.com" for name in ("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}

Captured = pytest.CaptureFixture[str]


def git(root: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-C", str(root), *arguments], check=True, capture_output=True, env={**os.environ, **GIT_ENVIRONMENT}
    )


def commit_files(root: Path, files: dict[str, str]) -> Path:
    """Creates a repository with one commit of the files, on the branch main."""
    tree(root, files)
    if not (root / ".git").exists():
        git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "as it is")
    return root


@pytest.fixture(autouse=True)
def no_pull_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_BASE_REF", raising=False)


def test_two_equal_files_exit_with_0(tmp_path: Path, capsys: Captured) -> None:
    old = tree(tmp_path, {"old.graphql": OLD}).root / "old.graphql"
    assert main([str(old), str(old)], tmp_path, TODAY) == 0
    assert capsys.readouterr().out == f"{old} → {old}: 0 breaking, 0 dangerous, 0 safe\n"


def test_a_breaking_change_exits_with_1_and_prints_file_and_line(tmp_path: Path, capsys: Captured) -> None:
    tree(tmp_path, {"old.graphql": OLD, "new.graphql": NEW})
    assert main([str(tmp_path / "old.graphql"), str(tmp_path / "new.graphql")], tmp_path, TODAY) == 1
    out = capsys.readouterr().out
    assert f"breaking  {tmp_path}/new.graphql:1 Query.b" in out
    assert "breaking: Query.b (line 3 at the base)" in out


def test_a_revision_is_compared_with_the_work_tree(tmp_path: Path, capsys: Captured) -> None:
    root = commit_files(tmp_path, {SCHEMA: OLD, **app("relay", "query B { b }")})
    tree(root, {SCHEMA: NEW})
    assert main(["main"], root, TODAY) == 1
    assert "1 broken, 0 affected" in capsys.readouterr().out


def test_two_revisions_are_compared_without_the_work_tree(tmp_path: Path, capsys: Captured) -> None:
    root = commit_files(tmp_path, {SCHEMA: OLD})
    git(root, "tag", "v1.0")
    commit_files(root, {SCHEMA: NEW})
    tree(root, {SCHEMA: "nonsense", FILE: "nonsense"})
    assert main(["v1.0", "HEAD"], root, TODAY) == 1
    assert main(["HEAD", "v1.0"], root, TODAY) == 0
    assert capsys.readouterr().err == ""


def test_clients_and_approvals_are_read_from_the_head(tmp_path: Path, capsys: Captured) -> None:
    root = commit_files(tmp_path, {SCHEMA: OLD})
    entry = '[[approved]]\nid = "field-removed:Query.b"\nwhy = "nobody asks"\nuntil = 2026-12-31\n'
    commit_files(root, {SCHEMA: NEW, FILE: entry})
    assert main(["HEAD^", "HEAD"], root, TODAY) == 0
    assert "approved  schema.graphql:1" in capsys.readouterr().out


def test_the_default_base_is_the_newest_release_tag(tmp_path: Path, capsys: Captured) -> None:
    root = commit_files(tmp_path, {SCHEMA: NEW})
    git(root, "tag", "v1.9")
    commit_files(root, {SCHEMA: OLD})
    git(root, "tag", "v1.10")
    for tag in ("nightly", "v2", "v2.0.0-rc.1", "9.0x"):
        git(root, "tag", tag)
    git(root, "branch", "later")
    commit_files(root, {SCHEMA: NEW})
    assert main([], root, TODAY) == 1
    output = capsys.readouterr()
    assert "v1.10, the newest release → the work tree: 1 breaking" in output.out
    assert output.err == "schema-diff compares with v1.10, the newest release.\n"


def test_a_release_tag_that_is_not_an_ancestor_is_ignored(tmp_path: Path, capsys: Captured) -> None:
    root = commit_files(tmp_path, {SCHEMA: OLD})
    commit_files(root, {SCHEMA: NEW})
    git(root, "tag", "v2.0.0")
    git(root, "checkout", "--quiet", "-b", "fix", "HEAD^")
    commit_files(root, {"README.md": "homes"})
    assert main([], root, TODAY) == 0
    assert "HEAD^, the parent commit → the work tree: 0 breaking" in capsys.readouterr().out


def clone_repository(root: Path, to: Path, *options: str) -> Path:
    git(root, "clone", "--quiet", *options, root.as_uri(), str(to))
    return to


def test_the_default_base_without_a_release_is_the_base_branch(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = commit_files(tmp_path / "origin", {SCHEMA: OLD})
    git(origin, "branch", "next")
    monkeypatch.setenv("GITHUB_BASE_REF", "next")
    clone = clone_repository(origin, tmp_path / "clone")
    commit_files(clone, {SCHEMA: NEW})
    commit_files(clone, {"README.md": "homes"})
    assert main([], clone, TODAY) == 1
    assert "origin/next, the base branch → the work tree: 1 breaking" in capsys.readouterr().out


def test_the_last_default_base_is_the_parent_commit(tmp_path: Path, capsys: Captured) -> None:
    root = commit_files(tmp_path, {SCHEMA: OLD})
    commit_files(root, {SCHEMA: NEW})
    assert main([], root, TODAY) == 1
    output = capsys.readouterr()
    assert "HEAD^, the parent commit → the work tree: 1 breaking" in output.out
    assert output.err == "schema-diff compares with HEAD^, the parent commit.\n"


def test_a_first_commit_has_no_base_and_passes(tmp_path: Path, capsys: Captured) -> None:
    root = commit_files(tmp_path, {SCHEMA: OLD})
    assert main([], root, TODAY) == 0
    assert capsys.readouterr().out == "There is no release tag and no parent commit: nothing to compare with.\n"


def test_a_repository_without_commits_has_no_base_and_passes(tmp_path: Path, capsys: Captured) -> None:
    git(tmp_path, "init", "--quiet")
    assert main([], tree(tmp_path, {SCHEMA: OLD}).root, TODAY) == 0
    assert "nothing to compare with" in capsys.readouterr().out


def test_a_shallow_clone_without_a_parent_exits_with_2(tmp_path: Path, capsys: Captured) -> None:
    origin = commit_files(tmp_path / "origin", {SCHEMA: OLD})
    commit_files(origin, {SCHEMA: NEW})
    assert main([], clone_repository(origin, tmp_path / "clone", "--depth=1"), TODAY) == 2
    assert "the clone is shallow: fetch its history, or name a base" in capsys.readouterr().err


def test_a_base_without_a_schema_is_a_notice_and_passes(tmp_path: Path, capsys: Captured) -> None:
    root = commit_files(tmp_path, {"README.md": "homes"})
    tree(root, {SCHEMA: OLD})
    assert main(["main"], root, TODAY) == 0
    assert "Note: no schema.graphql at the base: it is not compared" in capsys.readouterr().out


def test_a_base_without_contracts_is_one_notice_and_passes(tmp_path: Path, capsys: Captured) -> None:
    root = commit_files(tmp_path, {SCHEMA: OLD, REST: (ROOT / REST).read_text()})
    tree(root, {path: (ROOT / path).read_text() for path in ARTEFACTS})
    assert main(["main"], root, TODAY) == 0
    notes = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Note: ")]
    assert notes == ["Note: no contracts/ at the base: it is not compared"]


def test_removed_contracts_are_breaking(tmp_path: Path, capsys: Captured) -> None:
    root = commit_files(tmp_path, {SCHEMA: OLD, **{path: (ROOT / path).read_text() for path in ARTEFACTS}})
    (root / TABLE).unlink()
    assert main(["main"], root, TODAY) == 1
    assert "contract-removed:contracts/table.json" in capsys.readouterr().out


def test_contracts_of_an_unknown_version_exit_with_2(tmp_path: Path, capsys: Captured) -> None:
    root = commit_files(tmp_path, {SCHEMA: OLD, FIELDS: '{"version": 9}'})
    assert main(["main"], root, TODAY) == 2
    assert "main:contracts/fields.json: version 9 is unknown; this tool reads version 1" in capsys.readouterr().err


def test_one_run_writes_several_formats_to_their_files(tmp_path: Path, capsys: Captured) -> None:
    tree(tmp_path, {"old.graphql": OLD, "new.graphql": NEW})
    sources = [str(tmp_path / "old.graphql"), str(tmp_path / "new.graphql")]
    formats = ["--as", "github", "--as", f"json={tmp_path}/diff.json", "--as", f"markdown={tmp_path}/diff.md"]
    assert main([*sources, *formats], tmp_path, TODAY) == 1
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
    ("arguments", "message"),
    [
        (["nowhere"], "'nowhere' is neither a file nor a git revision"),
        (["--", "-x"], "'-x' is neither a file nor a git revision"),
        (["gone.graphql"], "gone.graphql: No such file or directory"),
        (["empty.graphql", "old.graphql"], "empty.graphql: the file is empty"),
        (["cut.graphql", "old.graphql"], "cut.graphql:3:5: Syntax Error: Expected Name, found ':'."),
        (["old.graphql", "cut.graphql"], "cut.graphql:3:5: Syntax Error"),
        (["bytes.graphql", "old.graphql"], "bytes.graphql:2: the file is not UTF-8 text"),
        (["old.graphql", "unknown.graphql"], "unknown.graphql:2:6: Unknown type 'Home'."),
        (["old.graphql", "rootless.graphql"], "rootless.graphql: Query root type must be provided."),
        (["old.graphql", "twice.graphql"], "twice.graphql:1:6: There can be only one type named 'Query'."),
        (["old.graphql", "directive.graphql"], "directive.graphql:2:10: Unknown directive '@mine'."),
        (["old.graphql", "asks.graphql"], "asks.graphql:2: a schema must not contain operations"),
        (["old.graphql", "deep.graphql"], "Syntax Error: Document is nested too deeply."),
        (["table.json", "table.json"], "table.json:2:12: Expecting value"),
        (["fields.json", "fields.json"], "fields.json: version 2 is unknown; this tool reads version 1"),
        (["errors.json", "errors.json"], "errors.json: errors is not an object, as format 1 requires"),
        (["cut.yaml", "cut.yaml"], "cut.yaml:2:9: expected the node content"),
        (["cut.json", "cut.json"], "cut.json:1:13: "),
        (["notes.txt"], "notes.txt: neither a schema nor an OpenAPI document (.graphql, .graphqls, .gql, .yaml"),
        (["old.graphql", "table.json"], "old.graphql and table.json have no contract in common to compare"),
        (
            ["old.graphql", "old.graphql", "--as", "pdf"],
            "--as pdf: must be one of table, markdown, json, sarif, github",
        ),
        (["old.graphql", "old.graphql", "--as", "json=no/such.json"], "no/such.json cannot be written: No such file"),
    ],
)
def test_an_unreadable_source_exits_with_2_and_prints_the_reason(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    root = commit_files(tmp_path, {SCHEMA: OLD})
    for name, content in FILES.items():
        (root / name).write_bytes(content)
    monkeypatch.chdir(root)
    assert main(arguments, root, TODAY) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("schema-diff could not run. ")
    assert message in output.err


def test_the_default_base_outside_of_git_exits_with_2(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert main([], tree(tmp_path, {SCHEMA: OLD}).root, TODAY) == 2
    assert "not a git repository" in capsys.readouterr().err


def test_unknown_arguments_exit_with_2(tmp_path: Path, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as exit:
        main(["a", "b", "c"], tmp_path, TODAY)
    assert exit.value.code == 2
    assert "unrecognized arguments: c" in capsys.readouterr().err


def test_the_help_explains_sources_and_exit_statuses(tmp_path: Path, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as exit:
        main(["--help"], tmp_path, TODAY)
    out = " ".join(capsys.readouterr().out.split())
    assert exit.value.code == 0
    assert "A source is a git revision, a file" in out and "1 a released app breaks" in out


@pytest.mark.process
def test_the_project_does_not_differ_from_itself() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "schema_diff", ".", "--as", "json"], cwd=ROOT, capture_output=True, text=True
    )
    assert (process.returncode, json.loads(process.stdout)["changes"]) == (0, [])


@pytest.mark.process
def test_make_prints_the_exit_status_of_schema_diff(tmp_path: Path) -> None:
    tree(tmp_path, {"old.graphql": OLD, "new.graphql": NEW})
    for files, status in ((("old.graphql", "new.graphql"), 1), (("old.graphql", "gone.graphql"), 2)):
        base, head = (f"{name}={tmp_path / file}" for name, file in zip(("BASE", "HEAD"), files, strict=True))
        command = ["make", "--old-file=.venv/run.ready", "--silent", "schema-diff", base, head]
        process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert process.returncode == 2
        assert f"schema-diff ended with {status} (1: a change breaks apps, 2: it could not run)\n" in process.stderr
