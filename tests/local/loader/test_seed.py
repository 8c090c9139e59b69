"""The sample properties of an empty table, also after an interruption at several writes."""

from pathlib import Path

import pytest

from data import keys
from data.dynamodb import table as the_table
from data.dynamodb.requests import Delete, Item
from data.errors import StorageError
from data.keys import Key
from local.loader import seed
from tests import proxy as trouble
from tests.proxy import FaultProxy


def sample_items() -> list[Item]:
    """Returns the items of the table except the history, without the times of their last writes."""
    return sorted(
        ({**item, "updated_at": None} for item in the_table.scan() if not item["sk"].startswith(keys.EVENT_PREFIX)),
        key=lambda item: (item["pk"], item["sk"]),
    )


def test_a_seed_that_is_interrupted_is_completed_by_the_next(table: str, proxy: FaultProxy, tmp_path: Path) -> None:
    seed.seed_if_empty()
    complete_sample = sample_items()
    for chunk in the_table.chunks([Delete(Key(item["pk"], item["sk"])) for item in the_table.scan()], 100):
        the_table.write(chunk)
    marker = tmp_path / "sample-incomplete"
    for writes in (0, 1, 3, 9):
        proxy.fail("TransactWriteItems", trouble.delay_until(lambda: None), times=writes)
        proxy.fail("TransactWriteItems", trouble.error(400, "AccessDeniedException"))
        with pytest.raises(StorageError):
            seed.seed_if_empty(marker)
        assert marker.exists()
    assert seed.seed_if_empty(marker) == 8
    assert not marker.exists()
    assert sample_items() == complete_sample
    assert seed.seed_if_empty(marker) == 0
