"""An answered transaction is stored: with DATA, the functions read after each one, and their traces do not show it."""

import subprocess
import sys

import pytest

from local.paths import ROOT
from tests.proxy import FaultProxy

FUNCTION = """
from data.dynamodb import table
from data.dynamodb.requests import Put
from local.dynamodb import instrumentation

calls = []
instrumentation.add_listener(calls.append)
table.write([Put({"pk": "a", "sk": "b"})])
print(*(call.operation for call in calls))
"""


@pytest.mark.process
@pytest.mark.parametrize(
    ("data", "operations"), [("", ["TransactWriteItems"]), ("folder", ["TransactWriteItems", "GetItem"])]
)
def test_with_data_a_read_follows_each_transaction_and_is_not_reported(
    proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch, data: str, operations: list[str]
) -> None:
    monkeypatch.setenv("DATA", data)
    output = subprocess.run([sys.executable, "-c", FUNCTION], cwd=ROOT, capture_output=True, text=True, check=True)
    assert output.stdout.split() == ["TransactWriteItems"]
    assert proxy.operations == operations
