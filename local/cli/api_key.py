"""Prints an API key of the running local server: `python -m local.cli.api_key --plan government`."""

if __name__ == "__main__":  # before the other imports: they take a while
    from local.lifecycle import exit_signals

    exit_signals.exit_immediately()

import sys
from collections.abc import Sequence

from local import running_server, settings
from local.cli import program
from resolvers.wiring import USAGE_PLANS


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    try:
        port = settings.parse_port(options.port) if options.port else settings.port()
        print(*running_server.request_members(port, "/key", ("key",), {"plan": options.plan}))
    except (settings.InvalidSetting, running_server.ServerError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def parser() -> program.OptionParser:
    options = program.OptionParser(
        prog="python -m local.cli.api_key",
        description="Prints an API key of the running local server, for the header x-api-key.",
        epilog="TLS=1 in the environment connects with https. Exit status: 1 if the server issued no key.",
    )
    plans = ", ".join(USAGE_PLANS)
    options.add_argument("--plan", default="", help=f"the usage plan of the key: {plans} (default: the first)")
    options.add_argument("--port", help="the server's port (default: PORT, or 8000)")
    return options


if __name__ == "__main__":
    program.run(main)
