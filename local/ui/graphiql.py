"""The desk's page at `/`: GraphiQL, signed in by a token of the desk's own; it works without any network."""

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
FILES = {
    "graphiql.css": ("graphiql/graphiql.min.css", "text/css"),
    "graphiql.js": ("graphiql/graphiql.min.js", "text/javascript"),
    "react.js": ("react/umd/react.production.min.js", "text/javascript"),
    "react-dom.js": ("react-dom/umd/react-dom.production.min.js", "text/javascript"),
}


class NotInstalled(Exception):
    """GraphiQL's packages are not there and could not be brought; all else of the desk works without them."""


def assets(folder: Path = FOLDER) -> Path:
    """The folder of GraphiQL's packages, which npm fills on first use: once, however many processes start together.

    It fills it again when package-lock.json has changed since. Raises NotInstalled where it cannot.
    """
    with (folder / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not up_to_date(folder):
            install(folder)
    return folder / "node_modules"


def up_to_date(folder: Path) -> bool:
    """Whether npm, which writes a lock file of its own last of all, did so after ours was written."""
    done = folder / "node_modules" / ".package-lock.json"
    return done.exists() and done.stat().st_mtime >= (folder / "package-lock.json").stat().st_mtime


def install(folder: Path) -> None:
    print(f"Fetching the packages of {folder.name} from npm, once…", file=sys.stderr)
    npm = ["npm", "ci", "--ignore-scripts", "--loglevel=error"]
    try:
        subprocess.run(npm, cwd=folder, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise NotInstalled(
            f"npm is not installed: it comes with Node.js, and brings the packages of {folder.name}"
        ) from error
    except subprocess.CalledProcessError as error:
        raise NotInstalled(f"npm could not bring the packages of {folder.name}: {error.stderr.strip()}") from error


def routes(packages: Path = PACKAGES) -> list[Route]:
    """The page, and those four files of `packages` that it loads."""

    async def page(_: Request) -> Response:
        return FileResponse(FOLDER / "index.html", media_type="text/html", headers={"cache-control": "no-cache"})

    async def file(request: Request) -> Response:
        path, media_type = FILES.get(request.path_params["file"], ("", ""))
        if not path or not (packages / path).is_file():
            raise HTTPException(404)
        return FileResponse(packages / path, media_type=media_type, headers={"cache-control": "max-age=3600"})

    return [Route("/", page), Route("/graphiql/{file}", file)]
