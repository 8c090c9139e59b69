"""An API key of the running desk, printed: `python -m local.cli.api_key --plan government`."""

import argparse
import os
import sys
from collections.abc import Sequence

from local import stdio
from local.cli.token import NoToken, answered
from resolvers.wiring import PLANS


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(
        prog="python -m local.cli.api_key",
        description="Prints an API key of the running desk, for an x-api-key header.",
    )
    options.add_argument("--plan", default="", help=f"which plan it is of: {', '.join(PLANS)} (the first)")
    options.add_argument(
        "--port", type=int, default=os.environ.get("PORT") or "8000", help="the desk's port (PORT, or 8000)"
    )
    asked = options.parse_args(arguments)
    try:
        print(answered(asked.port, "/key", {"plan": asked.plan}, "key"))
    except NoToken as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    stdio.ignore_broken_pipes()
    sys.exit(main())
