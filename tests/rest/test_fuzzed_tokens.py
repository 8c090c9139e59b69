"""Tokens that were tampered with, in every way that there is: none is let in, and none does any harm."""

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

from local.auth.issuer import new_key
from local.aws import ACCOUNT_ID, REGION
from resolvers import authorizer
from tests.local.external_issuer import EC, RSA, Elsewhere, elsewhere, public
from tests.profiles import count, seed

EACH = count(12.5)
ARN = f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:api/dev/GET/properties"
STRANGER = new_key()
Mutation = Callable[[Elsewhere, random.Random], str]


@pytest.fixture(scope="module")
def issuer() -> Iterator[Elsewhere]:
    """An issuer with a key of each kind that is taken, and of one that is not."""
    with elsewhere() as running, pytest.MonkeyPatch.context() as patch:
        running.keys = [public(RSA), public(EC["ES256"], kid="k2"), public(EC["ES384"], kid="k3")]
        told = [{"url": running.url, "audience": "web|ios", "cognito": False}]
        patch.setenv("ISSUERS", json.dumps(told))
        authorizer.verifier.cache_clear()
        yield running
    authorizer.verifier.cache_clear()


def effect(token: str, header: str = "Authorization") -> str:
    event = {"type": "REQUEST", "methodArn": ARN, "headers": {header: token}, "multiValueHeaders": {header: [token]}}
    answer = json.loads(json.dumps(authorizer.handle(event, None)))
    (statement,) = answer["policyDocument"]["Statement"]
    return str(statement["Effect"])


def encoded(told: Any) -> str:
    text = told if isinstance(told, bytes) else json.dumps(told).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def claims(issuer: Elsewhere, **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    said = {"sub": "ada", "iss": issuer.url, "aud": "web", "iat": now, "exp": now + 600, **changes}
    return {name: value for name, value in said.items() if value is not None}


def signed(header: dict[str, Any], said: Any, secret: bytes) -> str:
    """A token whose signature is an HMAC, as whoever takes a public key for a secret would check it."""
    text = f"{encoded(header)}.{encoded(said)}"
    return f"{text}.{encoded(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def odd(chance: random.Random) -> Any:
    """Any value that JSON has, and a few that it has not."""
    values: list[Any] = [None, True, False, 0, -1, 2**63, 10**400, 1e308, float("inf"), float("nan"), chance.random()]
    values += [[], ["x"], [[]], {}, {"a": {}}, "", "0", "x" * 300, "\x00", "\ud800", "../../etc/passwd", "RS256"]
    return chance.choice(values)


def an_algorithm(issuer: Elsewhere, chance: random.Random) -> str:
    """Another algorithm than the key is for: none at all, a secret in place of a key, or another family's."""
    which = chance.choice(["none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512", "RS384", "RS512", "PS256"])
    if which in ("RS384", "RS512", "PS256"):
        return issuer.token(algorithm=which, exp=int(time.time()) + chance.randint(60, 6_000))
    pem = RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    der = RSA.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    secret = chance.choice([pem, pem.strip(), der, b"", json.dumps(issuer.keys[0]).encode()])
    token = signed({"alg": which, "kid": "k1", "typ": "JWT"}, claims(issuer, jti=str(chance.random())), secret)
    return token.rpartition(".")[0] + "." if which.lower() == "none" and chance.random() < 0.7 else token


def a_key(issuer: Elsewhere, chance: random.Random) -> str:
    """Another key: a stranger's, one of the wrong curve, one that the token brings along or says where to find."""
    kid: Any = chance.choice(["k1", "k2", "k3", "k4", "", "../k1", "k1\x00", "K1"])
    brought = {"jwk": public(STRANGER), "jku": "http://127.0.0.1:1/keys", "x5u": "http://127.0.0.1:1/", "x5c": ["MII="]}
    header = {"kid": kid, **{name: of for name, of in brought.items() if chance.random() < 0.3}}
    said = claims(issuer, jti=str(chance.random()))
    if chance.random() < 0.3:
        return jwt.encode(said, EC["ES384"], "ES384", header)
    if chance.random() < 0.3:  # a key that is taken, under the name of another
        return jwt.encode(said, EC["ES256"], "ES256", {**header, "kid": chance.choice(["k1", "k3"])})
    return jwt.encode(said, STRANGER, "RS256", header)


def a_claim(issuer: Elsewhere, chance: random.Random) -> str:
    """A claim that does not hold, under a signature that does."""
    past, future = int(time.time()) - chance.randint(60, 10**6), int(time.time()) + chance.randint(60, 10**6)
    no_time = [past, 0, -1, str(future), [future], {"at": future}, True, None]
    others = ["WEB", "web ", " web", "webs", "we", "web\n", "android", "", ["WEB"], [], [["web"]], {"web": 1}, 7, None]
    changes: dict[str, list[Any]] = {
        "exp": no_time,
        "nbf": [future, 10**12, str(past), [past], {"at": past}, "soon", None],
        "iat": [future, 10**12, str(past), [past], {"at": past}, "soon", True, None],
        "aud": others,
        "iss": [f"{issuer.url}/", issuer.url.upper(), issuer.url[:-1], "https://example.com", "", [issuer.url], None],
        "sub": ["", 7, [], {}, True, None, ["ada"]],
    }
    name = chance.choice(list(changes))
    return held(claims(issuer, jti=str(chance.random())) | {name: chance.choice(changes[name])})


def a_claims_shape(issuer: Elsewhere, chance: random.Random) -> str:
    """Claims that are no such thing, or of kinds that nobody expects, under a signature that holds."""
    name = chance.choice(["exp", "nbf", "iss", "aud", "sub"])
    said: Any = {**claims(issuer), name: odd(chance)}
    if name == "nbf":  # what does no harm there is made to do some elsewhere
        said["exp"] = odd(chance) if chance.random() < 0.5 else 1
    if chance.random() < 0.2:
        said = chance.choice([[], "x", 7, None, [said], {}])
    if isinstance(said, dict) and holds(said, issuer):
        said["exp"] = 1
    return held(said)


def held(said: Any) -> str:
    """Anything at all, under a signature that holds."""
    return jwt.api_jws.encode(json.dumps(said).encode(), RSA, "RS256", {"kid": "k1"})


def holds(said: dict[str, Any], issuer: Elsewhere) -> bool:
    """Whether claims that were changed by chance are good ones all the same: then they are no mutation."""
    expires: Any = said.get("exp")
    begins: Any = said.get("nbf", 0)
    numbers = all(isinstance(at, int | float) and not isinstance(at, bool) for at in (expires, begins))
    return bool(
        numbers
        and expires > time.time()
        and begins <= time.time()
        and said.get("iss") == issuer.url
        and said.get("aud") == "web"
        and isinstance(said.get("sub"), str)
        and said["sub"]
    )


def a_header(issuer: Elsewhere, chance: random.Random) -> str:
    """A header of other kinds than it must be; the rest is signed as if it were."""
    header: Any = {"alg": "RS256", "kid": "k1", "typ": "JWT"}
    header[chance.choice(["alg", "kid"])] = odd(chance)
    header |= chance.choice([{}, {"crit": ["exp"]}, {"b64": False, "crit": ["b64"]}, {"zip": "DEF"}])
    if chance.random() < 0.1:
        header = odd(chance)
    if isinstance(header, dict) and (header.get("alg"), header.get("kid")) == ("RS256", "k1") and "crit" not in header:
        header["alg"] = "RS257"
    text = f"{encoded(header)}.{encoded(claims(issuer))}"
    return f"{text}.{issuer.token().rpartition('.')[2]}"


def a_signature(issuer: Elsewhere, chance: random.Random) -> str:
    """A signature of something else, cut, stretched, or with one bit turned."""
    head, said, signature = issuer.token(jti=str(chance.random())).split(".")
    raw = bytearray(base64.urlsafe_b64decode(signature + "=="))
    position = chance.randrange(len(raw))
    raw[position] ^= 1 << chance.randrange(8)
    other = encoded(claims(issuer, sub="root", **{"cognito:groups": ["admins"]}))
    return chance.choice(
        [
            f"{head}.{said}.{encoded(bytes(raw))}",
            f"{head}.{said}.{signature[: position or 1]}",
            f"{head}.{said}.{encoded(bytes(raw[:position]))}",
            f"{head}.{said}.{encoded(bytes(256))}",
            f"{head}.{said}.",
            f"{head}.{said}",
            f"{head}.{other}.{signature}",
        ]
    )


def an_encoding(issuer: Elsewhere, chance: random.Random) -> str:
    """A token that is spelled otherwise, or is not even one: cut, doubled, other alphabets, other parts."""
    token = issuer.token(jti=str(chance.random()))
    at = chance.randrange(1, len(token))
    strange = chance.choice(["\x00", "\n", " ", "é", "%", "=", "+", "/", "\ud800", "..", "\N{ZERO WIDTH SPACE}"])
    head, said, signature = token.split(".")
    return chance.choice(
        [
            token[:at],
            token + strange + token,
            token[:at] + strange + token[at:],
            f"{head}.{said}.{signature}.{signature}",
            f"{head}..{said}.{signature}",
            base64.b64encode(token.encode()).decode(),
            f"Basic {token}",
            token.swapcase(),
            token[::-1],
            "." * chance.randrange(9),
            "x" * chance.randrange(20_000),
            f"{encoded(b'[' * chance.randrange(9_000))}.{said}.{signature}",
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


def payload(issuer: Elsewhere, chance: random.Random) -> str:
    """Claims with one character changed, under the signature of what they were."""
    head, said, signature = issuer.token(jti=str(chance.random())).split(".")
    at = chance.randrange(len(said) - 1)  # the last may hold bits that mean nothing
    other = chance.choice([letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef0123456789-_" if letter != said[at]])
    return f"{head}.{said[:at]}{other}{said[at + 1 :]}.{signature}"


def test_of_tokens_that_were_tampered_with_none_is_let_in_and_none_fails(issuer: Elsewhere) -> None:
    counted = Counter[tuple[str, str]]()
    for name, mutate in CATEGORIES.items():
        chance = random.Random(f"{name} {seed()}")
        for _ in range(EACH):
            counted[name, effect(mutate(issuer, chance))] += 1
        assert effect(issuer.token()) == "Allow"
        assert effect(f"Bearer {issuer.token(EC['ES256'], 'ES256', 'k2')}") == "Allow"
    assert counted == {(name, "Deny"): EACH for name in CATEGORIES}
