"""The validation of stages: an invalid setting is an error with its reason."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from infra import stages
from infra.stages import BusinessHours, Capacity, InvalidStage, OidcIssuer, Stage, UserPool
from local.paths import ROOT

INVALID_STAGES: dict[str, tuple[Callable[[], object], str]] = {
    "an unknown name": (
        lambda: stages.get_stage("production"),
        "there is no stage 'production': STAGE is one of dev, staging, prod",
    ),
    "no audience": (lambda: OidcIssuer("https://id.example.com", ""), "https://id.example.com has no audience"),
    "no https": (lambda: OidcIssuer("http://id.example.com", "homes"), "'http://id.example.com' must use https"),
    "business hours that end first": (
        lambda: BusinessHours(19, 7),
        "business hours from 19:00 to 7:00 must end later on the same day",
    ),
    "empty business hours": (
        lambda: BusinessHours(9, 9),
        "business hours from 9:00 to 9:00 must end later on the same day",
    ),
    "business hours past midnight": (
        lambda: BusinessHours(9, 24),
        "business hours from 9:00 to 24:00 must end later on the same day",
    ),
    "minimum off hours above business hours": (
        lambda: Capacity(business_hours_min=5, off_hours_min=9, max=20),
        "9 by night, 5 by day and 20 at most",
    ),
    "minimum above the maximum": (
        lambda: Capacity(business_hours_min=50, off_hours_min=9, max=20),
        "9 by night, 50 by day and 20 at most",
    ),
    "no capacity": (
        lambda: Capacity(business_hours_min=1, off_hours_min=0, max=1),
        "0 by night, 1 by day and 1 at most",
    ),
    "provisioned concurrency and SnapStart": (
        lambda: Stage("x", provisioned_concurrency={"users": 1}, snap_start=("users",)),
        "x: users cannot have both provisioned concurrency and SnapStart",
    ),
    "an unknown function": (lambda: Stage("x", memory_mb={"user": 512}), "x: there is no function user"),
    "too little memory": (
        lambda: Stage("x", memory_mb={"users": 64, "images": 128}),
        "x: memory_mb of users 64: AWS allows 128 to 10,240",
    ),
    "no provisioned concurrency": (
        lambda: Stage("x", provisioned_concurrency={"users": 0}),
        "x: provisioned_concurrency of users 0: AWS allows 1 to 1,000",
    ),
    "no reserved concurrency": (
        lambda: Stage("x", reserved_concurrency={"users": 0}),
        "x: reserved_concurrency of users 0: AWS allows 1 to 1,000",
    ),
    "a rate below the minimum of AWS": (
        lambda: Stage("x", requests_in_five_minutes=9),
        "x: requests_in_five_minutes of 9: AWS allows 10 to 2,000,000,000",
    ),
    "an unknown size of AppSync's cache": (
        lambda: Stage("x", cache="TINY"),
        "x: AppSync has no cache of size 'TINY': use one of SMALL, MEDIUM, ",
    ),
    "an unknown size of API Gateway's cache": (
        lambda: Stage("x", rest_cache="1"),
        "x: API Gateway has no cache of '1' GB: use one of 0.5, 1.6, ",
    ),
    "a web app without https": (
        lambda: UserPool(web_url="http://homes.example.com/"),
        "'http://homes.example.com/' must use https",
    ),
    "an unknown plan": (lambda: Stage("x", api_customers={"gold": ("acme",)}), "x: there is no plan gold"),
    "retained data without an alarm address": (
        lambda: Stage("x", retain_data=True),
        "x sets retain_data and must set alarm_email",
    ),
}


@pytest.mark.parametrize(("create", "reason"), INVALID_STAGES.values(), ids=INVALID_STAGES)
def test_an_invalid_setting_is_an_error_with_its_reason(create: Callable[[], object], reason: str) -> None:
    with pytest.raises(InvalidStage) as error:
        create()
    assert reason in str(error.value)


def test_the_app_prints_only_the_reason() -> None:
    command = [sys.executable, "-m", "infra.app"]
    process = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "STAGE": "nowhere"}, capture_output=True, text=True, timeout=60
    )
    assert process.returncode == 1
    assert (process.stdout, process.stderr) == ("", "there is no stage 'nowhere': STAGE is one of dev, staging, prod\n")


CONFIGURATION_ERRORS = {
    "a field": (
        "resolvers/wiring.py",
        'keys=("arguments.id",)',
        "keys=()",
        "cached by (): AppSync allows 1 to 25 paths into ",
    ),
    "business hours": (
        "infra/stages.py",
        'Stage("dev")',
        'Stage("dev", business_hours=BusinessHours(19, 7))',
        "business hours from 19:00 to 7:00",
    ),
    "an issuer": (
        "infra/stages.py",
        'Stage("dev")',
        'Stage("dev", auth=OidcIssuer("https://id.example.com", ""))',
        "the issuer https://id.example.com has no audience",
    ),
}


@pytest.mark.parametrize(
    ("file", "valid", "invalid", "reason"), CONFIGURATION_ERRORS.values(), ids=CONFIGURATION_ERRORS
)
def test_a_configuration_error_is_printed_with_its_file_and_line(
    tmp_path: Path, file: str, valid: str, invalid: str, reason: str
) -> None:
    for package in ("data", "resolvers", "schema_diff", "infra"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("node_modules", "__pycache__")
        )
    source = (tmp_path / file).read_text()
    assert valid in source
    (tmp_path / file).write_text(source.replace(valid, invalid, 1))
    line = source.partition(valid)[0].count("\n") + 1
    process = subprocess.run(
        [sys.executable, "-m", "infra.app"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert (process.returncode, process.stdout, process.stderr.count("\n")) == (1, "", 1)
    assert process.stderr.startswith(f"{file}:{line}: {reason}")


def test_only_prod_retains_its_data_and_only_dev_has_no_cache() -> None:
    assert [stage.name for stage in stages.STAGES.values() if stage.retain_data] == ["prod"]
    assert [stage.name for stage in stages.STAGES.values() if not stage.cache] == ["dev"]


def test_dev_reserves_no_concurrency() -> None:
    assert stages.get_stage("dev").reserved_concurrency == {}
