"""The desks that the tests of this room share: each test makes homes of its own in them."""

from collections.abc import Iterator

import pytest

from tests.local import server_fixture as desks
from tests.local.external_issuer import Elsewhere
from tests.local.misbehaving_clients import following, logged, until
from tests.local.server_fixture import Desk
from tests.shared_processes import Shared


@pytest.fixture(scope="package")
def desk(shared: Shared) -> Iterator[Desk]:
    """A desk where aliases of one field share a batch."""
    with desks.running(shared) as running:
        yield running


@pytest.fixture(scope="package")
def splitting_desk(shared: Shared) -> Iterator[Desk]:
    """A desk where each alias has batches of its own."""
    with desks.running(shared, mixed=False) as running:
        yield running


@pytest.fixture
def unharmed(desk: Desk) -> Iterator[None]:
    """After the test nothing is followed, a query is answered, and no error was logged."""
    with logged() as errors:
        yield
        assert until(lambda: following(desk) == 0)
        assert desk.ask("{ me { id } }").data == {"me": {"id": "ada"}}
    assert errors == []


@pytest.fixture
def pool(issuers: list[Elsewhere], monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    """A user pool that the environment names."""
    monkeypatch.setenv("COGNITO_ISSUER", issuers[0].url)
    return issuers[0]


@pytest.fixture
def oidc(issuers: list[Elsewhere], monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    """Another issuer that the environment names."""
    monkeypatch.setenv("OIDC_ISSUER", issuers[1].url)
    return issuers[1]


@pytest.fixture
def unnamed(issuers: list[Elsewhere]) -> Elsewhere:
    """An issuer that the environment does not name."""
    return issuers[2]
