"""`make load FILE=sales.csv`: a CSV's sales as homes on the market, each with an owner, pictures and its past prices.

What the file does not tell is made up from its rows' ids, so the same file always makes the same homes. A home that is
in the table already, or was and has been deleted, is left alone: a load that was cut off goes on when it is run again.
Ends with 0 where all went in, with 1 where a row was bad or the table away, with 2 where there is no file or no table.
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
from data.errors import Fault, TryAgain
from data.maintenance import bulk_import
from data.maintenance.bulk_import import Arrival, Found
from data.records import FieldChange, HistoryKind, ListingStatus, Property
from local import stdio
from local.dynamodb import engine, table_env
from local.loader import synthetic
from local.loader.sales import DETAILS, Homes, NotSales, Rows, Sale

THREADS = 8
AHEAD = 3 * THREADS

A = TypeVar("A")
B = TypeVar("B")


def main(arguments: Sequence[str] | None = None) -> int:
    path = parser().parse_args(arguments).file
    try:
        with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
            rows = Rows(file, path)
            with table_env.table():
                return loaded(rows)
    except (OSError, NotSales, table_env.NoTable, engine.DataInUse, engine.NotStarted) as error:
        print(told(error), file=sys.stderr)
        return 2
    except (TryAgain, Fault) as error:
        return cut_off(f": {error}", 1)
    except KeyboardInterrupt:
        return cut_off("", 130)


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="python -m local.cli.load",
        usage="make load FILE=sales.csv [DATA=folder | PORT=8000], or python -m local.cli.load FILE",
        description="Loads home sales into the table in the folder DATA, or into that of the desk at PORT.",
    )
    options.add_argument("file", metavar="FILE", help=f"a CSV with the columns id, date, {', '.join(DETAILS)}")
    return options


def told(error: Exception) -> str:
    return f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)


def cut_off(why: str, status: int) -> int:
    print(f"cut off{why}. What is in is whole; run it again and it goes on from there.", file=sys.stderr)
    return status


def loaded(rows: Rows) -> int:
    """Writes the homes of a file and sums up; answers the exit status."""
    begun = time.perf_counter()
    bad: list[int] = []

    def complain(line: int, why: str) -> None:
        bad.append(line)
        tqdm.write(f"line {line}: {why}", file=sys.stderr)

    with closing(Homes(tqdm(rows.sales(complain), desc="Reading", unit=" sales"))) as homes:
        found = written(homes)
        counted(homes.owners())
    seconds = time.perf_counter() - begun
    print(
        f"{found.total():,} homes: {found[Found.NEW]:,} written, {found[Found.THERE]:,} there already,"
        f" {found[Found.DELETED]:,} deleted since; {len(bad):,} bad rows;"
        f" {seconds:.1f} s, {found.total() / seconds:.0f} homes a second"
    )
    return 1 if bad else 0


def written(homes: Homes) -> Counter[Found]:
    """How many homes were found in which way, the new ones being written now."""
    found: Counter[Found] = Counter()
    with tqdm(desc="Writing", total=len(homes), unit=" homes") as bar:
        for some in in_threads(bulk_import.add, groups(map(arrival, homes))):
            found.update(some)
            bar.update(len(some))
    return found


def groups(arrivals: Iterator[Arrival]) -> Iterator[list[Arrival]]:
    while group := list(islice(arrivals, bulk_import.AT_ONCE)):
        yield group


def counted(owners: Sequence[int]) -> None:
    """Makes the owners' profiles where there are none, and their counts true."""
    recounts = in_threads(users.recount, map(synthetic.owner, owners))
    for _ in tqdm(recounts, desc="Counting", total=len(owners), unit=" owners"):
        pass


def in_threads(do: Callable[[A], B], over: Iterable[A]) -> Iterator[B]:
    """What `do` answers for each, in order; several at the same time, and few more are taken than are being done."""
    table.client()  # made here, or each thread would make one
    threads = ThreadPoolExecutor(THREADS)
    doing: deque[Future[B]] = deque()
    try:
        for one in over:
            doing.append(threads.submit(do, one))
            if len(doing) == AHEAD:
                yield doing.popleft().result()
        while doing:
            yield doing.popleft().result()
    finally:
        threads.shutdown(cancel_futures=True)


def arrival(sales: Sequence[Sale]) -> Arrival:
    """The home of these sales, the earliest first: made by that one, changed by each other, as it was at the last."""
    first, *others = sales
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
    events = [history.added(home, HistoryKind.CREATED, owner_id, []).item]
    for sale in others:
        after = replace(home, **sale.details, version=home.version + 1, updated_at=sale.at)
        events.append(history.added(after, HistoryKind.PRICE_CHANGED, owner_id, changes(home, after)).item)
        home = after
    return Arrival(home, events)


def changes(before: Property, after: Property) -> list[FieldChange]:
    """What a sale tells: its price, be it the same, and what else has changed since the one before."""
    others = [name for name in DETAILS.values() if name != "price" and getattr(before, name) != getattr(after, name)]
    return [properties.change(before, after, name) for name in ("price", *others)]


if __name__ == "__main__":
    stdio.ignore_broken_pipes()
    sys.exit(main())
