"""Every forgery of a bearer token that we know of is refused at the door, and told the same as every other."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any, Final

import pytest
from tests.attacks.refusals import assert_refused
from tests.fakes.gateway import GatewayBench
from tests.fakes.tokens import (
    CLIENT_ID,
    ISSUER,
    KID,
    USER_ID,
    claims,
    encode,
    provider_key,
    stranger_key,
)

from omnigen_gateway.domain.problems import InvalidTokenError
from omnigen_gateway.domain.tokens import MAX_TOKEN_BYTES

pytestmark = pytest.mark.asyncio(loop_scope="module")

Forge = Callable[[], str]


def hs256(secret: bytes, digest: str = "256", **header: Any) -> str:
    signed = f"{encode({'alg': f'HS{digest}', 'kid': KID, **header})}.{encode(claims())}"
    return f"{signed}.{encode(hmac.digest(secret, signed.encode(), getattr(hashlib, f'sha{digest}')))}"


def good() -> str:
    return provider_key().sign(claims())


def with_part(number: int, change: Callable[[str], str]) -> str:
    parts = good().split(".")
    parts[number] = change(parts[number])
    return ".".join(parts)


def signed_text(payload: str, header: str = '{"alg":"RS256","kid":"key-1"}') -> str:
    """Parts that are not what json.dumps would write, under the provider's own signature."""
    signed = f"{encode(header.encode())}.{encode(payload.encode())}"
    return f"{signed}.{encode(provider_key().signature(signed.encode()))}"


def unsigned(alg: str) -> str:
    return f"{encode({'alg': alg, 'kid': KID})}.{encode(claims())}."


def self_signed(**header: Any) -> str:
    return stranger_key().sign(claims(), **header)


def flip_last_bit(part: str) -> str:
    """The same bytes for a lenient decoder: base64url leaves some bits of the last character unused."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return part[:-1] + alphabet[alphabet.index(part[-1]) ^ 1]


FORGERIES: Final[dict[str, Forge]] = {
    "alg none, no signature": lambda: unsigned("none"),
    "alg None": lambda: unsigned("None"),
    "alg nOnE with a signature": lambda: provider_key().sign(claims(), alg="nOnE"),
    "alg none, two parts": lambda: unsigned("none").rstrip("."),
    "HS256 under the public key in PEM": lambda: hs256(provider_key().public_pem()),
    "HS256 under the stripped PEM": lambda: hs256(provider_key().public_pem().strip()),
    "HS256 under the public key in DER": lambda: hs256(provider_key().public_der()),
    "HS256 under the modulus": lambda: hs256(provider_key().jwk()["n"].encode()),
    "HS256 under nothing": lambda: hs256(b""),
    "HS256 without a kid": lambda: hs256(provider_key().public_pem(), kid=None),
    "HS384 under the public key in PEM": lambda: hs256(provider_key().public_pem(), "384"),
    "HS512 under the public key in DER": lambda: hs256(provider_key().public_der(), "512"),
    "RS384 in the header": lambda: provider_key().sign(claims(), alg="RS384"),
    "RS512 in the header": lambda: provider_key().sign(claims(), alg="RS512"),
    "PS256 in the header": lambda: provider_key().sign(claims(), alg="PS256"),
    "ES256 in the header": lambda: provider_key().sign(claims(), alg="ES256"),
    "rs256 in lower case": lambda: provider_key().sign(claims(), alg="rs256"),
    "alg as a list": lambda: provider_key().sign(claims(), alg=["RS256"]),
    "no alg": lambda: provider_key().sign(claims(), alg=None),
    "another kid": lambda: provider_key().sign(claims(), kid="key-2"),
    "a kid that only resembles": lambda: provider_key().sign(claims(), kid="KEY-1"),
    "a kid that is a path": lambda: provider_key().sign(claims(), kid="../../../../dev/null"),
    "a kid that is SQL": lambda: provider_key().sign(claims(), kid="x' UNION SELECT 'key"),
    "a kid that is empty": lambda: provider_key().sign(claims(), kid=""),
    "a kid that is an address": lambda: provider_key().sign(claims(), kid="https://evil.example/jwks.json#key-1"),
    "a kid with a null byte": lambda: provider_key().sign(claims(), kid=f"{KID}\0"),
    "a kid that is null": lambda: signed_text(json.dumps(claims()), '{"alg":"RS256","kid":null}'),
    "a kid that is a number": lambda: provider_key().sign(claims(), kid=1),
    "a kid that is a list": lambda: provider_key().sign(claims(), kid=[KID]),
    "no kid": lambda: provider_key().sign(claims(), kid=None),
    "a stranger's key under our kid": self_signed,
    "an embedded jwk": lambda: self_signed(jwk=stranger_key().jwk()),
    "an embedded jwk that is ours": lambda: provider_key().sign(claims(), jwk=provider_key().jwk()),
    "a jku": lambda: provider_key().sign(claims(), jku="https://evil.example/jwks.json"),
    "a jku that is the issuer's": lambda: provider_key().sign(claims(), jku=f"{ISSUER}/.well-known/jwks.json"),
    "an x5u": lambda: provider_key().sign(claims(), x5u="https://evil.example/cert.pem"),
    "an x5c": lambda: provider_key().sign(claims(), x5c=["MIIB"]),
    "crit": lambda: provider_key().sign(claims(), crit=["exp"]),
    "crit, empty": lambda: provider_key().sign(claims(), crit=[]),
    "b64 false": lambda: provider_key().sign(claims(), b64=False, crit=["b64"]),
    "compressed": lambda: provider_key().sign(claims(), zip="DEF"),
    "a JWE's five parts": lambda: f"{encode({'alg': 'RSA-OAEP', 'enc': 'A256GCM', 'kid': KID})}.a.b.c.d",
    "a JWE's header in three parts": lambda: provider_key().sign(claims(), enc="A256GCM"),
    "a JWS in JSON": lambda: json.dumps({"payload": encode(claims()), "signatures": []}),
    "four parts": lambda: f"{good()}.x",
    "one part": lambda: "token",
    "dots only": lambda: "..",
    "another issuer": lambda: provider_key().sign(claims(iss="https://evil.example")),
    "the issuer with a slash": lambda: provider_key().sign(claims(iss=f"{ISSUER}/")),
    "another pool of the same region": lambda: provider_key().sign(claims(iss=f"{ISSUER}2")),
    "issuers in a list": lambda: provider_key().sign(claims(iss=[ISSUER])),
    "no issuer": lambda: provider_key().sign(claims(iss=None)),
    "another app client": lambda: provider_key().sign(claims(client_id="client-2")),
    "no app client": lambda: provider_key().sign(claims(client_id=None)),
    "an ID token": lambda: provider_key().sign(claims(token_use="id", aud=CLIENT_ID, client_id=None)),
    "a refresh token": lambda: provider_key().sign(claims(token_use="refresh")),
    "no token_use": lambda: provider_key().sign(claims(token_use=None)),
    "no subject": lambda: provider_key().sign(claims(sub=None)),
    "a subject that is a path": lambda: provider_key().sign(claims(sub="../admin")),
    "expired": lambda: provider_key().sign(claims(iat=1_000_000_000, exp=1_000_003_600)),
    "expired a moment ago": lambda: provider_key().sign(claims(exp=int(time.time()) - 6)),
    "expired before time began": lambda: provider_key().sign(claims(exp=-1)),
    "no exp": lambda: provider_key().sign(claims(exp=None)),
    "exp as text": lambda: provider_key().sign(claims(exp="9999999999")),
    "exp infinite": lambda: signed_text(json.dumps(claims(exp=float("inf")))),
    "not yet valid": lambda: provider_key().sign(claims(nbf=int(time.time()) + 3600)),
    "issued tomorrow": lambda: provider_key().sign(claims(iat=int(time.time()) + 86400)),
    "the payload changed": lambda: with_part(1, lambda _: encode(claims(sub="somebody-else"))),
    "the header changed": lambda: with_part(0, lambda _: encode({"kid": KID, "alg": "RS256", "typ": "JWT"})),
    "the signature cut": lambda: with_part(2, lambda part: part[:-8]),
    "the signature gone": lambda: with_part(2, lambda _: ""),
    "the signature of zeros": lambda: with_part(2, lambda _: encode(bytes(256))),
    "the signature's spare bits": lambda: with_part(2, flip_last_bit),
    "padding": lambda: with_part(2, lambda part: f"{part}=="),
    "standard base64": lambda: with_part(2, lambda _: "+/" * 171),
    "a space inside": lambda: with_part(1, lambda part: f"{part[:5]} {part[5:]}"),
    "a line break at the end": lambda: f"{good()}\n.",
    "not ASCII": lambda: "ä.ö.ü",
    "a null byte": lambda: f"{good()}\0",
    "a claim twice": lambda: signed_text(json.dumps(claims())[:-1] + f', "sub": "{USER_ID}"' + "}"),
    "alg twice": lambda: signed_text(json.dumps(claims()), '{"alg":"none","alg":"RS256","kid":"key-1"}'),
    "kid twice": lambda: signed_text(json.dumps(claims()), '{"alg":"RS256","kid":"key-2","kid":"key-1"}'),
    "exp twice": lambda: signed_text('{"exp": 1, ' + json.dumps(claims())[1:]),
    "a payload that is a list": lambda: provider_key().sign([claims()]),
    "a payload that is no JSON": lambda: signed_text("sub=admin"),
    "a header that is no JSON": lambda: signed_text(json.dumps(claims()), "RS256"),
    "a header that is no object": lambda: signed_text(json.dumps(claims()), '["RS256"]'),
    "a payload nested deeply": lambda: signed_text("[" * 2000 + "]" * 2000),
    "huge": lambda: provider_key().sign(claims(scope="x" * MAX_TOKEN_BYTES)),
    "garbage": lambda: "\x7fELF\x02\x01\x01",
    "Bearer twice": lambda: f"Bearer {good()}",
    "two tokens with a comma": lambda: f"{good()},{good()}",
    "a token with parameters": lambda: f'{good()}; realm="omnigen"',
}


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_forged_token_is_refused(bench: GatewayBench, name: str) -> None:
    answer = await bench.ask("GET", "/api/v1/jobs/job_1", {"Authorization": f"Bearer {FORGERIES[name]()}"})
    assert_refused(answer, bench)
    # Who cannot sign learns nothing; an honest client learns that it has to refresh.
    if "expired" in name:
        assert (answer.status, answer.json["code"]) == (401, "token_expired")
    else:
        told = (answer.status, answer.json["code"], answer.json["detail"])
        assert told == (401, "unauthenticated", InvalidTokenError().detail)
