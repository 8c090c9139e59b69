"""A token of the running desk, printed: `python -m local.cli.token --user ada --groups admins,staff`."""

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


class NoToken(Exception):
    """The desk gave none; the text says why and what to do, in one line."""


def main(arguments: Sequence[str] | None = None) -> int:
    asked = vars(parser().parse_args(arguments))
    try:
        print(answered(asked.pop("port"), "/token", asked, "access_token"))
    except NoToken as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="python -m local.cli.token", description="Prints a token of the running desk, for an Authorization header."
    )
    options.add_argument("--user", default="ada", help="who it speaks for (%(default)s)")
    options.add_argument("--groups", help="the user's groups, with commas between: admins,staff")
    options.add_argument("--kind", help="whose tokens it is like: cognito (as it is) or oidc")
    options.add_argument("--use", help="what it is for: id (as it is) or access, which tells neither name nor e-mail")
    options.add_argument("--name", help="the user's name, for the profile that a first home makes")
    options.add_argument("--email", help="the user's e-mail address")
    options.add_argument("--seconds", type=int, help="how long it holds (an hour); negative: how long ago it expired")
    options.add_argument(
        "--port", type=int, default=os.environ.get("PORT") or "8000", help="the desk's port (PORT, or 8000)"
    )
    return options


def answered(port: int, path: str, asked: dict[str, Any], name: str) -> str:
    """What the desk at `port` answers to these fields, by its name. Raises NoToken where it does not."""
    body = json.dumps(asked).encode()
    request = Request(f"{tls.address(port)}{path}", body, {"content-type": "application/json"})
    try:
        with tls.opener().open(request, timeout=PATIENCE_SECONDS) as response:
            return str(json.load(response)[name])
    except HTTPError as error:
        raise NoToken(refusal(error) or another(port)) from error
    except (OSError, OverflowError) as error:
        raise NoToken(f"no desk answers at port {port}: start it with `make run`, or set PORT to its port") from error
    except (HTTPException, ValueError, KeyError, TypeError) as error:
        raise NoToken(another(port)) from error


def refusal(error: HTTPError) -> str | None:
    """What the desk says is wrong with a field, or None where that was not the desk."""
    try:
        return str(json.load(error)["error_description"])
    except (ValueError, KeyError, TypeError):
        return None


def another(port: int) -> str:
    return f"what answers at port {port} is not the desk: start that with `make run`, or set PORT to its port"


if __name__ == "__main__":
    stdio.ignore_broken_pipes()
    sys.exit(main())
