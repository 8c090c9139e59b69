"""Prints a token of the running local server: `python -m local.cli.token --user ada --groups admins,staff`."""

if __name__ == "__main__":  # before the other imports: they take a while
    from local.lifecycle import exit_signals

    exit_signals.exit_immediately()

import sys
from collections.abc import Sequence

from local import running_server, settings
from local.cli import program


def main(arguments: Sequence[str] | None = None) -> int:
    options = vars(parser().parse_args(arguments))
    port = options.pop("port")
    try:
        number = settings.parse_port(port) if port else settings.port()
        print(*running_server.request_members(number, "/token", ("access_token",), options))
    except (settings.InvalidSetting, running_server.ServerError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def parser() -> program.OptionParser:
    options = program.OptionParser(
        prog="python -m local.cli.token",
        description="Prints a token of the running local server, for the Authorization header.",
        epilog="TLS=1 in the environment connects with https. Exit status: 1 if the server issued no token.",
    )
    options.add_argument("--user", default="ada", help="the user, the claim sub (default: %(default)s)")
    options.add_argument("--groups", help="the user's groups, separated by commas: admins,staff")
    options.add_argument("--kind", help="the kind of issuer: cognito or oidc (default: cognito)")
    options.add_argument(
        "--use", help="the use of the token: id or access, which has neither name nor e-mail address (default: id)"
    )
    options.add_argument("--name", help="the user's name, for the profile")
    options.add_argument("--email", help="the user's e-mail address")
    options.add_argument(
        "--seconds", type=int, help="the seconds until it expires, negative for an expired token (default: an hour)"
    )
    options.add_argument("--port", help="the server's port (default: PORT, or 8000)")
    return options


if __name__ == "__main__":
    program.run(main)
