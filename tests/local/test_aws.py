"""The account that the local server stands for."""

import re

from local.aws import ACCOUNT_ID
from local.paths import ROOT

PACKAGES = ("conformance", "data", "infra", "local", "resolvers", "schema_diff", "tests", "tools")


def test_the_account_is_spelled_once() -> None:
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    spelling = re.compile(rf"(?<!\d){ACCOUNT_ID}(?!\d)")
    assert [str(file.relative_to(ROOT)) for file in files if spelling.search(file.read_text())] == ["local/aws.py"]
