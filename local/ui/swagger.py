"""The page `/docs`: the REST contract in Swagger UI, which signs in with a token and an API key of the local server."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from local.gateway import openapi as contract
from local.ui.graphiql import FOLDER as GRAPHIQL

FOLDER = GRAPHIQL.parent / "swagger"
PACKAGE = FOLDER / "node_modules" / "swagger-ui-dist"
OWN_FILES = {"page.js": "text/javascript", "style.css": "text/css"}
PACKAGE_FILES = {
    "swagger-ui.css": ("swagger-ui.css", "text/css"),
    "swagger-ui.js": ("swagger-ui-bundle.js", "text/javascript"),
}
FRESH = {"cache-control": "no-cache"}


def routes() -> list[Route]:
    """Returns the routes of the page, of its own files and those of Swagger UI, and of openapi.yaml."""

    async def page(_: Request) -> Response:
        return FileResponse(FOLDER / "index.html", media_type="text/html", headers=FRESH)

    async def file(request: Request) -> Response:
        name = request.path_params["file"]
        if name in OWN_FILES:
            return FileResponse(FOLDER / name, media_type=OWN_FILES[name], headers=FRESH)
        path, media_type = PACKAGE_FILES.get(name, ("", ""))
        if not path or not (PACKAGE / path).is_file():
            raise HTTPException(404)
        return FileResponse(PACKAGE / path, media_type=media_type, headers={"cache-control": "max-age=3600"})

    async def openapi(_: Request) -> Response:
        return FileResponse(contract.FILE, media_type="application/yaml", headers=FRESH)

    return [Route("/docs", page), Route("/docs/{file}", file), Route("/openapi.yaml", openapi)]
