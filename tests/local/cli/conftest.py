"""Sales, and a function that loads them into the test's own table."""

from collections.abc import Callable
from pathlib import Path

import pytest

from data.dynamodb import table as the_table
from data.dynamodb.requests import Item
from data.keys import Key
from local.cli import load
from local.loader.writers import Writers

HEADER = "id,date,price,bedrooms,bathrooms,sqft_living,sqft_lot,yr_built,zipcode,lat,long"
ELM = "7129300520,20141013T000000,221900,3,1.75,1180,5650,1955,98178,47.5112,-122.257"
OAK = "6414100192,20141209T000000,538000,3,2.25,2570,7242,1951,98125,47.721,-122.319"
ELM_AGAIN = "7129300520,20150409T000000,245000.5,3,1.75,1180,5650,1955,98178,47.5112,-122.257"

Load = Callable[..., int]
Table = dict[Key, Item]


@pytest.fixture
def load_rows(table: str, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """A function that loads rows below the usual header into the test's own table and returns the exit status."""
    monkeypatch.setenv("DYNAMODB_ENDPOINT", engine)

    def load_file(*rows: str, header: str = HEADER, pool: Writers | None = None) -> int:
        file = tmp_path / "sales.csv"
        file.write_text("\n".join([header, *rows, ""]))
        return load.main([str(file)], pool)

    return load_file


def dump() -> Table:
    return {Key(item["pk"], item["sk"]): item for item in the_table.scan()}
