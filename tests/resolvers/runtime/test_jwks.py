"""The cache of an issuer's keys: what it fetches, when, and what it stores."""

from typing import Any

import jwt
import pytest

from local.auth.issuer import generate_key
from resolvers.runtime.jwks import (
    JWKS_TTL_SECONDS,
    MAX_KEYS,
    MIN_REFETCH_SECONDS,
    Jwk,
    JwksCache,
    JwksUnavailable,
    fetch_json,
)
from tests.clock import Clock
from tests.local.external_issuer import EC, RSA, public, run_issuer

ALGORITHMS = ("RS256", "ES256")


class Publisher:
    """An issuer's current JWKS, or an error; counts how often it is fetched."""

    def __init__(self) -> None:
        self.members: Any = [public(RSA)]
        self.error: Exception | None = None
        self.fetches = 0

    def __call__(self) -> Any:
        self.fetches += 1
        if self.error:
            raise self.error
        return self.members


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(publisher: Publisher, clock: Clock) -> JwksCache:
    return JwksCache("https://id.example.com", ALGORITHMS, publisher, clock)


def key(cache: JwksCache, kid: str) -> Jwk | None:
    cache.ensure_fresh(kid)
    return cache.key(kid)


def test_a_known_key_is_fetched_once_an_hour(cache: JwksCache, publisher: Publisher, clock: Clock) -> None:
    for seconds, fetches in ((0, 1), (JWKS_TTL_SECONDS - 1, 1), (1, 2), (1, 2)):
        clock.now += seconds
        assert key(cache, "k1") == public(RSA)
        assert publisher.fetches == fetches


def test_unknown_keys_are_fetched_once_in_ten_seconds(cache: JwksCache, publisher: Publisher, clock: Clock) -> None:
    key(cache, "k1")
    for fetches in (1, 2, 3):
        assert [key(cache, f"unknown{n}") for n in range(100)] == [None] * 100
        assert publisher.fetches == fetches
        clock.now += MIN_REFETCH_SECONDS


def test_a_withdrawn_key_is_forgotten_after_an_hour(cache: JwksCache, publisher: Publisher, clock: Clock) -> None:
    key(cache, "k1")
    publisher.members = [public(generate_key(), kid="k2")]
    clock.now += JWKS_TTL_SECONDS
    assert key(cache, "k1") is None


def test_a_failure_is_tried_again_after_ten_seconds(cache: JwksCache, publisher: Publisher, clock: Clock) -> None:
    publisher.error = OSError("unreachable")
    for _ in range(3):
        with pytest.raises(JwksUnavailable):
            key(cache, "k1")
    assert publisher.fetches == 1
    publisher.error = None
    clock.now += MIN_REFETCH_SECONDS
    assert key(cache, "k1") == public(RSA)


def test_cached_keys_outlive_a_failure(
    cache: JwksCache, publisher: Publisher, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    key(cache, "k1")
    publisher.error = OSError("unreachable")
    clock.now += 10 * JWKS_TTL_SECONDS
    assert [key(cache, "k1"), key(cache, "k2")] == [public(RSA), None]
    assert publisher.fetches == 2
    assert caplog.messages == ["the keys of https://id.example.com could not be fetched: OSError('unreachable')"]


def test_only_the_first_hundred_keys_are_stored(cache: JwksCache, publisher: Publisher) -> None:
    publisher.members = [public(RSA, kid=f"k{n}") for n in range(MAX_KEYS + 50)]
    key(cache, "k0")
    assert list(cache.keys) == [f"k{n}" for n in range(100)]


def test_only_keys_that_sign_by_the_cache_algorithms_are_stored(cache: JwksCache, publisher: Publisher) -> None:
    malformed: list[Any] = [None, 7, "k", [], {}, {"kid": "a"}, {"kid": 7, "kty": "RSA"}, {"kid": "b", "kty": []}]
    malformed += [{"kid": "c", "kty": "EC", "crv": ["P-256"]}, {"kid": "d", "kty": "oct", "k": "c2VjcmV0"}]
    rejected = [
        public(RSA, kid="e", use="enc"),
        public(RSA, kid="f", alg="RS512"),
        public(RSA, kid="g", alg="ES256"),
        public(EC["ES384"], kid="h"),
    ]
    stored = [public(RSA), public(RSA, kid="k2", alg="RS256"), public(EC["ES256"], kid="k3")]
    publisher.members = [*malformed, *rejected, *stored]
    key(cache, "k1")
    assert list(cache.keys.values()) == stored


def test_a_fetch_from_an_issuer_that_hangs_times_out() -> None:
    with run_issuer() as issuer:
        issuer.may_answer.clear()
        with pytest.raises(jwt.PyJWKClientConnectionError, match="timed out"):
            fetch_json(f"{issuer.url}/keys", timeout_seconds=0.2)
        issuer.may_answer.set()


def test_cognito_keys_are_fetched_from_the_endpoint_in_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with run_issuer() as issuer:
        monkeypatch.setenv("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", issuer.url)
        assert fetch_json("https://cognito-idp.eu-west-1.amazonaws.com/keys") == {"keys": issuer.keys}
        assert issuer.requested_paths == ["/keys"]
