"""`make verify`: reports items of the table that contradict each other; REPAIR=1 repairs them.

`make verify TABLE=name AWS_REGION=region` verifies a table in AWS with the caller's credentials. It reads three to four
units for each property, and half a unit for each 4 KB of the table and of the index `inverse`; local/trace/pricing.py
has the price of a unit. A repair there needs a confirmation, because it writes: about two units for each kilobyte.
"""

if __name__ == "__main__":  # before the other imports: they take a while
    from local.lifecycle import exit_signals

    exit_signals.exit_immediately()

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tqdm import tqdm

from data.dynamodb import table
from data.errors import ApiError, StorageError, TryAgain
from data.maintenance import verify
from data.maintenance.verify import Inconsistency
from local import settings
from local.cli import program
from local.dynamodb import engine, table_env

EPILOG = """Without --table, the environment names the table: DATA is the folder of a table without a server,
DYNAMODB_ENDPOINT the URL of an engine; otherwise it is the table of the local server at PORT (8000), with TLS=1 if that
serves https. The exit status is 0 if there is no inconsistency or all are repaired, 1 if some remain, and 2 if the
table cannot be verified."""
CLIENT_SETTINGS = {"DYNAMODB_READ_TIMEOUT_SECONDS": "60", "DYNAMODB_MAX_ATTEMPTS": "6"}
ERRORS = (
    settings.InvalidSetting,
    table_env.NoTable,
    engine.DataFolderLocked,
    engine.EngineError,
    TryAgain,
    StorageError,
)


def main(arguments: Sequence[str] | None = None, ask: Callable[[str], str] = input) -> int:
    """Verifies a table and returns the exit status. `ask` prints a question and returns the answer."""
    options = parser().parse_args(arguments)
    try:
        repair = settings.parse_switch("REPAIR", options.repair)
        is_confirmed = settings.parse_switch("YES", options.yes)
        with connect_aws_table(options.table) if options.table else table_env.connect_table(create=False):
            region = check_table(is_in_aws=bool(options.table))
            if repair and options.table and not is_confirmed:
                confirm_repair(options.table, region, ask)
            return verify_table(repair)
    except ERRORS as error:
        print(error, file=sys.stderr)
        return 2


def parser() -> program.OptionParser:
    options = program.OptionParser(
        prog="python -m local.cli.verify",
        usage="make verify [REPAIR=1] [DATA=folder | PORT=8000 | TABLE=name AWS_REGION=region [YES=1]],"
        " or python -m local.cli.verify",
        description="Reports items of a table that contradict each other.",
        epilog=EPILOG,
    )
    options.add_argument("--repair", nargs="?", const="1", default="", metavar="0|1", help="repair each inconsistency")
    options.add_argument("--table", help="a table in AWS, in the region AWS_REGION, with the caller's credentials")
    options.add_argument(
        "--yes", nargs="?", const="1", default="", metavar="0|1", help="repair in AWS without a question"
    )
    return options


@contextmanager
def connect_aws_table(name: str) -> Iterator[None]:
    """Connects data.dynamodb to a table in AWS. Raises InvalidSetting if the environment names a local one, too."""
    for variable in ("DATA", "DYNAMODB_ENDPOINT"):
        if os.environ.get(variable):
            raise settings.InvalidSetting(f"TABLE names a table in AWS and {variable} a local one: omit one of them")
    os.environ["TABLE_NAME"] = name
    yield


def check_table(is_in_aws: bool) -> str:
    """Returns the region of the table. Raises NoTable if the table cannot be read."""
    try:
        next(table.scan(limit=1), None)
    except StorageError as error:
        hint = " (set AWS_REGION, and AWS_PROFILE or other credentials)" if is_in_aws else ""
        reason = str(error).rstrip(".")
        raise table_env.NoTable(f"the table {table.table_name()} cannot be read: {reason}{hint}") from error
    return table.client().meta.region_name


def confirm_repair(name: str, region: str, ask: Callable[[str], str]) -> None:
    """Asks for the table's name. Raises InvalidSetting if the answer is another."""
    try:
        answer = ask(f"REPAIR=1 writes to the table {name} in {region}. Enter its name to continue: ")
    except EOFError:
        answer = ""
    if answer.strip() != name:
        raise settings.InvalidSetting(f"{name} is not repaired: REPAIR=1 needs the name of the table, or YES=1")


def verify_table(repair: bool) -> int:
    """Prints each inconsistency as soon as it is confirmed, and returns the exit status."""
    count = remaining = 0
    with tqdm(unit=" items", desc="Verifying", dynamic_ncols=True) as bar:
        for inconsistency in verify.find_inconsistencies(bar.update):
            count += 1
            repaired = repair and try_repair(inconsistency)
            remaining += not repaired
            key = inconsistency.key
            bar.write(f"{key.pk} {key.sk}: {inconsistency.description}{' - repaired' if repaired else ''}")
        items = bar.n
    result = f"{count:,} inconsistencies, {count - remaining:,} repaired" if count else "no inconsistency"
    print(f"{items:,} items: {result}")
    return 1 if remaining else 0


def try_repair(inconsistency: Inconsistency) -> bool:
    """True if the repair was written; False if the item has changed since it was read: the next run reads it again."""
    try:
        inconsistency.repair()
    except ApiError:
        return False
    return True


if __name__ == "__main__":
    for setting in CLIENT_SETTINGS.items():
        os.environ.setdefault(*setting)
    program.run(main)
