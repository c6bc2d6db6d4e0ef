"""Headers that would be believed inside: without a credential they open nothing, beside one they do not pass."""

from collections.abc import Sequence
from typing import Final

import pytest
from tests.attacks.refusals import assert_refused
from tests.fakes.gateway import PRIVATE_KEY, PUBLIC_KEY, GatewayBench, bearer, open_gateway
from tests.fakes.tokens import USER_ID, claims, provider_key

from omnigen_shared.identity import IDENTITY_HEADER, IdentitySigner, IdentityVerifier

pytestmark = pytest.mark.asyncio(loop_scope="module")

Headers = Sequence[tuple[str, str]]
SIGNED: Final = IdentitySigner("gateway", PRIVATE_KEY).sign("jobs", "somebody-else", "enterprise")
"""As the gateway itself signs: stolen inside, and good there for a minute."""
TOKEN: Final = provider_key().sign(claims())
FORGED: Final[dict[str, Headers]] = {
    "as it is written": [("X-OmniGen-Identity", SIGNED)],
    "in small letters": [("x-omnigen-identity", SIGNED)],
    "in capitals": [("X-OMNIGEN-IDENTITY", SIGNED)],
    "with underscores": [("X_OmniGen_Identity", SIGNED)],
    "with one underscore": [("X-OmniGen_Identity", SIGNED)],
    "as a CGI variable": [("HTTP_X_OMNIGEN_IDENTITY", SIGNED)],
    "twice": [("X-OmniGen-Identity", SIGNED), ("x-omnigen-identity", SIGNED)],
    "in a list": [("X-OmniGen-Identity", f"{SIGNED}, {SIGNED}")],
    "named by Connection": [("X-OmniGen-Identity", SIGNED), ("Connection", "close, X-OmniGen-Identity")],
    "in a trailer's name": [("Trailer", "X-OmniGen-Identity")],
    "as a bearer token": [("Authorization", f"Bearer {SIGNED}")],
    "as a proxy's credential": [("Proxy-Authorization", f"Bearer {TOKEN}")],
    "under another name of Authorization": [("X-Authorization", f"Bearer {TOKEN}")],
    "with an underscore in Authorization": [("Authorization_", f"Bearer {TOKEN}")],
    "an access token header of a load balancer": [("X-Amzn-Oidc-Accesstoken", TOKEN)],
    "the claims of a load balancer": [("X-Amzn-Oidc-Data", TOKEN), ("X-Amzn-Oidc-Identity", USER_ID)],
    "the user of a proxy": [("X-Forwarded-User", USER_ID), ("Remote-User", USER_ID)],
    "the user of an authenticating proxy": [("X-Auth-Request-User", USER_ID), ("X-User-Id", USER_ID)],
    "another address asked for": [("X-Original-URL", "/health"), ("X-Rewrite-URL", "/health")],
    "another method asked for": [("X-HTTP-Method-Override", "OPTIONS"), ("X-Method-Override", "HEAD")],
    "from this machine": [("X-Forwarded-For", "127.0.0.1"), ("Forwarded", "for=127.0.0.1"), ("X-Real-IP", "::1")],
    "for another host": [("X-Forwarded-Host", "jobs"), ("X-Forwarded-Proto", "https")],
    "a deadline": [("X-OmniGen-Timeout-S", "0")],
}
PASSES_INWARDS: Final = {
    "accept",
    "x-omnigen-identity",
    "x-omnigen-timeout-s",
    "x-request-id",
    "traceparent",
}


@pytest.mark.parametrize("name", FORGED)
async def test_it_is_nobodys_credential(bench: GatewayBench, name: str) -> None:
    for path in ("/api/v1/jobs/job_1", "/api/v1/usage", "/api/v1/auth/me", "/api/v1/keys"):
        answer = await bench.ask("GET", path, FORGED[name])
        assert_refused(answer, bench)
        assert answer.status == 401


@pytest.mark.parametrize("name", [name for name, headers in FORGED.items() if headers[0][0] != "Authorization"])
async def test_beside_a_credential_it_stays_outside(name: str) -> None:
    async with open_gateway() as bench:
        answer = await bench.ask("GET", "/api/v1/jobs/job_1", [*bearer().items(), ("Accept", "*/*"), *FORGED[name]])
        assert answer.status == 200
        (request,) = bench.jobs.requests
        names = [name.lower() for name, _ in request.headers]
        assert sorted(names) == sorted(PASSES_INWARDS)
        identity = IdentityVerifier("jobs", {"gateway": [PUBLIC_KEY]}).verify(dict(request.headers)[IDENTITY_HEADER])
        assert (identity.subject, identity.plan) == (USER_ID, "free")


@pytest.mark.parametrize("secret", ["", "a guess", "the secret of CloudFront", "the secret of CloudFront, 2026 "])
async def test_nobody_gets_past_cloudfront(secret: str) -> None:
    async with open_gateway(origin_secrets=["the secret of CloudFront, 2026"]) as bench:
        for name in ("X-Origin-Verify", "X_Origin_Verify"):
            forged = {**bearer(), name: secret, "CloudFront-Viewer-Address": "203.0.113.7:1"}
            answer = await bench.ask("GET", "/api/v1/jobs/job_1", forged)
            assert_refused(answer, bench)
            assert (answer.status, answer.json["code"]) == (403, "origin_not_verified")
