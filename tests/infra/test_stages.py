"""Stages say what can be; one that cannot is refused with a sentence."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from infra import stages
from infra.stages import BadStage, Capacity, Hours, Issuer, Pool, Stage
from local.paths import ROOT

REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "a name that there is not": (
        lambda: stages.named("production"),
        "there is no stage 'production': STAGE is one of dev, staging, prod",
    ),
    "no audience": (lambda: Issuer("https://id.example.com", ""), "https://id.example.com has no audience"),
    "no https": (lambda: Issuer("http://id.example.com", "homes"), "'http://id.example.com' has no https address"),
    "business that ends first": (lambda: Hours(19, 7), "business from 19:00 to 7:00 ends before it starts"),
    "business of no time": (lambda: Hours(9, 9), "business from 9:00 to 9:00 ends before it starts"),
    "business past midnight": (lambda: Hours(9, 24), "business from 9:00 to 24:00 ends before it starts"),
    "more by night": (lambda: Capacity(by_day=5, by_night=9, most=20), "9 by night, 5 by day and 20 at most"),
    "more than most": (lambda: Capacity(by_day=50, by_night=9, most=20), "9 by night, 50 by day and 20 at most"),
    "no capacity": (lambda: Capacity(by_day=1, by_night=0, most=1), "0 by night, 1 by day and 1 at most"),
    "warm and from a snapshot": (
        lambda: Stage("x", warm={"users": 1}, snapshots=("users",)),
        "x: users cannot be kept warm and start from a snapshot as well",
    ),
    "an unknown function": (lambda: Stage("x", memory_mb={"user": 512}), "x: there is no function user"),
    "too little memory": (
        lambda: Stage("x", memory_mb={"users": 64, "images": 128}),
        "x: memory_mb of users 64: AWS takes 128 to 10,240",
    ),
    "nobody kept warm": (lambda: Stage("x", warm={"users": 0}), "x: warm of users 0: AWS takes 1 to 1,000"),
    "nothing reserved": (lambda: Stage("x", reserved={"users": 0}), "x: reserved of users 0: AWS takes 1 to 1,000"),
    "a rate that AWS does not count": (
        lambda: Stage("x", requests_in_five_minutes=9),
        "x: requests_in_five_minutes of 9: AWS takes 10 to 2,000,000,000",
    ),
    "a size of cache that there is not": (
        lambda: Stage("x", cache="TINY"),
        "x: there is no cache of size 'TINY': AppSync has SMALL, MEDIUM, ",
    ),
    "a size of REST's cache that there is not": (
        lambda: Stage("x", rest_cache="1"),
        "x: no cache has '1' GB: API Gateway has 0.5, 1.6, ",
    ),
    "a web app in the clear": (
        lambda: Pool(web="http://homes.example.com/"),
        "'http://homes.example.com/' has no https",
    ),
    "an unknown plan": (lambda: Stage("x", customers={"gold": ("acme",)}), "x: there is no plan gold"),
    "kept data and silent alarms": (lambda: Stage("x", keep=True), "x keeps its data, and nobody is told"),
}


@pytest.mark.parametrize(("make", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused_with_its_reason(make: Callable[[], object], why: str) -> None:
    with pytest.raises(BadStage) as refused:
        make()
    assert why in str(refused.value)


def test_the_program_tells_the_reason_and_nothing_else() -> None:
    command = [sys.executable, "-m", "infra.app"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "STAGE": "nowhere"}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert (done.stdout, done.stderr) == ("", "there is no stage 'nowhere': STAGE is one of dev, staging, prod\n")


WRONG = {
    "a row": (
        "resolvers/wiring.py",
        'by=("arguments.id",)',
        "by=()",
        "cached by (): AppSync takes 1 to 25 paths into ",
    ),
    "a window": (
        "infra/stages.py",
        'Stage("dev")',
        'Stage("dev", business=Hours(19, 7))',
        "business from 19:00 to 7:00",
    ),
    "an issuer": (
        "infra/stages.py",
        'Stage("dev")',
        'Stage("dev", auth=Issuer("https://id.example.com", ""))',
        "the issuer https://id.example.com has no audience",
    ),
}


@pytest.mark.parametrize(("file", "right", "wrong", "why"), WRONG.values(), ids=WRONG)
def test_what_is_written_wrong_is_told_with_its_line_and_nothing_else(
    tmp_path: Path, file: str, right: str, wrong: str, why: str
) -> None:
    for room in ("data", "resolvers", "schema_diff", "infra"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    written = (tmp_path / file).read_text()
    assert right in written
    (tmp_path / file).write_text(written.replace(right, wrong, 1))
    line = written.partition(right)[0].count("\n") + 1
    done = subprocess.run(
        [sys.executable, "-m", "infra.app"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(f"{file}:{line}: {why}")


def test_only_prod_keeps_its_data_and_only_dev_has_no_cache() -> None:
    assert [stage.name for stage in stages.STAGES.values() if stage.keep] == ["prod"]
    assert [stage.name for stage in stages.STAGES.values() if not stage.cache] == ["dev"]


def test_dev_reserves_no_concurrency_for_new_accounts_refuse_it() -> None:
    assert stages.named("dev").reserved == {}
