"""Prints an API key of the running local server: `python -m local.cli.api_key --plan government`."""

import argparse
import os
import sys
from collections.abc import Sequence

from local import stdio
from local.cli.token import TokenError, post_form
from resolvers.wiring import USAGE_PLANS


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m local.cli.api_key",
        description="Prints an API key of the running local server, for the header x-api-key.",
    )
    parser.add_argument(
        "--plan", default="", help=f"the key's usage plan: {', '.join(USAGE_PLANS)} (default: the first)"
    )
    parser.add_argument(
        "--port", type=int, default=os.environ.get("PORT") or "8000", help="the server's port (default: PORT, or 8000)"
    )
    options = parser.parse_args(arguments)
    try:
        print(post_form(options.port, "/key", {"plan": options.plan}, "key"))
    except TokenError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    stdio.ignore_broken_pipes()
    sys.exit(main())
