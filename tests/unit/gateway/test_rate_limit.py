"""What a client sees of the limits: headers on every answer, 429 and 503, before and after it is known who asks."""

from typing import Any

import pytest
from tests.fakes.counters import FakeCounter
from tests.fakes.gateway import bearer, open_gateway
from tests.fakes.tokens import USER_ID
from tests.fakes.upstreams import FakeAnswer
from tests.fakes.visitors import Answer

from omnigen_gateway.domain.standing import Standing
from omnigen_gateway.service import limiting
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.errors import DependencyUnavailableError

JOB = "/api/v1/jobs/job_1"
POLICY = '"requests";q=25;w=60'


def limits_of(answer: Answer) -> tuple[str | None, str | None]:
    return answer.header("ratelimit-policy"), answer.header("ratelimit")


async def test_every_answer_says_where_its_user_stands() -> None:
    async with open_gateway() as bench:
        bench.leases.limit = 25
        bench.jobs.will(FakeAnswer(status=404))
        answers = [await bench.ask("GET", JOB) for _ in range(2)]
    assert [answer.status for answer in answers] == [404, 404]
    assert [limits_of(answer) for answer in answers] == [
        (POLICY, '"requests";r=24;t=60'),
        (POLICY, '"requests";r=23;t=60'),
    ]


async def test_the_gateways_own_routes_are_counted_like_any_other() -> None:
    async with open_gateway() as bench:
        bench.leases.limit = 25
        answers = [await bench.ask("GET", path) for path in ("/api/v1/auth/me", "/api/v1/keys", JOB)]
        assert [limits_of(answer)[1] for answer in answers] == [f'"requests";r={left};t=60' for left in (24, 23, 22)]
        bench.leases.limit = bench.leases.leased
        assert (await bench.ask("GET", "/api/v1/auth/me", bearer(sub="another"))).status == 429


async def test_what_a_service_says_of_limits_does_not_pass() -> None:
    async with open_gateway() as bench:
        bench.jobs.will(FakeAnswer(headers=[(b"RateLimit", b'"inner";r=1'), (b"RateLimit-Policy", b'"inner";q=1')]))
        answer = await bench.ask("GET", JOB)
    assert all("inner" not in str(value) for value in limits_of(answer))


async def test_above_the_limit_is_429_and_no_service_is_asked() -> None:
    async with open_gateway() as bench:
        bench.leases.limit = 25
        answers = [await bench.ask("GET", JOB) for _ in range(40)]
        assert len(bench.jobs.requests) == 25
    assert [answer.status for answer in answers] == [200] * 25 + [429] * 15
    refused = answers[-1]
    assert refused.header("content-type") == "application/problem+json"
    assert refused.json["code"] == "rate_limited"
    assert refused.json["details"] == {"limit": 25, "window_s": 60}
    assert refused.header("retry-after") == "60"
    assert limits_of(refused) == (POLICY, '"requests";r=0;t=60')


async def test_a_problem_of_the_gateway_says_it_too() -> None:
    async with open_gateway() as bench:
        bench.leases.limit = 25
        answer = await bench.ask(
            "POST", "/api/v1/jobs", {**bearer(), "Content-Type": "text/plain", "Content-Length": "1"}, [b"x"]
        )
    assert answer.status == 415
    assert limits_of(answer) == (POLICY, '"requests";r=24;t=60')


async def test_who_is_not_known_costs_no_lease() -> None:
    async with open_gateway() as bench:
        answer = await bench.ask("GET", JOB, {})
        assert bench.leases.requests == []
    assert answer.status == 401
    assert limits_of(answer) == (None, None)


@pytest.mark.parametrize(("fails", "status"), [("open", 200), ("closed", 503)])
async def test_without_quota_the_setting_decides(fails: str, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiting, "_uncounted", counter := FakeCounter())
    async with open_gateway(rate_limit_fails=fails) as bench:
        bench.leases.errors.append(DependencyUnavailableError("quota did not answer"))
        answer = await bench.ask("GET", JOB)
    assert answer.status == status
    assert limits_of(answer) == (None, None)
    assert answer.header("retry-after") == (None if status == 200 else "1")
    assert counter.counted == {(("rate_limit_fails", fails),): 1}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer forged"}, None])
async def test_an_address_is_limited_before_it_is_known_who_asks(headers: dict[str, str] | None) -> None:
    async with open_gateway(address_requests_per_min=12) as bench:
        answers = [await bench.ask("GET", JOB, bearer() if headers is None else headers) for _ in range(4)]
    first: Any = 200 if headers is None else 401
    assert [answer.status for answer in answers] == [first] * 2 + [429] * 2
    assert answers[2].header("retry-after") == "5"
    assert answers[-1].json["details"] == {"limit": 12, "window_s": 60}


async def test_who_calls_back_without_signing_in_has_a_limit_of_its_own() -> None:
    async with open_gateway(address_requests_per_min=6, webhook_requests_per_min=12) as bench:
        headers = {"Content-Type": "application/json", "Content-Length": "2"}
        answers = [await bench.ask("POST", "/api/v1/webhooks/replicate", headers, [b"{}"]) for _ in range(4)]
        assert (await bench.ask("GET", JOB)).status == 200
        assert len(bench.jobs.requests) == 3
    assert [answer.status for answer in answers] == [200] * 2 + [429] * 2
    assert (answers[2].header("retry-after"), answers[2].json["code"]) == ("5", "rate_limited")


async def test_no_header_is_believed_about_the_address() -> None:
    async with open_gateway(address_requests_per_min=6) as bench:
        answers = [await bench.ask("GET", JOB, {**bearer(), "X-Forwarded-For": f"192.0.2.{n}"}) for n in range(3)]
    assert [answer.status for answer in answers] == [200, 429, 429]


SECRETS = ["a-secret-of-cloudfront", "the-secret-before-it"]


@pytest.mark.parametrize("given", ["", "a-secret-of-cloudfron", "A-SECRET-OF-CLOUDFRONT"])
async def test_behind_cloudfront_nobody_comes_around_it(given: str) -> None:
    async with open_gateway(origin_secrets=SECRETS) as bench:
        answer = await bench.ask("GET", JOB, {**bearer(), "X-Origin-Verify": given} if given else bearer())
        assert (await bench.ask("GET", "/health", {})).status == 200
        assert bench.jobs.requests == []
    assert (answer.status, answer.json["code"]) == (403, "origin_not_verified")


@pytest.mark.parametrize("secret", SECRETS)
async def test_behind_cloudfront_addresses_are_its_viewers(secret: str) -> None:
    async with open_gateway(origin_secrets=SECRETS, address_requests_per_min=6) as bench:
        came_from = ["192.0.2.1:5000", "192.0.2.1:5001", "192.0.2.2:5000", "2001:db8::1:5000", "2001:db8::2:5000"]
        given = [{**bearer(), "X-Origin-Verify": secret, "CloudFront-Viewer-Address": viewer} for viewer in came_from]
        answers = [await bench.ask("GET", JOB, headers) for headers in given]
        assert all("verify" not in name.lower() for name, _ in bench.jobs.requests[0].headers)
    assert [answer.status for answer in answers] == [200, 429, 200, 200, 429]


async def test_without_cloudfront_its_headers_are_not_believed() -> None:
    async with open_gateway(address_requests_per_min=6) as bench:
        given = [{**bearer(), "CloudFront-Viewer-Address": f"192.0.2.{n}:5000"} for n in range(2)]
        answers = [await bench.ask("GET", JOB, headers) for headers in given]
    assert [answer.status for answer in answers] == [200, 429]


async def test_a_lease_is_asked_for_the_user_of_the_token_under_the_plan_that_the_pool_tells() -> None:
    async with open_gateway() as bench:
        bench.identity.directory.standing = Standing(is_enabled=True, plan=PlanName.PRO)
        await bench.ask("GET", JOB, bearer(**{"cognito:groups": ["enterprise"]}))
        assert bench.leases.asked == [(USER_ID, "pro")]
