"""`make load FILE=sales.csv`: imports the sales of a CSV file as ACTIVE properties with owners, images and past prices.

Details that the file lacks are derived from the ids of its rows, so the same file always gives the same properties.
A property that is in the table already, or was deleted from it, stays unchanged: an interrupted load continues if it
is run again.
The exit status is 0 if every row was loaded, 1 if a row was invalid or the table became unavailable, and 2 if there is
no file or no table.
"""

import argparse
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from tqdm import tqdm

from data import history, properties, users
from data.dynamodb import table
from data.errors import StorageError, TryAgain
from data.maintenance import bulk_import
from data.maintenance.bulk_import import ImportResult, PropertyImport
from data.records import FieldChange, HistoryKind, ListingStatus, Property
from local import stdio
from local.dynamodb import engine, table_env
from local.loader import synthetic
from local.loader.sales import DETAILS, NotSales, Rows, Sale, SalesByProperty

THREADS = 8
AHEAD = 3 * THREADS

A = TypeVar("A")
B = TypeVar("B")


def main(arguments: Sequence[str] | None = None) -> int:
    path = parser().parse_args(arguments).file
    try:
        with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
            rows = Rows(file, path)
            with table_env.connect_table():
                return load_sales(rows)
    except (OSError, NotSales, table_env.NoTable, engine.DataFolderLocked, engine.EngineError) as error:
        print(error_text(error), file=sys.stderr)
        return 2
    except (TryAgain, StorageError) as error:
        return interrupted_message(f": {error}", 1)
    except KeyboardInterrupt:
        return interrupted_message("", 130)


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="python -m local.cli.load",
        usage="make load FILE=sales.csv [DATA=folder | PORT=8000], or python -m local.cli.load FILE",
        description="Loads property sales into the table in the folder DATA, or of the local server at PORT.",
    )
    options.add_argument("file", metavar="FILE", help=f"a CSV with the columns id, date, {', '.join(DETAILS)}")
    return options


def error_text(error: Exception) -> str:
    return f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)


def interrupted_message(why: str, status: int) -> int:
    message = f"interrupted{why}. Every loaded property is complete: run the command again to load the rest."
    print(message, file=sys.stderr)
    return status


def load_sales(rows: Rows) -> int:
    """Writes the properties of a file, prints a summary, and returns the exit status."""
    started = time.perf_counter()
    bad: list[int] = []

    def complain(line: int, why: str) -> None:
        bad.append(line)
        tqdm.write(f"line {line}: {why}", file=sys.stderr)

    with closing(SalesByProperty(tqdm(rows.sales(complain), desc="Reading", unit=" sales"))) as homes:
        results = write_properties(homes)
        repair_counts(homes.owners())
    seconds = time.perf_counter() - started
    print(
        f"{results.total():,} properties: {results[ImportResult.CREATED]:,} written,"
        f" {results[ImportResult.EXISTS]:,} already in the table, {results[ImportResult.DELETED]:,} deleted earlier;"
        f" {len(bad):,} invalid rows; {seconds:.1f} s, {results.total() / seconds:.0f} properties per second"
    )
    return 1 if bad else 0


def write_properties(sales: SalesByProperty) -> Counter[ImportResult]:
    """Writes the properties that are new, and returns the number of properties for each ImportResult."""
    results: Counter[ImportResult] = Counter()
    with tqdm(desc="Writing", total=len(sales), unit=" properties") as bar:
        for batch_results in map_in_threads(bulk_import.import_properties, groups(map(to_import, sales))):
            results.update(batch_results)
            bar.update(len(batch_results))
    return results


def groups(arrivals: Iterator[PropertyImport]) -> Iterator[list[PropertyImport]]:
    while group := list(islice(arrivals, bulk_import.BATCH_SIZE)):
        yield group


def repair_counts(owners: Sequence[int]) -> None:
    """Creates the profiles of owners who have none, and corrects the property count of each."""
    recounts = map_in_threads(users.repair_property_count, map(synthetic.owner, owners))
    for _ in tqdm(recounts, desc="Counting", total=len(owners), unit=" owners"):
        pass


def map_in_threads(function: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
    """Yields the result of `function` for each item, in order.

    Up to 8 calls run at the same time; at most 24 items are taken from `items` before their results are yielded.
    """
    table.client()  # created here, so that the threads share one client
    threads = ThreadPoolExecutor(THREADS)
    doing: deque[Future[B]] = deque()
    try:
        for item in items:
            doing.append(threads.submit(function, item))
            if len(doing) == AHEAD:
                yield doing.popleft().result()
        while doing:
            yield doing.popleft().result()
    finally:
        threads.shutdown(cancel_futures=True)


def to_import(sales: Sequence[Sale]) -> PropertyImport:
    """Returns the property of these sales, which are sorted earliest first, with its history.

    The first sale creates the property, and each later one changes it; the result is its state at the last sale.
    """
    first, *later = sales
    owner_id = synthetic.owner(synthetic.owner_number(first.row_id)).id
    id = synthetic.home_id(first.row_id, first.at)
    images = synthetic.pictures(first.row_id, id, first.at)
    home = Property(
        **first.details,
        id=id,
        version=1,
        status=ListingStatus.ACTIVE,
        owner_id=owner_id,
        image_ids=tuple(image.id for image in images),
        cover_image_url=images[0].url,
        images=images,
        created_at=first.at,
        updated_at=first.at,
    )
    events = [history.put_event(home, HistoryKind.CREATED, owner_id, []).item]
    for sale in later:
        after = replace(home, **sale.details, version=home.version + 1, updated_at=sale.at)
        events.append(history.put_event(after, HistoryKind.PRICE_CHANGED, owner_id, changes(home, after)).item)
        home = after
    return PropertyImport(home, events)


def changes(before: Property, after: Property) -> list[FieldChange]:
    """Returns the changes of a sale: its price, even if unchanged, and every other attribute that differs."""
    detail_names = [
        name for name in DETAILS.values() if name != "price" and getattr(before, name) != getattr(after, name)
    ]
    return [properties.field_change(before, after, name) for name in ("price", *detail_names)]


if __name__ == "__main__":
    stdio.ignore_broken_pipes()
    sys.exit(main())
