"""The page `/`: GraphiQL, which signs in with a token from the local server; it works offline."""

import fcntl
import subprocess
import sys
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

FOLDER = Path(__file__).resolve().parent / "static" / "graphiql"
PACKAGES = FOLDER / "node_modules"
OWN_FILES = {"page.js": "text/javascript", "style.css": "text/css"}
PACKAGE_FILES = {
    "graphiql.css": ("graphiql/graphiql.min.css", "text/css"),
    "graphiql.js": ("graphiql/graphiql.min.js", "text/javascript"),
    "react.js": ("react/umd/react.production.min.js", "text/javascript"),
    "react-dom.js": ("react-dom/umd/react-dom.production.min.js", "text/javascript"),
}


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
    print(f"Installing the packages of {folder.name} from npm…", file=sys.stderr)
    npm = ["npm", "ci", "--ignore-scripts", "--loglevel=error"]
    try:
        subprocess.run(npm, cwd=folder, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise PackagesUnavailable(
            f"npm is not installed: install Node.js, which includes it, to get the packages of {folder.name}"
        ) from error
    except subprocess.CalledProcessError as error:
        raise PackagesUnavailable(
            f"npm could not install the packages of {folder.name}: {error.stderr.strip()}"
        ) from error


def routes(packages: Path = PACKAGES) -> list[Route]:
    """Returns the routes of the page, of its own files, and of the four files of `packages` that it loads."""

    async def page(_: Request) -> Response:
        return FileResponse(FOLDER / "index.html", media_type="text/html", headers={"cache-control": "no-cache"})

    async def file(request: Request) -> Response:
        name = request.path_params["file"]
        if name in OWN_FILES:
            return FileResponse(FOLDER / name, media_type=OWN_FILES[name], headers={"cache-control": "no-cache"})
        path, media_type = PACKAGE_FILES.get(name, ("", ""))
        if not path or not (packages / path).is_file():
            raise HTTPException(404)
        return FileResponse(packages / path, media_type=media_type, headers={"cache-control": "max-age=3600"})

    return [Route("/", page), Route("/graphiql/{file}", file)]
