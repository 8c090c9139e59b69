"""The keys of issuers that the environment names: found, kept, found anew, and missing."""

import asyncio
import threading
from typing import Any

import pytest

from local import jwks
from local.auth import Providers
from local.issuer import Issuer, new_key
from resolvers import authorizer
from tests.local.issuers import OURS, RSA, Elsewhere, asked, at_once, outcome, public, served

CONFIGURATION, POOL_KEYS, KEYS = "/.well-known/openid-configuration", "/.well-known/jwks.json", "/keys"


ADA = "ada (oidc)"
REFUSED = "You are not authorized to make this call."


async def until_asked(issuer: Elsewhere, *paths: str) -> None:
    """Waits until the issuer has been asked for these paths, in order."""
    async with asyncio.timeout(20):
        while issuer.asked != [*paths]:
            await asyncio.sleep(0.01)


def test_a_pools_keys_are_found_where_cognito_has_them(pool: Elsewhere) -> None:
    assert asked(pool.token()) == ["ada (cognito)"]
    assert pool.asked == [POOL_KEYS]


def test_another_issuers_keys_are_found_by_its_configuration(oidc: Elsewhere) -> None:
    assert asked(oidc.token()) == [ADA]
    assert oidc.asked == [CONFIGURATION, KEYS]


@pytest.mark.parametrize("ask", [asked, at_once])
def test_keys_are_fetched_once_for_many_tokens(pool: Elsewhere, ask: Any) -> None:
    assert ask(*[pool.token()] * 8) == ["ada (cognito)"] * 8
    assert pool.asked == [POOL_KEYS]


def test_a_new_key_is_found_when_its_first_token_comes_and_one_withdrawn_is_forgotten(pool: Elsewhere) -> None:
    new = new_key()

    async def rotated() -> list[str]:
        providers = Providers.from_environment(OURS, None)
        first = await outcome(providers, pool.token())
        pool.keys = [public(new, kid="k2")]
        return [first, await outcome(providers, pool.token(new, kid="k2")), await outcome(providers, pool.token())]

    assert asyncio.run(rotated()) == ["ada (cognito)", "ada (cognito)", REFUSED]
    assert pool.asked == [POOL_KEYS] * 2


def test_any_number_of_unknown_keys_makes_one_more_fetch(pool: Elsewhere) -> None:
    tokens = [pool.token(kid=f"x{n}") for n in range(20)]
    assert asked(pool.token(), *tokens, pool.token()) == [
        "ada (cognito)",
        *[REFUSED] * 20,
        "ada (cognito)",
    ]
    assert pool.asked == [POOL_KEYS] * 2


def test_after_ten_seconds_an_unknown_key_is_looked_for_again(pool: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jwks, "PAUSE_SECONDS", 0)
    assert asked(pool.token(), pool.token(kid="x"), pool.token(kid="x"))[1:] == [REFUSED, REFUSED]
    assert pool.asked == [POOL_KEYS] * 3


def test_an_issuer_that_hangs_holds_up_nobody_else_and_its_own_not_for_long(
    oidc: Elsewhere, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(jwks, "PATIENCE_SECONDS", 0.5)
    oidc.answering.clear()

    async def as_they_come() -> list[str]:
        providers = Providers.from_environment(OURS, None)
        tokens = (oidc.token(), OURS.token("bob"))
        return [await one for one in asyncio.as_completed([outcome(providers, token) for token in tokens])]

    assert asyncio.run(as_they_come()) == ["bob (cognito)", REFUSED]
    assert [f"no keys to be had of {oidc.url}" in message for message in caplog.messages] == [True]
    oidc.answering.set()


def test_an_issuer_that_never_comes_to_an_end_is_given_up(oidc: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    monkeypatch.setattr(jwks, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(authorizer, "document", lambda url: ended.wait())

    async def given_up() -> str:
        try:
            async with asyncio.timeout(5):
                return await outcome(Providers.from_environment(OURS, None), oidc.token())
        finally:
            ended.set()

    assert asyncio.run(given_up()) == REFUSED


def test_a_caller_who_goes_takes_no_keys_from_others(oidc: Elsewhere) -> None:
    async def left() -> str:
        providers = Providers.from_environment(OURS, None)
        oidc.answering.clear()
        callers = [asyncio.create_task(outcome(providers, oidc.token())) for _ in range(2)]
        await until_asked(oidc, CONFIGURATION, KEYS)
        callers[0].cancel()
        await asyncio.sleep(0)
        oidc.answering.set()
        return await callers[1]

    assert asyncio.run(left()) == ADA
    assert oidc.asked == [CONFIGURATION, KEYS]


def test_a_known_key_proves_tokens_while_an_unknown_one_is_looked_for(pool: Elsewhere) -> None:
    async def meanwhile() -> list[str]:
        providers = Providers.from_environment(OURS, None)
        await outcome(providers, pool.token())
        pool.answering.clear()
        looking = asyncio.create_task(outcome(providers, pool.token(kid="x")))
        await until_asked(pool, POOL_KEYS, POOL_KEYS)
        known = await outcome(providers, pool.token())
        assert not looking.done()
        pool.answering.set()
        return [known, await looking]

    assert asyncio.run(meanwhile()) == ["ada (cognito)", REFUSED]


def test_an_issuer_that_is_away_opens_nothing_until_it_is_back(
    oidc: Elsewhere, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def back() -> list[str]:
        monkeypatch.setenv("OIDC_ISSUER", "http://127.0.0.1:1")
        away = Providers.from_environment(OURS, None)
        refused = await outcome(away, oidc.token(iss="http://127.0.0.1:1"))
        monkeypatch.setattr(authorizer, "document", lambda url: {"jwks_uri": "", "keys": oidc.keys})
        return [refused, await outcome(away, oidc.token(iss="http://127.0.0.1:1"))]

    assert asyncio.run(back()) == [REFUSED, ADA]
    assert len(caplog.messages) == 1


@pytest.mark.parametrize(
    "keys",
    [None, 7, {}, [], [7, None], [{"kid": "k1"}], [{"kty": "RSA", "kid": "k1", "n": 5}], [public(RSA, alg="none")]],
)
def test_what_is_no_list_of_keys_opens_nothing(oidc: Elsewhere, keys: Any) -> None:
    oidc.keys = keys
    assert asked(oidc.token()) == [REFUSED]


@pytest.mark.parametrize("url", ["{url}/nowhere", "file:///etc", "localhost", "http://[", "http://x y"])
def test_what_is_no_issuers_address_opens_nothing(oidc: Elsewhere, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    named = url.format(url=oidc.url)
    monkeypatch.setenv("OIDC_ISSUER", named)
    assert asked(oidc.token(iss=named)) == [REFUSED]


def test_one_desk_takes_the_tokens_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = Issuer("")
    with served(issuer.routes()) as issuer.url:
        monkeypatch.setenv("COGNITO_ISSUER", issuer.url)
        monkeypatch.setenv("OIDC_ISSUER", f"{issuer.url}/oidc")
        found = asked(issuer.token("eve"), issuer.token("eve", kind="oidc"))
    assert found == ["eve (cognito)", "eve (oidc)"]
