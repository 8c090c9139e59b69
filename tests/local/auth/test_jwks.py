"""The keys of external issuers: discovery, caching, refresh, and failures."""

import asyncio
import threading
from typing import Any

import pytest

from local.auth.issuer import Issuer, generate_key
from local.auth.jwks import JwksClient
from local.auth.providers import POLICY, Providers
from resolvers.runtime.jwks import MIN_REFETCH_SECONDS, JwksCache
from tests.clock import Clock
from tests.local.external_issuer import OURS, RSA, ExternalIssuer, at_once, authenticate_all, outcome, public, served

CONFIGURATION, POOL_KEYS, KEYS = "/.well-known/openid-configuration", "/.well-known/jwks.json", "/keys"


ADA = "ada (oidc)"
REFUSED = "You are not authorized to make this call."


async def until_asked(issuer: ExternalIssuer, *paths: str) -> None:
    """Waits until the issuer has received requests for these paths, in order."""
    async with asyncio.timeout(20):
        while issuer.requested_paths != [*paths]:
            await asyncio.sleep(0.01)


def test_the_keys_of_a_user_pool_are_at_cognitos_path(cognito_issuer: ExternalIssuer) -> None:
    assert authenticate_all(cognito_issuer.token()) == ["ada (cognito)"]
    assert cognito_issuer.requested_paths == [POOL_KEYS]


def test_the_keys_of_an_oidc_issuer_are_found_by_discovery(oidc_issuer: ExternalIssuer) -> None:
    assert authenticate_all(oidc_issuer.token()) == [ADA]
    assert oidc_issuer.requested_paths == [CONFIGURATION, KEYS]


@pytest.mark.parametrize("ask", [authenticate_all, at_once])
def test_many_tokens_need_one_fetch_of_the_keys(cognito_issuer: ExternalIssuer, ask: Any) -> None:
    assert ask(*[cognito_issuer.token()] * 8) == ["ada (cognito)"] * 8
    assert cognito_issuer.requested_paths == [POOL_KEYS]


def test_an_unknown_kid_refreshes_the_keys_and_drops_removed_ones(
    cognito_issuer: ExternalIssuer,
) -> None:
    new, clock = generate_key(), Clock()

    async def rotated() -> list[str]:
        providers = Providers.from_environment(OURS, None, clock)
        first = await outcome(providers, cognito_issuer.token())
        cognito_issuer.keys = [public(new, kid="k2")]
        clock.now += MIN_REFETCH_SECONDS
        return [
            first,
            await outcome(providers, cognito_issuer.token(new, kid="k2")),
            await outcome(providers, cognito_issuer.token()),
        ]

    assert asyncio.run(rotated()) == ["ada (cognito)", "ada (cognito)", REFUSED]
    assert cognito_issuer.requested_paths == [POOL_KEYS] * 2


def test_unknown_kids_cause_one_fetch_in_ten_seconds(cognito_issuer: ExternalIssuer) -> None:
    clock = Clock()

    async def unknown() -> list[str]:
        providers = Providers.from_environment(OURS, None, clock)
        outcomes = [await outcome(providers, cognito_issuer.token())]
        for _ in range(2):
            outcomes += [await outcome(providers, cognito_issuer.token(kid=f"x{n}")) for n in range(20)]
            clock.now += MIN_REFETCH_SECONDS
        return [*outcomes, await outcome(providers, cognito_issuer.token())]

    assert asyncio.run(unknown()) == ["ada (cognito)", *[REFUSED] * 40, "ada (cognito)"]
    assert cognito_issuer.requested_paths == [POOL_KEYS] * 2


def test_an_issuer_that_hangs_does_not_delay_other_issuers(oidc_issuer: ExternalIssuer) -> None:
    async def both() -> list[str]:
        providers = Providers.from_environment(OURS, None)
        oidc_issuer.may_answer.clear()
        hanging = asyncio.create_task(outcome(providers, oidc_issuer.token()))
        await until_asked(oidc_issuer, CONFIGURATION, KEYS)
        other = await outcome(providers, OURS.token("bob"))
        assert not hanging.done()
        oidc_issuer.may_answer.set()
        return [other, await hanging]

    assert asyncio.run(both()) == ["bob (cognito)", ADA]


def test_the_fetch_from_an_issuer_that_hangs_times_out(caplog: pytest.LogCaptureFixture) -> None:
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


def test_cancelling_a_caller_does_not_cancel_the_fetch_of_others(oidc_issuer: ExternalIssuer) -> None:
    async def cancelled_caller() -> str:
        providers = Providers.from_environment(OURS, None)
        oidc_issuer.may_answer.clear()
        callers = [asyncio.create_task(outcome(providers, oidc_issuer.token())) for _ in range(2)]
        await until_asked(oidc_issuer, CONFIGURATION, KEYS)
        callers[0].cancel()
        await asyncio.sleep(0)
        oidc_issuer.may_answer.set()
        return await callers[1]

    assert asyncio.run(cancelled_caller()) == ADA
    assert oidc_issuer.requested_paths == [CONFIGURATION, KEYS]


def test_a_cached_key_verifies_tokens_during_a_fetch(cognito_issuer: ExternalIssuer) -> None:
    clock = Clock()

    async def meanwhile() -> list[str]:
        providers = Providers.from_environment(OURS, None, clock)
        await outcome(providers, cognito_issuer.token())
        clock.now += MIN_REFETCH_SECONDS
        cognito_issuer.may_answer.clear()
        fetching = asyncio.create_task(outcome(providers, cognito_issuer.token(kid="x")))
        await until_asked(cognito_issuer, POOL_KEYS, POOL_KEYS)
        known_key_outcome = await outcome(providers, cognito_issuer.token())
        assert not fetching.done()
        cognito_issuer.may_answer.set()
        return [known_key_outcome, await fetching]

    assert asyncio.run(meanwhile()) == ["ada (cognito)", REFUSED]


def test_tokens_of_an_unreachable_issuer_are_rejected(
    oidc_issuer: ExternalIssuer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OIDC_ISSUER", "http://127.0.0.1:1")
    assert authenticate_all(*[oidc_issuer.token(iss="http://127.0.0.1:1")] * 3) == [REFUSED] * 3
    assert len(caplog.messages) == 1


def test_keys_are_fetched_again_ten_seconds_after_a_failed_attempt(
    oidc_issuer: ExternalIssuer,
) -> None:
    clock, keys = Clock(), oidc_issuer.keys
    oidc_issuer.keys = None

    async def back() -> list[str]:
        providers = Providers.from_environment(OURS, None, clock)
        outcomes = [await outcome(providers, oidc_issuer.token())]
        oidc_issuer.keys = keys
        for seconds in (MIN_REFETCH_SECONDS - 0.1, 0.1):
            clock.now += seconds
            outcomes.append(await outcome(providers, oidc_issuer.token()))
        return outcomes

    assert asyncio.run(back()) == [REFUSED, REFUSED, ADA]


@pytest.mark.parametrize(
    "keys",
    [None, 7, {}, [], [7, None], [{"kid": "k1"}], [{"kty": "RSA", "kid": "k1", "n": 5}], [public(RSA, alg="none")]],
)
def test_a_token_is_rejected_if_the_jwks_is_invalid(oidc_issuer: ExternalIssuer, keys: Any) -> None:
    oidc_issuer.keys = keys
    assert authenticate_all(oidc_issuer.token()) == [REFUSED]


@pytest.mark.parametrize("url", ["{url}/nowhere", "file:///etc", "localhost", "http://[", "http://x y"])
def test_a_token_is_rejected_if_the_issuers_url_is_invalid(
    oidc_issuer: ExternalIssuer, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    issuer_url = url.format(url=oidc_issuer.url)
    monkeypatch.setenv("OIDC_ISSUER", issuer_url)
    assert authenticate_all(oidc_issuer.token(iss=issuer_url)) == [REFUSED]


def test_a_local_server_accepts_the_tokens_of_another_local_server(monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = Issuer("")
    with served(issuer.routes()) as issuer.url:
        monkeypatch.setenv("COGNITO_ISSUER", issuer.url)
        monkeypatch.setenv("OIDC_ISSUER", f"{issuer.url}/oidc")
        outcomes = authenticate_all(issuer.token("eve"), issuer.token("eve", kind="oidc"))
    assert outcomes == ["eve (cognito)", "eve (oidc)"]
