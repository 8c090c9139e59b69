"""Issuers that the environment names: their keys are found, kept and found anew, and their tokens judged by them."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest

from local import jwks
from local.auth import Providers, Unauthorized
from local.issuer import Issuer, new_key
from resolvers.field import COGNITO, OIDC
from tests.local.issuers import EC, RSA, Elsewhere, call, elsewhere, public, served

OURS = Issuer("http://localhost:8000")
CONFIGURATION, POOL_KEYS, KEYS = "/.well-known/openid-configuration", "/.well-known/jwks.json", "/keys"


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    with elsewhere() as issuer:
        monkeypatch.setenv("COGNITO_ISSUER", issuer.url)
        yield issuer


@pytest.fixture
def oidc(monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    with elsewhere() as issuer:
        monkeypatch.setenv("OIDC_ISSUER", issuer.url)
        yield issuer


@pytest.fixture
def unnamed() -> Iterator[Elsewhere]:
    with elsewhere() as issuer:
        yield issuer


async def outcome(providers: Providers, token: str) -> str:
    """Who bears a token, or the word for why nobody does."""
    try:
        return (await providers.asker(call(token))).label
    except Unauthorized as error:
        return str(error)


def asked(*tokens: str) -> list[str]:
    """What comes of each token, one behind the other, at one desk."""

    async def all() -> list[str]:
        providers = Providers.from_environment(OURS, None)
        return [await outcome(providers, token) for token in tokens]

    return asyncio.run(all())


def at_once(*tokens: str) -> list[str]:
    """What comes of the tokens, all at the same time."""

    async def all() -> list[str]:
        providers = Providers.from_environment(OURS, None)
        return await asyncio.gather(*(outcome(providers, token) for token in tokens))

    return asyncio.run(all())


ADA = "oidc ada"
REFUSED = "You are not authorized to make this call."


def test_a_pools_keys_are_found_where_cognito_has_them(pool: Elsewhere) -> None:
    assert asked(pool.token()) == ["cognito_user_pools ada"]
    assert pool.asked == [POOL_KEYS]


def test_another_issuers_keys_are_found_by_its_configuration(oidc: Elsewhere) -> None:
    assert asked(oidc.token()) == [ADA]
    assert oidc.asked == [CONFIGURATION, KEYS]


@pytest.mark.parametrize("algorithm", [f"{family}{bits}" for family in ("RS", "PS") for bits in (256, 384, 512)])
def test_an_rsa_key_proves_tokens_of_every_algorithm_unless_it_states_one(oidc: Elsewhere, algorithm: str) -> None:
    oidc.keys = [public(RSA, kid="any"), public(RSA, kid="this", alg=algorithm), public(RSA, kid="other", alg="XS1")]
    assert asked(*(oidc.token(RSA, algorithm, kid) for kid in ("any", "this", "other"))) == [ADA, ADA, REFUSED]


@pytest.mark.parametrize("algorithm", EC)
def test_a_key_on_a_curve_proves_tokens_of_its_algorithm(oidc: Elsewhere, algorithm: str) -> None:
    oidc.keys = [public(EC[algorithm])]
    assert asked(oidc.token(EC[algorithm], algorithm)) == [ADA]


def test_a_key_proves_no_token_of_another_algorithm_than_it_states(oidc: Elsewhere) -> None:
    oidc.keys = [public(RSA, alg="RS256")]
    assert asked(oidc.token(RSA, "PS256"), oidc.token(RSA, "RS256")) == [REFUSED, ADA]


def test_a_secret_that_an_issuer_publishes_proves_nothing(oidc: Elsewhere) -> None:
    secret = b"a secret of at least thirty-two bytes"
    oidc.keys = [{"kty": "oct", "k": jwt.utils.base64url_encode(secret).decode(), "kid": "k1"}, public(RSA, kid="k2")]
    assert asked(oidc.token(secret, "HS256"), oidc.token(kid="k2")) == [REFUSED, ADA]


def test_a_key_to_encrypt_with_proves_nothing(oidc: Elsewhere) -> None:
    oidc.keys = [public(RSA, use="enc")]
    assert asked(oidc.token()) == [REFUSED]


def test_an_issuer_vouches_for_its_own_tokens_alone(oidc: Elsewhere, pool: Elsewhere) -> None:
    pool.keys = [public(new_key())]
    assert asked(oidc.token(iss=OURS.url), oidc.token(iss=pool.url), oidc.token()) == [REFUSED, REFUSED, ADA]


def test_an_issuer_that_nobody_named_is_not_even_asked(unnamed: Elsewhere, oidc: Elsewhere) -> None:
    assert asked(unnamed.token()) == [REFUSED]
    assert (unnamed.asked, oidc.asked) == ([], [])


@pytest.mark.parametrize("claim", ["sub", "iss", "iat", "exp"])
def test_a_token_needs_a_user_an_issuer_and_its_times(oidc: Elsewhere, claim: str) -> None:
    without: dict[str, Any] = {claim: None}
    assert asked(oidc.token(**without)) == [REFUSED]


def test_a_token_that_has_expired_is_refused_as_such(oidc: Elsewhere) -> None:
    assert asked(oidc.token(exp=int(time.time()) - 1)) == ["Token has expired."]


@pytest.mark.parametrize("ask", [asked, at_once])
def test_keys_are_fetched_once_for_many_tokens(pool: Elsewhere, ask: Any) -> None:
    assert ask(*[pool.token()] * 8) == ["cognito_user_pools ada"] * 8
    assert pool.asked == [POOL_KEYS]


def test_a_new_key_is_found_when_its_first_token_comes_and_one_withdrawn_is_forgotten(pool: Elsewhere) -> None:
    new = new_key()

    async def rotated() -> list[str]:
        providers = Providers.from_environment(OURS, None)
        first = await outcome(providers, pool.token())
        pool.keys = [public(new, kid="k2")]
        return [first, await outcome(providers, pool.token(new, kid="k2")), await outcome(providers, pool.token())]

    assert asyncio.run(rotated()) == ["cognito_user_pools ada", "cognito_user_pools ada", REFUSED]
    assert pool.asked == [POOL_KEYS] * 2


def test_any_number_of_unknown_keys_makes_one_more_fetch(pool: Elsewhere) -> None:
    tokens = [pool.token(kid=f"x{n}") for n in range(20)]
    assert asked(pool.token(), *tokens, pool.token()) == [
        "cognito_user_pools ada",
        *[REFUSED] * 20,
        "cognito_user_pools ada",
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
    waited: dict[str, float] = {}

    async def timed(providers: Providers, token: str) -> str:
        begun = time.monotonic()
        found = await outcome(providers, token)
        waited[found] = time.monotonic() - begun
        return found

    async def both() -> list[str]:
        providers = Providers.from_environment(OURS, None)
        tokens = (oidc.token(), OURS.token("bob"))
        return await asyncio.gather(*(timed(providers, token) for token in tokens))

    assert asyncio.run(both()) == [REFUSED, "cognito_user_pools bob"]
    assert waited["cognito_user_pools bob"] < 0.5 <= waited[REFUSED] < 3
    assert [f"no keys to be had of {oidc.url}" in message for message in caplog.messages] == [True]
    oidc.answering.set()


def test_a_known_key_proves_tokens_while_an_unknown_one_is_looked_for(pool: Elsewhere) -> None:
    async def meanwhile() -> list[str]:
        providers = Providers.from_environment(OURS, None)
        await outcome(providers, pool.token())
        pool.answering.clear()
        looking = asyncio.create_task(outcome(providers, pool.token(kid="x")))
        await asyncio.sleep(0.1)
        known = await outcome(providers, pool.token())
        assert not looking.done()
        pool.answering.set()
        return [known, await looking]

    assert asyncio.run(meanwhile()) == ["cognito_user_pools ada", REFUSED]


def test_an_issuer_that_is_away_opens_nothing_until_it_is_back(
    oidc: Elsewhere, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def back() -> list[str]:
        monkeypatch.setenv("OIDC_ISSUER", "http://127.0.0.1:1")
        away = Providers.from_environment(OURS, None)
        refused = await outcome(away, oidc.token(iss="http://127.0.0.1:1"))
        monkeypatch.setattr(jwks, "document", lambda url: {"jwks_uri": "", "keys": oidc.keys})
        return [refused, await outcome(away, oidc.token(iss="http://127.0.0.1:1"))]

    assert asyncio.run(back()) == [REFUSED, ADA]
    assert len(caplog.messages) == 1


@pytest.mark.parametrize("keys", [None, 7, {}, [], [7, None], [{"kid": "k1"}], [{"kty": "RSA", "kid": "k1", "n": 5}]])
def test_what_is_no_list_of_keys_opens_nothing(oidc: Elsewhere, keys: Any) -> None:
    oidc.keys = keys
    assert asked(oidc.token()) == [REFUSED]


@pytest.mark.parametrize("url", ["{url}/nowhere", "file:///etc", "localhost", "http://[", "http://x y"])
def test_what_is_no_issuers_address_opens_nothing(oidc: Elsewhere, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    named = url.format(url=oidc.url)
    monkeypatch.setenv("OIDC_ISSUER", named)
    assert asked(oidc.token(iss=named)) == [REFUSED]


TOKENS: list[tuple[str, dict[str, Any]]] = [
    ("COGNITO", {"aud": "web", "token_use": "id"}),
    ("COGNITO", {"aud": None, "token_use": "access", "client_id": "web"}),
    ("OIDC", {"aud": "web"}),
    ("OIDC", {"aud": ["api", "web"]}),
    ("OIDC", {"aud": "api", "azp": "web"}),
]


@pytest.mark.parametrize(("provider", "claims"), TOKENS)
@pytest.mark.parametrize("clients", ["web", "ios|web", "w.b", None])
def test_a_token_for_a_client_that_is_asked_for_is_taken(
    unnamed: Elsewhere, monkeypatch: pytest.MonkeyPatch, provider: str, claims: dict[str, Any], clients: str | None
) -> None:
    monkeypatch.setenv(f"{provider}_ISSUER", unnamed.url)
    monkeypatch.setenv(f"{provider}_CLIENT_ID", clients or "")
    providers = Providers.from_environment(OURS, None)
    mode = asyncio.run(providers.asker(call(unnamed.token(**claims)))).mode
    assert mode is {"COGNITO": COGNITO, "OIDC": OIDC}[provider]


@pytest.mark.parametrize(("provider", "claims"), [*TOKENS, ("OIDC", {"aud": None}), ("OIDC", {"aud": 7})])
@pytest.mark.parametrize("clients", ["ios", "we", "eb", "web1|web2"])
def test_a_token_for_another_client_is_refused(
    unnamed: Elsewhere, monkeypatch: pytest.MonkeyPatch, provider: str, claims: dict[str, Any], clients: str
) -> None:
    monkeypatch.setenv(f"{provider}_ISSUER", unnamed.url)
    monkeypatch.setenv(f"{provider}_CLIENT_ID", clients)
    assert asked(unnamed.token(**claims)) == [REFUSED]


def test_an_id_token_is_not_judged_by_the_client_of_an_access_token(
    pool: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COGNITO_CLIENT_ID", "web")
    assert asked(pool.token(aud="other", token_use="id", client_id="web")) == [REFUSED]


def test_clients_that_are_no_regular_expression_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIDC_CLIENT_ID", "(")
    with pytest.raises(SystemExit, match=r"OIDC_CLIENT_ID must be a regular expression, not \("):
        Providers.from_environment(OURS, None)


def test_one_desk_takes_the_tokens_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = Issuer("")
    with served(issuer.routes()) as issuer.url:
        monkeypatch.setenv("COGNITO_ISSUER", issuer.url)
        monkeypatch.setenv("OIDC_ISSUER", f"{issuer.url}/oidc")
        found = asked(issuer.token("eve"), issuer.token("eve", kind="oidc"))
    assert found == ["cognito_user_pools eve", "oidc eve"]
