"""The page `/`: its files, and their installation by npm."""

import asyncio
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from graphql import DocumentNode, OperationDefinitionNode, build_schema, parse, validate
from graphql.execution.values import get_variable_values
from starlette.applications import Starlette

from local.loader import seed
from local.schema import compiler
from local.ui import graphiql
from tests.local.server_fixture import LocalServer

USERS = [{"id": "ada", "name": "Ada Lovelace", "email": "ada@example.com"}]

NPM = """#!/bin/sh
echo "$@" >> calls
sleep 0.1
mkdir -p node_modules && touch node_modules/.package-lock.json
"""


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A folder with the files that npm installs; the content of each is its path."""
    for path, _ in graphiql.PACKAGE_FILES.values():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path)
    return tmp_path


def got(path: str, packages: Path) -> httpx.Response:
    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=graphiql.routes(USERS, packages)))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
            return await client.get(path)

    return asyncio.run(answer())


def test_the_page_is_html_and_is_revalidated(packages: Path) -> None:
    response = got("/", packages)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"
    assert response.text == (graphiql.FOLDER / "index.html").read_text()


def test_the_page_loads_only_files_that_are_served() -> None:
    html = (graphiql.FOLDER / "index.html").read_text()
    scripts = "".join((graphiql.FOLDER / name).read_text() for name in graphiql.OWN_FILES if name.endswith(".js"))
    loaded = re.findall(r'(?:src|href)="(/graphiql/[^"]+)"', html)
    imported = re.findall(r'^import .* from "\./([^"]+)";$', scripts, re.MULTILINE)
    files = {*graphiql.PACKAGE_FILES, *graphiql.OWN_FILES}
    assert {*loaded, *(f"/graphiql/{name}" for name in imported)} == {f"/graphiql/{name}" for name in files}
    assert "://" not in html


def test_the_page_has_no_inline_script_and_no_inline_style() -> None:
    html = (graphiql.FOLDER / "index.html").read_text()
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", html) == []
    assert [script for script in re.findall(r"<script[^>]*>(.*?)</script>", html) if script] == []


def test_the_page_links_to_traces_rest_and_the_schema() -> None:
    html = (graphiql.FOLDER / "index.html").read_text()
    assert re.findall(r'<a href="([^"]+)"', html) == ["/trace", "/docs", "/schema.graphql"]


@pytest.mark.parametrize(("name", "path", "kind"), [(name, *file) for name, file in graphiql.PACKAGE_FILES.items()])
def test_a_file_of_a_package_has_its_media_type_and_is_cacheable(
    packages: Path, name: str, path: str, kind: str
) -> None:
    response = got(f"/graphiql/{name}", packages)
    assert response.text == path
    assert response.headers["content-type"] == f"{kind}; charset=utf-8"
    assert response.headers["cache-control"] == "max-age=3600"


def test_each_of_the_pages_own_files_has_its_media_type_and_is_revalidated(packages: Path) -> None:
    for name, media_type in graphiql.OWN_FILES.items():
        response = got(f"/graphiql/{name}", packages)
        assert response.text == (graphiql.FOLDER / name).read_text()
        assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
        assert response.headers["cache-control"] == "no-cache"


def test_the_content_has_the_sample_users_and_the_examples_in_order_of_the_tabs(packages: Path) -> None:
    content = got("/graphiql/content.json", packages).json()
    assert content == {"users": USERS, "examples": graphiql.examples()}
    documents = [parse(example["query"]) for example in content["examples"]]
    assert [operation(document).operation.value for document in documents] == [
        "query",
        "query",
        "mutation",
        "subscription",
    ]


def operation(document: DocumentNode) -> OperationDefinitionNode:
    (definition,) = document.definitions
    assert isinstance(definition, OperationDefinitionNode)
    return definition


def test_each_example_is_valid_with_its_variables() -> None:
    schema = build_schema(compiler.FILE.read_text())
    for example in graphiql.examples():
        document = parse(example["query"])
        assert validate(schema, document) == []
        variables = json.loads(example["variables"] or "{}")
        definitions = operation(document).variable_definitions or ()
        assert not isinstance(get_variable_values(schema, definitions, variables), list)
        assert list(variables) == [definition.variable.name.value for definition in definitions]


def test_the_sample_data_has_two_pages_of_the_example_and_its_users_own_properties() -> None:
    sample = json.loads(seed.FILE.read_text())
    listed = [
        home for home in sample["homes"] if home["zipCode"] == "94110" and home["status"] in ("ACTIVE", "PENDING")
    ]
    assert len(listed) == 4
    assert {home["ownerId"] for home in sample["homes"]} == {user["id"] for user in seed.sample_users()}


@pytest.mark.parametrize("name", ["package.json", "..%2Fpage.py", "graphiql%2Fgraphiql.min.js", "graphiql.min.js", ""])
def test_no_other_file_is_served(packages: Path, name: str) -> None:
    assert got(f"/graphiql/{name}", packages).status_code == 404


def test_a_file_that_is_not_installed_is_answered_with_404(tmp_path: Path) -> None:
    assert got("/graphiql/react.js", tmp_path).status_code == 404


def test_the_page_is_served_if_its_files_are_not_installed(tmp_path: Path) -> None:
    assert got("/", tmp_path).status_code == 200


@pytest.mark.parametrize("package", ["graphiql", "graphql", "react", "react-dom"])
def test_each_package_is_pinned_and_locked(package: str) -> None:
    pinned = json.loads((graphiql.FOLDER / "package.json").read_text())["dependencies"]
    locked = json.loads((graphiql.FOLDER / "package-lock.json").read_text())["packages"]
    assert set(pinned) == {"graphiql", "graphql", "react", "react-dom"}
    assert locked[f"node_modules/{package}"]["version"] == pinned[package]


def test_every_locked_package_has_a_hash_and_no_url() -> None:
    text = (graphiql.FOLDER / "package-lock.json").read_text()
    packages = [entry for path, entry in json.loads(text)["packages"].items() if path]
    assert all(entry["integrity"].startswith("sha512-") for entry in packages)
    assert "://" not in text


def test_the_schema_is_served_as_text(server: LocalServer) -> None:
    response = server.http.get("/schema.graphql")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text == compiler.FILE.read_text()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a lock file, with a script in place of npm that records each call."""
    folder = tmp_path / "graphiql"
    folder.mkdir()
    (folder / "package-lock.json").write_text("{}")
    npm_is(NPM, tmp_path / "bin", monkeypatch)
    return folder


def npm_is(script: str, bin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bin.mkdir(exist_ok=True)
    (bin / "npm").write_text(script)
    (bin / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin}:{os.environ['PATH']}")


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text().splitlines()


def test_npm_installs_the_packages_once_and_runs_none_of_their_scripts(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert graphiql.assets(folder) == folder / "node_modules"
    assert graphiql.assets(folder) == folder / "node_modules"
    assert calls(folder) == ["ci --ignore-scripts --loglevel=error"]
    assert capsys.readouterr() == ("", f"Installing the packages of {folder.name} from npm, once…\n")


def test_npm_installs_the_packages_again_if_the_lock_file_has_changed(folder: Path) -> None:
    graphiql.assets(folder)
    later = (folder / "node_modules" / ".package-lock.json").stat().st_mtime + 1
    os.utime(folder / "package-lock.json", (later, later))
    graphiql.assets(folder)
    assert len(calls(folder)) == 2


def test_npm_runs_once_if_several_callers_start_together(folder: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(graphiql.assets, [folder] * 4))
    assert len(calls(folder)) == 1


def test_the_error_without_npm_says_how_to_install_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(
        graphiql.PackagesUnavailable, match=r"npm is not installed: install Node\.js, which includes it"
    ):
        graphiql.assets(folder)


def test_the_error_of_a_failed_installation_has_the_output_of_npm(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm_is("#!/bin/sh\necho no network >&2\nexit 1\n", tmp_path / "bin", monkeypatch)
    with pytest.raises(graphiql.PackagesUnavailable, match=r"the packages of \S+ could not be installed: no network$"):
        graphiql.assets(folder)


@pytest.mark.node
def test_the_installed_packages_have_every_file_of_the_page() -> None:
    packages = graphiql.assets()
    assert [path for path, _ in graphiql.PACKAGE_FILES.values() if not (packages / path).is_file()] == []
