"""The desks that the tests of this room share: each test makes homes of its own in them."""

from collections.abc import Iterator

import pytest

from tests.local import desk as desks
from tests.local.desk import Desk
from tests.local.hostile import following, logged, until
from tests.local.issuers import Elsewhere, elsewhere


@pytest.fixture(scope="session")
def desk(engine: str) -> Iterator[Desk]:
    """A desk where aliases of one field share a batch."""
    with desks.running(engine) as running:
        yield running


@pytest.fixture(scope="session")
def splitting_desk(engine: str) -> Iterator[Desk]:
    """A desk where each alias has batches of its own."""
    with desks.running(engine, mixed=False) as running:
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
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    """A user pool that the environment names."""
    with elsewhere() as issuer:
        monkeypatch.setenv("COGNITO_ISSUER", issuer.url)
        yield issuer


@pytest.fixture
def oidc(monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    """Another issuer that the environment names."""
    with elsewhere() as issuer:
        monkeypatch.setenv("OIDC_ISSUER", issuer.url)
        yield issuer


@pytest.fixture
def unnamed() -> Iterator[Elsewhere]:
    """An issuer that the environment does not name."""
    with elsewhere() as issuer:
        yield issuer
