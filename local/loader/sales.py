"""Sales of homes from a CSV: each row checked against the API's own bounds, then brought together by home."""

import csv
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from data import clock
from data.errors import InvalidInput
from data.records import DateTime, Id
from data.serialization import loader, same
from local.loader import synthetic
from resolvers.properties import CreatePropertyInput

ROW_ID, DATE = "id", "date"
DETAILS = {  # each column, and the attribute of a home that it is
    "price": "price",
    "bedrooms": "bedrooms",
    "bathrooms": "bathrooms",
    "sqft_living": "living_area_sqft",
    "sqft_lot": "lot_size_sqft",
    "yr_built": "year_built",
    "zipcode": "zip_code",
    "lat": "latitude",
    "long": "longitude",
}
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")

Complain = Callable[[int, str], None]


class NotSales(Exception):
    """The file as a whole is none of sales."""


class BadRow(Exception):
    """A row is no sale; the text says why."""


@dataclass(frozen=True)
class Sale:
    """One row: which home was sold, when, and how it was then."""

    line: int
    row_id: str
    at: DateTime
    details: dict[str, Any]


class Rows:
    """The rows of a CSV below its first line, which names the columns. Raises NotSales where that lacks one."""

    def __init__(self, lines: Iterable[str], name: str) -> None:
        self.reader = csv.reader(lines, strict=True)
        try:
            self.header = list(map(str.strip, next(self.reader, [])))
        except csv.Error as error:
            raise NotSales(f"{name} is no CSV: {error}") from error
        if not self.header:
            raise NotSales(f"{name} is empty: its first line must name the columns")
        if missing := [column for column in (ROW_ID, DATE, *DETAILS) if column not in self.header]:
            raise NotSales(f"{name} lacks in its first line the column{'s' * (len(missing) > 1)} {', '.join(missing)}")

    def sales(self, complain: Complain) -> Iterator[Sale]:
        """The good rows; of each bad one `complain` hears the line and why."""
        while True:
            try:
                cells = next(self.reader)
                if cells:
                    yield sale(self.reader.line_num, self.told(cells))
            except StopIteration:
                return
            except (BadRow, csv.Error) as error:
                complain(self.reader.line_num, str(error))

    def told(self, cells: list[str]) -> dict[str, str]:
        if len(cells) != len(self.header):
            raise BadRow(f"has {len(cells)} cells, the first line has {len(self.header)}")
        return dict(zip(self.header, map(str.strip, cells), strict=True))


def sale(line: int, told: dict[str, str]) -> Sale:
    """The sale that a row's cells tell of. Raises BadRow."""
    row_id = checked(Id, told[ROW_ID], ROW_ID)
    at = moment(told[DATE])
    details = {attribute: value(attribute, told[column]) for column, attribute in DETAILS.items()}
    found = checked(CreatePropertyInput, {"address": synthetic.address(row_id), **details}, "")
    return Sale(line, row_id, at, {name: getattr(found, name) for name in ("address", *details)})


def checked(kind: Any, told: Any, where: str) -> Any:
    """What the API takes for the same values. Raises BadRow, which names the column, where it would refuse them."""
    try:
        return loader(kind, same, checked=True)(told, where)
    except InvalidInput as error:
        column = {attribute: column for column, attribute in DETAILS.items()}.get(error.where, error.where)
        raise BadRow(f"{column} {error.why}") from error


def moment(text: str) -> DateTime:
    """A date, with or without its time, in UTC unless it says otherwise."""
    try:
        at = datetime.fromisoformat(text)
        moment = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        if moment.year >= 1970:  # where the time in a UUID begins
            return clock.text(moment)
    except (ValueError, OverflowError):
        pass
    raise BadRow(f"date is {text[:40]!r}; it must be like 20141013T000000, from 1970 on")


def value(attribute: str, text: str) -> Any:
    """A cell as the API takes the attribute: None where it is empty, text where it is no number but should be."""
    if attribute == "zip_code" or not NUMBER.fullmatch(text):
        return text or None
    number = float(text)
    return int(number) if number.is_integer() else number


class Homes:
    """Sales brought together by home, the earliest first.

    They lie in a temporary file, which the system deletes with this: a file of sales may be larger than memory.
    """

    def __init__(self, sales: Iterable[Sale]) -> None:
        self.database = sqlite3.connect("")
        self.database.execute(
            "CREATE TABLE sales (row_id TEXT, at TEXT, line INTEGER, owner INTEGER, details TEXT,"
            " PRIMARY KEY (row_id, at, line)) WITHOUT ROWID"
        )
        with self.database:
            self.database.executemany("INSERT INTO sales VALUES (?, ?, ?, ?, ?)", map(stored, sales))

    def __len__(self) -> int:
        [(count,)] = self.database.execute("SELECT count(DISTINCT row_id) FROM sales")
        return int(count)

    def owners(self) -> list[int]:
        return [owner for (owner,) in self.database.execute("SELECT DISTINCT owner FROM sales ORDER BY owner")]

    def __iter__(self) -> Iterator[list[Sale]]:
        with closing(self.database.execute("SELECT * FROM sales ORDER BY row_id, at, line")) as found:
            for row_id, sales in groupby(found, key=itemgetter(0)):
                yield [Sale(line, row_id, at, json.loads(details)) for _, at, line, _, details in sales]

    def close(self) -> None:
        self.database.close()


def stored(sale: Sale) -> tuple[str, str, int, int, str]:
    return sale.row_id, sale.at, sale.line, synthetic.owner_number(sale.row_id), json.dumps(sale.details)
