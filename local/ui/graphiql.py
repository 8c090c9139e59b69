"""The page `/`: GraphiQL, which signs in with a token from the local server; it works offline."""

import fcntl
from collections.abc import Mapping, Sequence
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from local.lifecycle import progress

FOLDER = Path(__file__).resolve().parent / "static" / "graphiql"
PACKAGES = FOLDER / "node_modules"
PACKAGE_FILES = {
    "graphiql.css": ("graphiql/graphiql.min.css", "text/css"),
    "graphiql.js": ("graphiql/graphiql.min.js", "text/javascript"),
    "react.js": ("react/umd/react.production.min.js", "text/javascript"),
    "react-dom.js": ("react-dom/umd/react-dom.production.min.js", "text/javascript"),
}
OWN_FILES = {
    "style.css": "text/css",
    "page.js": "text/javascript",
    "address.js": "text/javascript",
    "caller.js": "text/javascript",
    "fetcher.js": "text/javascript",
    "operation.js": "text/javascript",
    "realtime.js": "text/javascript",
}
EXAMPLES_FOLDER = Path(__file__).resolve().parent / "examples"
EXAMPLES = ("query", "paging", "mutation", "subscription")  # in the order of the tabs
FRESH = {"cache-control": "no-cache"}


class PackagesUnavailable(Exception):
    """npm could not install the packages of a page; everything else in the local server works without them."""


def assets(folder: Path = FOLDER) -> Path:
    """Returns the folder of the installed packages; npm installs them if they are missing or package-lock.json changed.

    A file lock makes sure that npm runs once if several processes start together. Raises PackagesUnavailable.
    """
    with (folder / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not up_to_date(folder):
            install(folder)
    return folder / "node_modules"


def up_to_date(folder: Path) -> bool:
    """Returns whether npm finished after package-lock.json last changed; npm writes its own lock file last."""
    lock_file = folder / "node_modules" / ".package-lock.json"
    return lock_file.exists() and lock_file.stat().st_mtime >= (folder / "package-lock.json").stat().st_mtime


def install(folder: Path) -> None:
    packages = folder / "node_modules"
    title = f"Installing the packages of {folder.name} from npm, once"
    try:
        progress.run_npm(
            ["ci", "--ignore-scripts", "--loglevel=error"],
            folder,
            title,
            lambda: f"{progress.megabytes(packages)} MB",
        )
    except progress.NpmFailed as error:
        raise PackagesUnavailable(f"the packages of {folder.name} could not be installed: {error}") from error


def examples() -> list[dict[str, str]]:
    """Returns the operations of the page's tabs: of each the text of its document and of its variables."""
    return [
        {"query": (EXAMPLES_FOLDER / f"{name}.graphql").read_text(), "variables": variables_of(name)}
        for name in EXAMPLES
    ]


def variables_of(example: str) -> str:
    file = EXAMPLES_FOLDER / f"{example}.json"
    return file.read_text() if file.exists() else ""


def routes(users: Sequence[Mapping[str, str]], packages: Path = PACKAGES) -> list[Route]:
    """Returns the routes of the page, of its own files, of the four files of `packages` that it loads, and of its
    content: the example operations, and the sample users (`id`, `name`, `email`), of whom the first is signed in."""

    async def page(_: Request) -> Response:
        return FileResponse(FOLDER / "index.html", media_type="text/html", headers=FRESH)

    async def content(_: Request) -> Response:
        return JSONResponse({"users": users, "examples": examples()}, headers=FRESH)

    async def file(request: Request) -> Response:
        name = request.path_params["file"]
        if name in OWN_FILES:
            return FileResponse(FOLDER / name, media_type=OWN_FILES[name], headers=FRESH)
        path, media_type = PACKAGE_FILES.get(name, ("", ""))
        if not path or not (packages / path).is_file():
            raise HTTPException(404)
        return FileResponse(packages / path, media_type=media_type, headers={"cache-control": "max-age=3600"})

    return [Route("/", page), Route("/graphiql/content.json", content), Route("/graphiql/{file}", file)]
