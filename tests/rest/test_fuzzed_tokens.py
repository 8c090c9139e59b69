"""Fuzzing of the authorizer with mutated tokens of eight categories: it denies all of them and never fails."""

import base64
import hashlib
import hmac
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from local.auth.issuer import generate_key
from local.aws import ACCOUNT_ID, REGION
from resolvers import authorizer
from tests.local.external_issuer import EC, RSA, ExternalIssuer, public, run_issuer
from tests.profiles import count, seed

EACH = count(12.5)
ARN = f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:api/dev/GET/properties"
STRANGER = generate_key()
Mutation = Callable[[ExternalIssuer, random.Random], str]


@pytest.fixture(scope="module")
def issuer() -> Iterator[ExternalIssuer]:
    """A trusted issuer with an RSA key, a P-256 key and a P-384 key."""
    with run_issuer() as running, pytest.MonkeyPatch.context() as patch:
        running.keys = [public(RSA), public(EC["ES256"], kid="k2"), public(EC["ES384"], kid="k3")]
        trusted_issuers = [{"url": running.url, "audience": "web|ios", "cognito": False}]
        patch.setenv("ISSUERS", json.dumps(trusted_issuers))
        authorizer.verifier.cache_clear()
        yield running
    authorizer.verifier.cache_clear()


def effect(token: str, header: str = "Authorization") -> str:
    event = {"type": "REQUEST", "methodArn": ARN, "headers": {header: token}, "multiValueHeaders": {header: [token]}}
    response = json.loads(json.dumps(authorizer.handle(event, None)))
    (statement,) = response["policyDocument"]["Statement"]
    return str(statement["Effect"])


def encoded(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def claims(issuer: ExternalIssuer, **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    payload = {"sub": "ada", "iss": issuer.url, "aud": "web", "iat": now, "exp": now + 600, **changes}
    return {name: value for name, value in payload.items() if value is not None}


def signed(header: dict[str, Any], payload: Any, secret: bytes) -> str:
    """Returns a token with an HMAC-SHA-256 signature, valid for a verifier that uses the public key as the secret."""
    text = f"{encoded(header)}.{encoded(payload)}"
    return f"{text}.{encoded(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def odd(chance: random.Random) -> Any:
    """Returns any JSON value, or a value that JSON does not have, such as infinity."""
    values: list[Any] = [None, True, False, 0, -1, 2**63, 10**400, 1e308, float("inf"), float("nan"), chance.random()]
    values += [[], ["x"], [[]], {}, {"a": {}}, "", "0", "x" * 300, "\x00", "\ud800", "../../etc/passwd", "RS256"]
    return chance.choice(values)


def an_algorithm(issuer: ExternalIssuer, chance: random.Random) -> str:
    """Returns a token with an algorithm that does not match the key: none, HMAC, or another RSA algorithm."""
    which = chance.choice(["none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512", "RS384", "RS512", "PS256"])
    if which in ("RS384", "RS512", "PS256"):
        return issuer.token(algorithm=which, exp=int(time.time()) + chance.randint(60, 6_000))
    pem = RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    der = RSA.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    secret = chance.choice([pem, pem.strip(), der, b"", json.dumps(issuer.keys[0]).encode()])
    token = signed({"alg": which, "kid": "k1", "typ": "JWT"}, claims(issuer, jti=str(chance.random())), secret)
    return token.rpartition(".")[0] + "." if which.lower() == "none" and chance.random() < 0.7 else token


def a_key(issuer: ExternalIssuer, chance: random.Random) -> str:
    """Returns a token signed by another key: unknown, of a wrong curve, or contained or linked in the header."""
    kid: Any = chance.choice(["k1", "k2", "k3", "k4", "", "../k1", "k1\x00", "K1"])
    brought = {"jwk": public(STRANGER), "jku": "http://127.0.0.1:1/keys", "x5u": "http://127.0.0.1:1/", "x5c": ["MII="]}
    header = {"kid": kid, **{name: of for name, of in brought.items() if chance.random() < 0.3}}
    payload = claims(issuer, jti=str(chance.random()))
    if chance.random() < 0.3:
        return jwt.encode(payload, EC["ES384"], "ES384", header)
    if chance.random() < 0.3:  # a trusted key with the `kid` of another
        return jwt.encode(payload, EC["ES256"], "ES256", {**header, "kid": chance.choice(["k1", "k3"])})
    return jwt.encode(payload, STRANGER, "RS256", header)


def a_claim(issuer: ExternalIssuer, chance: random.Random) -> str:
    """Returns a correctly signed token with an invalid claim."""
    past, future = int(time.time()) - chance.randint(60, 10**6), int(time.time()) + chance.randint(60, 10**6)
    no_time = [past, 0, -1, str(future), [future], {"at": future}, True, None]
    other_audiences = [
        "WEB",
        "web ",
        " web",
        "webs",
        "we",
        "web\n",
        "android",
        "",
        ["WEB"],
        [],
        [["web"]],
        {"web": 1},
        7,
        None,
    ]
    changes: dict[str, list[Any]] = {
        "exp": no_time,
        "nbf": [future, 10**12, str(past), [past], {"at": past}, "soon", None],
        "iat": [future, 10**12, str(past), [past], {"at": past}, "soon", True, None],
        "aud": other_audiences,
        "iss": [f"{issuer.url}/", issuer.url.upper(), issuer.url[:-1], "https://example.com", "", [issuer.url], None],
        "sub": ["", 7, [], {}, True, None, ["ada"]],
    }
    name = chance.choice(list(changes))
    return effect_of(claims(issuer, jti=str(chance.random())) | {name: chance.choice(changes[name])})


def a_claims_shape(issuer: ExternalIssuer, chance: random.Random) -> str:
    """Returns a correctly signed token whose payload is not an object or has a claim of an unexpected type."""
    name = chance.choice(["exp", "nbf", "iss", "aud", "sub"])
    payload: Any = {**claims(issuer), name: odd(chance)}
    if name == "nbf":  # any `nbf` may be valid, so `exp` is made invalid
        payload["exp"] = odd(chance) if chance.random() < 0.5 else 1
    if chance.random() < 0.2:
        payload = chance.choice([[], "x", 7, None, [payload], {}])
    if isinstance(payload, dict) and holds(payload, issuer):
        payload["exp"] = 1
    return effect_of(payload)


def effect_of(payload: Any) -> str:
    """Returns a correctly signed token with any payload."""
    return jwt.api_jws.encode(json.dumps(payload).encode(), RSA, "RS256", {"kid": "k1"})


def holds(payload: dict[str, Any], issuer: ExternalIssuer) -> bool:
    """Returns whether randomly changed claims are still valid."""
    expires: Any = payload.get("exp")
    begins: Any = payload.get("nbf", 0)
    numbers = all(isinstance(at, int | float) and not isinstance(at, bool) for at in (expires, begins))
    return bool(
        numbers
        and expires > time.time()
        and begins <= time.time()
        and payload.get("iss") == issuer.url
        and payload.get("aud") == "web"
        and isinstance(payload.get("sub"), str)
        and payload["sub"]
    )


def a_header(issuer: ExternalIssuer, chance: random.Random) -> str:
    """Returns a token with an invalid header and the signature of a valid token."""
    header: Any = {"alg": "RS256", "kid": "k1", "typ": "JWT"}
    header[chance.choice(["alg", "kid"])] = odd(chance)
    header |= chance.choice([{}, {"crit": ["exp"]}, {"b64": False, "crit": ["b64"]}, {"zip": "DEF"}])
    if chance.random() < 0.1:
        header = odd(chance)
    if isinstance(header, dict) and (header.get("alg"), header.get("kid")) == ("RS256", "k1") and "crit" not in header:
        header["alg"] = "RS257"
    text = f"{encoded(header)}.{encoded(claims(issuer))}"
    return f"{text}.{issuer.token().rpartition('.')[2]}"


def a_signature(issuer: ExternalIssuer, chance: random.Random) -> str:
    """Returns a token whose signature is truncated, has a flipped bit, is missing, or belongs to another payload."""
    head, payload, signature = issuer.token(jti=str(chance.random())).split(".")
    raw = bytearray(base64.urlsafe_b64decode(signature + "=="))
    position = chance.randrange(len(raw))
    raw[position] ^= 1 << chance.randrange(8)
    other = encoded(claims(issuer, sub="root", **{"cognito:groups": ["admins"]}))
    return chance.choice(
        [
            f"{head}.{payload}.{encoded(bytes(raw))}",
            f"{head}.{payload}.{signature[: position or 1]}",
            f"{head}.{payload}.{encoded(bytes(raw[:position]))}",
            f"{head}.{payload}.{encoded(bytes(256))}",
            f"{head}.{payload}.",
            f"{head}.{payload}",
            f"{head}.{other}.{signature}",
        ]
    )


def an_encoding(issuer: ExternalIssuer, chance: random.Random) -> str:
    """Returns a malformed token: truncated, repeated, in another encoding, or with other segments."""
    token = issuer.token(jti=str(chance.random()))
    at = chance.randrange(1, len(token))
    strange = chance.choice(["\x00", "\n", " ", "é", "%", "=", "+", "/", "\ud800", "..", "\N{ZERO WIDTH SPACE}"])
    head, payload, signature = token.split(".")
    return chance.choice(
        [
            token[:at],
            token + strange + token,
            token[:at] + strange + token[at:],
            f"{head}.{payload}.{signature}.{signature}",
            f"{head}..{payload}.{signature}",
            base64.b64encode(token.encode()).decode(),
            f"Basic {token}",
            token.swapcase(),
            token[::-1],
            "." * chance.randrange(9),
            "x" * chance.randrange(20_000),
            f"{encoded(b'[' * chance.randrange(9_000))}.{payload}.{signature}",
            f"{encoded(bytes(chance.randbytes(30)))}.{encoded(chance.randbytes(90))}.{signature}",
            "",
        ]
    )


CATEGORIES: dict[str, Mutation] = {
    "algorithm": an_algorithm,
    "key": a_key,
    "claim": a_claim,
    "claims' shape": a_claims_shape,
    "header": a_header,
    "signature": a_signature,
    "encoding": an_encoding,
    "payload": lambda issuer, chance: payload(issuer, chance),
}


def payload(issuer: ExternalIssuer, chance: random.Random) -> str:
    """Returns a token with one changed character in the payload and the signature of the original payload."""
    head, payload, signature = issuer.token(jti=str(chance.random())).split(".")
    at = chance.randrange(len(payload) - 1)  # the last character may have unused bits
    other = chance.choice(
        [letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef0123456789-_" if letter != payload[at]]
    )
    return f"{head}.{payload[:at]}{other}{payload[at + 1 :]}.{signature}"


def test_the_authorizer_denies_every_mutated_token(issuer: ExternalIssuer) -> None:
    counted = Counter[tuple[str, str]]()
    for name, mutate in CATEGORIES.items():
        chance = random.Random(f"{name} {seed()}")
        for _ in range(EACH):
            counted[name, effect(mutate(issuer, chance))] += 1
        assert effect(issuer.token()) == "Allow"
        assert effect(f"Bearer {issuer.token(EC['ES256'], 'ES256', 'k2')}") == "Allow"
    assert counted == {(name, "Deny"): EACH for name in CATEGORIES}
