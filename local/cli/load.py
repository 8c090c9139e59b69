"""`make load FILE=sales.csv`: imports the sales of a CSV file as ACTIVE properties with owners, images and past prices.

Details that the file lacks are derived from the ids of its rows, so the same file always gives the same properties.
A property that is in the table already, or was deleted from it, stays unchanged: an interrupted load continues if it
is run again. A slow table slows the load down; it ends only if no write succeeds for ten minutes.
"""

if __name__ == "__main__":  # before the other imports: they take a while
    from local.lifecycle import exit_signals

    exit_signals.exit_immediately()

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import Any

from tqdm import tqdm

from data import users
from data.dynamodb import table
from data.errors import StorageError, TryAgain
from data.maintenance import bulk_import
from data.maintenance.bulk_import import ImportResult, PropertyImport
from local import settings
from local.cli import program
from local.dynamodb import engine, table_env
from local.loader import synthetic, writers
from local.loader.imports import to_import
from local.loader.sales import DETAILS, NotSales, Rows, SalesByProperty
from local.loader.writers import Pace, TableBusy, Writers

EPILOG = """The environment names the table: DATA is the folder of a table without a server, DYNAMODB_ENDPOINT the URL
of an engine; otherwise it is the table of the local server at PORT (8000), with TLS=1 if that serves https. The exit
status is 0 if every row is loaded, 1 if a row is invalid or the table becomes unavailable, 2 if there is no file or no
table, 130 if the load is interrupted, and 143 if it is terminated. The same command continues an interrupted load."""
CLIENT_SETTINGS = {"DYNAMODB_READ_TIMEOUT_SECONDS": "60", "DYNAMODB_MAX_ATTEMPTS": "1"}  # Writers repeats the calls


def main(arguments: Sequence[str] | None = None, pool: Writers | None = None) -> int:
    """Loads a file and returns the exit status. Raises KeyboardInterrupt after a message."""
    path = parser().parse_args(arguments).file
    load = Load(pool or Writers())
    try:
        with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
            rows = Rows(file, path)
            with table_env.connect_table():
                return load.run(rows)
    except (TableBusy, TryAgain, StorageError) as error:
        print(f"{error}. {load.state()}", file=sys.stderr)
        return 1
    except (
        OSError,
        NotSales,
        settings.InvalidSetting,
        table_env.NoTable,
        engine.DataFolderLocked,
        engine.EngineError,
    ) as error:
        print(error_text(error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"interrupted. {load.state()}", file=sys.stderr)
        raise


def parser() -> program.OptionParser:
    options = program.OptionParser(
        prog="python -m local.cli.load",
        usage="make load FILE=sales.csv [DATA=folder | PORT=8000], or python -m local.cli.load FILE",
        description="Loads property sales into a table.",
        epilog=EPILOG,
    )
    options.add_argument("file", metavar="FILE", help=f"a CSV file with the columns id, date, {', '.join(DETAILS)}")
    return options


def error_text(error: Exception) -> str:
    return f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)


class Load:
    """A load of one file, and what it has done so far."""

    def __init__(self, pool: Writers) -> None:
        self.pool = pool
        self.total = 0  # properties; 0 until the file is read
        self.results: Counter[ImportResult] = Counter()
        self.invalid_rows = 0

    def run(self, rows: Rows) -> int:
        """Writes the properties of a file, prints a summary, and returns the exit status."""
        started = time.perf_counter()
        with closing(SalesByProperty(tqdm(rows.sales(self.report_row), desc="Reading", unit=" sales"))) as sales:
            self.total = len(sales)
            table.client()  # created here, so that the threads share one client
            self.write_properties(sales)
            self.repair_counts(sales.owners())
        seconds = time.perf_counter() - started
        print(
            f"{self.total:,} properties: {self.results[ImportResult.CREATED]:,} written,"
            f" {self.results[ImportResult.EXISTS]:,} already in the table,"
            f" {self.results[ImportResult.DELETED]:,} deleted earlier; {self.invalid_rows:,} invalid rows;"
            f" {seconds:.1f} s, {self.total / seconds:.0f} properties per second"
        )
        return 1 if self.invalid_rows else 0

    def report_row(self, line: int, reason: str) -> None:
        self.invalid_rows += 1
        tqdm.write(f"line {line}: {reason}", file=sys.stderr)

    def write_properties(self, sales: SalesByProperty) -> None:
        """Writes the properties that are new."""
        with tqdm(desc="Writing", total=self.total, unit=" properties") as bar:

            def on_result(batch_results: list[ImportResult]) -> None:
                self.results.update(batch_results)
                bar.update(len(batch_results))

            imports = import_batches(map(to_import, sales))
            self.pool.run(bulk_import.import_properties, imports, on_result, lambda pace: show_pace(bar, pace))

    def repair_counts(self, owners: Sequence[int]) -> None:
        """Creates the profiles of owners who have none, and corrects the property count of each."""
        with tqdm(desc="Counting", total=len(owners), unit=" owners") as bar:
            self.pool.run(
                users.repair_property_count,
                map(synthetic.owner, owners),
                lambda _: bar.update(),
                lambda pace: show_pace(bar, pace),
            )

    def state(self) -> str:
        """Returns what the table contains of the file, and how to continue."""
        count = self.results.total()
        if count < self.total or not self.total:
            return (
                f"{count:,} of {self.total:,} properties are loaded, each with its images, history and listing: "
                "run the command again to load the rest."
            )
        return (
            f"All {count:,} properties are loaded, but some owners' counts of properties are not up to date: "
            "run the command again to correct them."
        )


def import_batches(imports: Iterator[PropertyImport]) -> Iterator[list[PropertyImport]]:
    while batch := list(islice(imports, bulk_import.BATCH_SIZE)):
        yield batch


def show_pace(bar: "tqdm[Any]", pace: Pace) -> None:
    """Shows the number of writers and the wait if the table is busy."""
    wait = f", waiting {pace.wait_seconds:.0f} s" if pace.wait_seconds else ""
    is_busy = wait or pace.writers < writers.MAX_WRITERS
    bar.set_postfix_str(f"the table is busy: {pace.writers} of {writers.MAX_WRITERS} writers{wait}" if is_busy else "")


if __name__ == "__main__":
    os.environ.update(CLIENT_SETTINGS)
    program.run(main)
