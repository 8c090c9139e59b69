"""`make verify`: reports items of the table that contradict each other; REPAIR=1 repairs them.

Exits with 0 if there is no inconsistency or all were repaired, with 1 if some remain, and with 2 if there is no table.
"""

import os
import sys

from tqdm import tqdm

from data.errors import ApiError
from data.maintenance import verify
from data.maintenance.verify import Inconsistency
from local import stdio
from local.dynamodb import engine, table_env


def main() -> int:
    try:
        with table_env.connect_table():
            return verify_table(repair=os.environ.get("REPAIR") == "1")
    except (table_env.NoTable, engine.DataFolderLocked, engine.EngineError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


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
    stdio.ignore_broken_pipes()
    sys.exit(main())
