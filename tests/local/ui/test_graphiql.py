"""The page `/`: its files, and their installation by npm."""

import asyncio
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from local.ui import graphiql

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
        transport = httpx.ASGITransport(Starlette(routes=graphiql.routes(packages)))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
            return await client.get(path)

    return asyncio.run(answer())


def test_the_page_is_html_and_is_revalidated(packages: Path) -> None:
    response = got("/", packages)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"
    assert response.text == (graphiql.FOLDER / "index.html").read_text()


def test_the_page_loads_these_files_and_nothing_else() -> None:
    html = (graphiql.FOLDER / "index.html").read_text()
    loaded = re.findall(r'(?:src|href)="([^"]+)"', html)
    loaded.remove("/trace")
    assert sorted(loaded) == sorted(
        ["data:,", *(f"/graphiql/{name}" for name in (*graphiql.OWN_FILES, *graphiql.PACKAGE_FILES))]
    )
    assert "://" not in html


@pytest.mark.parametrize(("name", "path", "kind"), [(name, *file) for name, file in graphiql.PACKAGE_FILES.items()])
def test_a_file_of_the_page_has_its_media_type_and_is_cacheable(
    packages: Path, name: str, path: str, kind: str
) -> None:
    response = got(f"/graphiql/{name}", packages)
    assert response.text == path
    assert response.headers["content-type"] == f"{kind}; charset=utf-8"
    assert response.headers["cache-control"] == "max-age=3600"


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
    assert capsys.readouterr() == ("", f"Installing the packages of {folder.name} from npm…\n")


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
    with pytest.raises(graphiql.PackagesUnavailable, match=r"npm could not install the packages of \S+: no network$"):
        graphiql.assets(folder)


@pytest.mark.node
def test_the_installed_packages_have_every_file_of_the_page() -> None:
    packages = graphiql.assets()
    assert [path for path, _ in graphiql.PACKAGE_FILES.values() if not (packages / path).is_file()] == []
