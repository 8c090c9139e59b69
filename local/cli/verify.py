"""`make verify`: proves the table's cards, edges, pictures and counts true; with MEND=1 mends what is not.

Ends with 0 where all is true or was mended, with 1 where something is not, with 2 where there is no table.
"""

import os
import sys

from tqdm import tqdm

from data.errors import Refusal
from data.maintenance import verify
from data.maintenance.verify import Untruth
from local import stdio
from local.dynamodb import engine, table_env


def main() -> int:
    try:
        with table_env.table():
            return verified(mend=os.environ.get("MEND") == "1")
    except (table_env.NoTable, engine.DataInUse, engine.NotStarted) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def verified(mend: bool) -> int:
    """Tells of each untruth as it is found; answers the exit status."""
    found = left = 0
    with tqdm(unit=" items", desc="Verifying", dynamic_ncols=True) as bar:
        for untruth in verify.untruths(bar.update):
            found += 1
            mended = mend and is_mended(untruth)
            left += not mended
            bar.write(f"{untruth.key.pk} {untruth.key.sk}: {untruth.what}{' - mended' if mended else ''}")
        read = bar.n
    print(f"{read:,} items: " + (f"{found:,} untrue, {found - left:,} mended" if found else "all true"))
    return 1 if left else 0


def is_mended(untruth: Untruth) -> bool:
    """Whether it could be put right: not where somebody wrote meanwhile, which the next run sees as it is then."""
    try:
        untruth.mend()
    except Refusal:
        return False
    return True


if __name__ == "__main__":
    stdio.ignore_broken_pipes()
    sys.exit(main())
