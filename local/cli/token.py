"""Prints a token of the running local server: `python -m local.cli.token --user ada --groups admins,staff`."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

from local import stdio, tls

PATIENCE_SECONDS = 10


class TokenError(Exception):
    """The server issued no token; the message says why and what to do, in one line."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = vars(parser().parse_args(arguments))
    try:
        print(post_form(options.pop("port"), "/token", options, "access_token"))
    except TokenError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="python -m local.cli.token",
        description="Prints a token of the running local server, for the Authorization header.",
    )
    options.add_argument("--user", default="ada", help="the user: the claim sub (%(default)s)")
    options.add_argument("--groups", help="the user's groups, separated by commas: admins,staff")
    options.add_argument("--kind", help="the kind of issuer: cognito (default) or oidc")
    options.add_argument(
        "--use", help="the use of the token: id (default) or access, which has neither name nor e-mail address"
    )
    options.add_argument("--name", help="the user's name, for the profile")
    options.add_argument("--email", help="the user's e-mail address")
    options.add_argument(
        "--seconds", type=int, help="seconds until it expires (an hour); negative: seconds since it expired"
    )
    options.add_argument(
        "--port", type=int, default=os.environ.get("PORT") or "8000", help="the server's port (PORT, or 8000)"
    )
    return options


def post_form(port: int, path: str, form: dict[str, Any], name: str) -> str:
    """Posts a form to the server at `port` and returns the member `name` of its response. Raises TokenError."""
    body = json.dumps(form).encode()
    request = Request(f"{tls.base_url(port)}{path}", body, {"content-type": "application/json"})
    try:
        with tls.opener().open(request, timeout=PATIENCE_SECONDS) as response:
            return str(json.load(response)[name])
    except HTTPError as error:
        raise TokenError(refusal(error) or not_our_server(port)) from error
    except (OSError, OverflowError) as error:
        raise TokenError(
            f"no server listens on port {port}: start it with `make run`, or set PORT to its port"
        ) from error
    except (HTTPException, ValueError, KeyError, TypeError) as error:
        raise TokenError(not_our_server(port)) from error


def refusal(error: HTTPError) -> str | None:
    """Returns the server's error description, or None if the response is not of our server."""
    try:
        return str(json.load(error)["error_description"])
    except (ValueError, KeyError, TypeError):
        return None


def not_our_server(port: int) -> str:
    return f"the server on port {port} is not the local server: start it with `make run`, or set PORT to its port"


if __name__ == "__main__":
    stdio.ignore_broken_pipes()
    sys.exit(main())
