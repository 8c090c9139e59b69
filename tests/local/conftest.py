"""The local servers that the tests of this package share. Each test creates its own properties."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.gateway import openapi
from local.paths import ROOT
from local.ui import graphiql
from tests.local import server_fixture
from tests.local.external_issuer import ExternalIssuer
from tests.local.misbehaving_clients import collect_errors, subscription_count, wait_until
from tests.local.server_fixture import LocalServer
from tests.shared_processes import SharedProcesses


@pytest.fixture(scope="package")
def server(shared_processes: SharedProcesses) -> Iterator[LocalServer]:
    """A local server in which aliases of one field share a batch."""
    with server_fixture.run_server(shared_processes) as local_server:
        yield local_server


@pytest.fixture(scope="package")
def server_without_alias_batching(shared_processes: SharedProcesses) -> Iterator[LocalServer]:
    """A local server in which each alias has its own batches."""
    with server_fixture.run_server(shared_processes, aliases_share_batch=False) as local_server:
        yield local_server


@pytest.fixture
def server_still_healthy(server: LocalServer) -> Iterator[None]:
    """Asserts after the test that no subscription is left, a query is answered, and no error was logged."""
    with collect_errors() as errors:
        yield
        assert wait_until(lambda: subscription_count(server) == 0)
        assert server.execute("{ me { id } }").data == {"me": {"id": "ada"}}
    assert errors == []


@pytest.fixture
def cognito_issuer(issuers: list[ExternalIssuer], monkeypatch: pytest.MonkeyPatch) -> ExternalIssuer:
    """A user pool configured by `COGNITO_ISSUER`."""
    monkeypatch.setenv("COGNITO_ISSUER", issuers[0].url)
    return issuers[0]


@pytest.fixture
def oidc_issuer(issuers: list[ExternalIssuer], monkeypatch: pytest.MonkeyPatch) -> ExternalIssuer:
    """Another issuer, configured by `OIDC_ISSUER`."""
    monkeypatch.setenv("OIDC_ISSUER", issuers[1].url)
    return issuers[1]


@pytest.fixture
def unconfigured_issuer(issuers: list[ExternalIssuer]) -> ExternalIssuer:
    """An issuer that is not configured."""
    return issuers[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the code that the test may change."""
    packages = graphiql.assets().relative_to(ROOT)
    for package in ("data", "resolvers", "local"):
        ignored = shutil.ignore_patterns("node_modules", "__pycache__")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    shutil.copy(openapi.FILE, tmp_path)
    (tmp_path / packages).symlink_to(ROOT / packages)
    return tmp_path
