"""The keys of issuers that the environment names: found, kept, found anew, and missing."""

import asyncio
import threading
from typing import Any

import pytest

from local.auth.issuer import Issuer, new_key
from local.auth.jwks import JwksClient
from local.auth.providers import POLICY, Providers
from resolvers.runtime.jwks import MIN_REFETCH_SECONDS, JwksCache
from tests.clock import Clock
from tests.local.external_issuer import OURS, RSA, Elsewhere, asked, at_once, outcome, public, served

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


def test_a_new_key_is_fetched_for_its_first_token_and_a_withdrawn_one_is_forgotten(pool: Elsewhere) -> None:
    new, clock = new_key(), Clock()

    async def rotated() -> list[str]:
        providers = Providers.from_environment(OURS, None, clock)
        first = await outcome(providers, pool.token())
        pool.keys = [public(new, kid="k2")]
        clock.now += MIN_REFETCH_SECONDS
        return [first, await outcome(providers, pool.token(new, kid="k2")), await outcome(providers, pool.token())]

    assert asyncio.run(rotated()) == ["ada (cognito)", "ada (cognito)", REFUSED]
    assert pool.asked == [POOL_KEYS] * 2


def test_any_number_of_unknown_keys_makes_one_fetch_in_ten_seconds(pool: Elsewhere) -> None:
    clock = Clock()

    async def unknown() -> list[str]:
        providers = Providers.from_environment(OURS, None, clock)
        found = [await outcome(providers, pool.token())]
        for _ in range(2):
            found += [await outcome(providers, pool.token(kid=f"x{n}")) for n in range(20)]
            clock.now += MIN_REFETCH_SECONDS
        return [*found, await outcome(providers, pool.token())]

    assert asyncio.run(unknown()) == ["ada (cognito)", *[REFUSED] * 40, "ada (cognito)"]
    assert pool.asked == [POOL_KEYS] * 2


def test_an_issuer_that_hangs_delays_nobody_else(oidc: Elsewhere) -> None:
    async def both() -> list[str]:
        providers = Providers.from_environment(OURS, None)
        oidc.answering.clear()
        hanging = asyncio.create_task(outcome(providers, oidc.token()))
        await until_asked(oidc, CONFIGURATION, KEYS)
        other = await outcome(providers, OURS.token("bob"))
        assert not hanging.done()
        oidc.answering.set()
        return [other, await hanging]

    assert asyncio.run(both()) == ["bob (cognito)", ADA]


def test_an_issuer_that_never_answers_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    ended = threading.Event()
    cache = JwksCache("https://id.example.com", POLICY.algorithms, ended.wait)

    async def given_up() -> None:
        try:
            async with asyncio.timeout(20):
                await JwksClient(cache, timeout_seconds=0.1).ensure_fresh("k1")
        finally:
            ended.set()

    asyncio.run(given_up())
    assert (cache.keys, cache.may_refresh()) == ({}, False)
    assert caplog.messages == ["the keys of https://id.example.com could not be fetched: TimeoutError()"]


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


def test_a_known_key_proves_tokens_while_an_unknown_one_is_fetched(pool: Elsewhere) -> None:
    clock = Clock()

    async def meanwhile() -> list[str]:
        providers = Providers.from_environment(OURS, None, clock)
        await outcome(providers, pool.token())
        clock.now += MIN_REFETCH_SECONDS
        pool.answering.clear()
        fetching = asyncio.create_task(outcome(providers, pool.token(kid="x")))
        await until_asked(pool, POOL_KEYS, POOL_KEYS)
        known = await outcome(providers, pool.token())
        assert not fetching.done()
        pool.answering.set()
        return [known, await fetching]

    assert asyncio.run(meanwhile()) == ["ada (cognito)", REFUSED]


def test_an_unreachable_issuer_admits_nobody(
    oidc: Elsewhere, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OIDC_ISSUER", "http://127.0.0.1:1")
    assert asked(*[oidc.token(iss="http://127.0.0.1:1")] * 3) == [REFUSED] * 3
    assert len(caplog.messages) == 1


def test_an_issuer_that_is_back_admits_its_users_ten_seconds_after_the_last_attempt(oidc: Elsewhere) -> None:
    clock, keys = Clock(), oidc.keys
    oidc.keys = None

    async def back() -> list[str]:
        providers = Providers.from_environment(OURS, None, clock)
        found = [await outcome(providers, oidc.token())]
        oidc.keys = keys
        for seconds in (MIN_REFETCH_SECONDS - 0.1, 0.1):
            clock.now += seconds
            found.append(await outcome(providers, oidc.token()))
        return found

    assert asyncio.run(back()) == [REFUSED, REFUSED, ADA]


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
