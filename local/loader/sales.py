"""Property sales from a CSV file: each row is validated by the API's rules, then the sales are grouped by property."""

import csv
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from data import clock
from data.errors import InvalidInput
from data.records import ConstrainedId, DateTime
from data.serialization import converter, identity
from local.loader import synthetic
from resolvers.properties import CreatePropertyInput

ROW_ID, DATE = "id", "date"
DETAILS = {  # each column, and the attribute of a property that it holds
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
    """The file is not a CSV file of sales; the text says why."""


class BadRow(Exception):
    """A row is not a valid sale; the text says why."""


@dataclass(frozen=True)
class Sale:
    """One row: the id of the property, the time of the sale in UTC, and the property's attributes at that time."""

    line: int
    row_id: str
    at: DateTime
    details: dict[str, Any]


class Rows:
    """The rows of a CSV file below its header line. Raises NotSales if the header lacks a required column."""

    def __init__(self, lines: Iterable[str], name: str) -> None:
        self.reader = csv.reader(lines, strict=True)
        try:
            self.header = list(map(str.strip, next(self.reader, [])))
        except csv.Error as error:
            raise NotSales(f"{name} is not a CSV file: {error}") from error
        if not self.header:
            raise NotSales(f"{name} is empty: its first line must name the columns")
        if missing := [column for column in (ROW_ID, DATE, *DETAILS) if column not in self.header]:
            raise NotSales(f"the first line of {name} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}")

    def sales(self, complain: Complain) -> Iterator[Sale]:
        """Yields the valid rows; calls `complain` with the line number and the reason for each invalid one."""
        while True:
            try:
                cells = next(self.reader)
                if cells:
                    yield parse_sale(self.reader.line_num, self.to_dict(cells))
            except StopIteration:
                return
            except (BadRow, csv.Error) as error:
                complain(self.reader.line_num, str(error))

    def to_dict(self, cells: list[str]) -> dict[str, str]:
        if len(cells) != len(self.header):
            raise BadRow(f"has {len(cells)} cells, the first line has {len(self.header)}")
        return dict(zip(self.header, map(str.strip, cells), strict=True))


def parse_sale(line: int, row: dict[str, str]) -> Sale:
    """Returns the sale in a row's cells. Raises BadRow."""
    row_id = validate(ConstrainedId, row[ROW_ID], ROW_ID)
    at = parse_date(row[DATE])
    details = {attribute: parse_cell(attribute, row[column]) for column, attribute in DETAILS.items()}
    property_input = validate(CreatePropertyInput, {"address": synthetic.address(row_id), **details}, "")
    return Sale(line, row_id, at, {name: getattr(property_input, name) for name in ("address", *details)})


def validate(type_: Any, value: Any, field: str) -> Any:
    """Returns the value as the API reads it. Raises BadRow, which names the column, if the API would reject it."""
    try:
        return converter(type_, identity, validate=True)(value, field)
    except InvalidInput as error:
        column = {attribute: column for column, attribute in DETAILS.items()}.get(error.field, error.field)
        raise BadRow(f"{column} {error.reason}") from error


def parse_date(text: str) -> DateTime:
    """Returns a date, with or without a time, in UTC; text without a time zone is taken as UTC. Raises BadRow."""
    try:
        at = datetime.fromisoformat(text)
        moment = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        if moment.year >= 1970:  # the time of a UUIDv7 begins in 1970
            return clock.format_timestamp(moment)
    except (ValueError, OverflowError):
        pass
    raise BadRow(f"date is {text[:40]!r}; it must be like 20141013T000000, from 1970 on")


def parse_cell(attribute: str, text: str) -> Any:
    """Returns a cell as the API's input for the attribute: a number, None if empty, else the text.

    Text that should be a number stays text, so that validation rejects it.
    """
    if attribute == "zip_code" or not NUMBER.fullmatch(text):
        return text or None
    number = float(text)
    return int(number) if number.is_integer() else number


class SalesByProperty:
    """Sales grouped by property, earliest first.

    They are in a temporary SQLite file, which is deleted on `close`: a file of sales may be larger than memory.
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
        rows = self.database.execute("SELECT * FROM sales ORDER BY row_id, at, line")
        for row_id, sales in groupby(rows, key=itemgetter(0)):
            yield [Sale(line, row_id, at, json.loads(details)) for _, at, line, _, details in sales]

    def close(self) -> None:
        self.database.close()


def stored(sale: Sale) -> tuple[str, str, int, int, str]:
    return sale.row_id, sale.at, sale.line, synthetic.owner_number(sale.row_id), json.dumps(sale.details)
