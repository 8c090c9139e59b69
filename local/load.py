"""`make load FILE=sales.csv`: the sales of a CSV as homes on the market, each with an owner, pictures and its past prices.

What a file does not tell is made up from its rows' ids, so the same file always makes the same homes. One that is in the
table already, or was and has been deleted, is left alone: a load that was cut off goes on where it is run again.
Ends with 0 where all went in, with 1 where a row was bad or the table away, with 2 where there is no file or no table.
"""

import argparse
import os
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TextIO, TypeVar

from tqdm import tqdm

from data import bulk, history, properties, table
from data.bulk import Arrival, Found
from data.errors import Fault, TryAgain
from data.records import FieldChange, HistoryKind, ListingStatus, Property
from local import dynamodb, invention, where
from local.sales import Homes, NotSales, Rows, Sale

THREADS = 8

A = TypeVar("A")
B = TypeVar("B")


def main(arguments: Sequence[str] | None = None) -> int:
    path = parser().parse_args(arguments).file
    try:
        with opened(path) as file, tqdm.wrapattr(file, "readline", **reading(path)) as lines:
            rows = Rows(iter(lines.readline, ""), path)
            with where.table():
                return loaded(rows)
    except (OSError, NotSales, where.NoTable, dynamodb.DataInUse, dynamodb.NotStarted) as error:
        print(told(error), file=sys.stderr)
        return 2
    except (TryAgain, Fault) as error:
        print(f"cut off: {error}. What is in is whole; run it again to go on.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("cut off. What is in is whole; run it again to go on.", file=sys.stderr)
        return 130
