"""Quota's HTTP as its callers see it: who may, what is answered, and what a problem says."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.fakes.quota_api import BOOKING, INTENT, ORDER, Api, open_api


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    async with open_api() as api:
        yield api


async def test_a_job_from_reservation_to_commit(api: Api) -> None:
    reserved = await api.reserve()
    assert reserved.status_code == 200
    assert reserved.json() == {
        "job_id": "job_1",
        "month": "2026-11",
        "max_cost_microusd": 1_000_000,
        "remaining_microusd": 1_000_000,
    }
    held = await api.call("generator", "PUT", INTENT, {"price_microusd": 300_000})
    assert held.json() == {
        "intent_id": "scene-01.1",
        "state": "held",
        "amount_microusd": 300_000,
        "remaining_microusd": 700_000,
    }
    settled = await api.call("generator", "POST", f"{INTENT}/settle", {"actual_microusd": 250_000})
    assert settled.json()["state"] == "settled"
    committed = await api.call("jobs", "POST", f"{BOOKING}/commit")
    assert committed.json() == {
        "job_id": "job_1",
        "state": "committed",
        "spent_microusd": 250_000,
        "held_microusd": 0,
    }


async def test_refund_and_release(api: Api) -> None:
    await api.reserve()
    await api.call("generator", "PUT", INTENT, {"price_microusd": 300_000})
    refunded = await api.call("jobs", "POST", f"{INTENT}/refund")
    assert (refunded.json()["state"], refunded.json()["amount_microusd"]) == ("refunded", 0)
    released = await api.call("jobs", "POST", f"{BOOKING}/release")
    assert released.json()["spent_microusd"] == 0
    usage = (await api.call("gateway", "GET", "/api/v1/usage")).json()
    assert usage["videos"] == {"used": 0, "reserved": 0, "limit": 10, "remaining": 10}


async def test_usage_of_a_new_user(api: Api) -> None:
    answer = await api.call("gateway", "GET", "/api/v1/usage")
    assert answer.json() == {
        "plan": "free",
        "month": "2026-11",
        "videos": {"used": 0, "reserved": 0, "limit": 10, "remaining": 10},
        "storyboards": {"used": 0, "reserved": 0, "limit": 100, "remaining": 100},
        "concurrent_jobs": {"running": 0, "limit": 2},
        "spend": {"spent_usd": "0.00", "reserved_usd": "0.00", "limit_usd": "15.00", "remaining_usd": "15.00"},
        "resets_at": "2026-12-01T00:00:00Z",
        "history": [{"month": "2026-11", "videos": 0, "storyboards": 0, "spent_usd": "0.00"}],
    }


async def test_usage_tells_finished_from_under_way(api: Api) -> None:
    await api.reserve()
    await api.call("generator", "PUT", INTENT, {"price_microusd": 300_000})
    await api.call("generator", "POST", f"{INTENT}/settle", {"actual_microusd": 250_000})
    await api.call("jobs", "POST", f"{BOOKING}/commit")
    await api.reserve("job_2", max_cost_microusd=2_500_000)
    usage = (await api.call("gateway", "GET", "/api/v1/usage")).json()
    assert usage["videos"] == {"used": 1, "reserved": 1, "limit": 10, "remaining": 8}
    assert usage["concurrent_jobs"] == {"running": 1, "limit": 2}
    assert usage["spend"] == {
        "spent_usd": "0.25",
        "reserved_usd": "2.50",
        "limit_usd": "15.00",
        "remaining_usd": "12.25",
    }


async def test_a_full_plan_is_429_with_retry_after(api: Api) -> None:
    await api.reserve("job_1")
    await api.reserve("job_2")
    answer = await api.reserve("job_3")
    assert (answer.status_code, answer.json()["code"]) == (429, "quota_exceeded")
    assert answer.json()["details"]["cap"] == "concurrent_jobs"
    assert int(answer.headers["Retry-After"]) > 0
    dear = await api.reserve("job_4", max_cost_microusd=15_000_000)
    assert dear.json()["details"]["resets_at"] == "2026-12-01T00:00:00.000000Z"
    assert int(dear.headers["Retry-After"]) == 561_601


async def test_the_plan_is_the_callers(api: Api) -> None:
    refused = await api.reserve(resolution="1080p")
    assert (refused.status_code, refused.json()["code"]) == (403, "plan_limit")
    api.plan = "pro"
    assert (await api.reserve(resolution="1080p")).status_code == 200
    assert api.table.months[("user-1", "2026-11")]["plan"] == "pro"


async def test_over_the_jobs_budget_is_402(api: Api) -> None:
    await api.reserve()
    answer = await api.call("generator", "PUT", INTENT, {"price_microusd": 1_000_001})
    assert (answer.status_code, answer.json()["code"]) == (402, "budget_exceeded")


async def test_another_users_job_is_not_found(api: Api) -> None:
    await api.reserve()
    await api.call("generator", "PUT", INTENT, {"price_microusd": 300_000})
    api.user = "user-2"
    for path in (f"{INTENT}/settle", f"{INTENT}/refund", f"{BOOKING}/commit", f"{BOOKING}/release"):
        body = {"actual_microusd": 1} if path.endswith("settle") else None
        assert (await api.call("jobs", "POST", path, body)).status_code == 404
    assert list(api.table.months) == [("user-1", "2026-11")]


@pytest.mark.parametrize(
    ("issuer", "method", "path", "body"),
    [
        ("generator", "PUT", "/internal/v1/reservations/job_1", ORDER),
        ("gateway", "PUT", "/internal/v1/reservations/job_1", ORDER),
        ("jobs", "PUT", INTENT, {"price_microusd": 1}),
        ("gateway", "POST", f"{INTENT}/settle", {"actual_microusd": 1}),
        ("gateway", "POST", f"{INTENT}/refund", None),
        ("generator", "POST", f"{BOOKING}/commit", None),
        ("generator", "POST", f"{BOOKING}/release", None),
        ("jobs", "GET", "/api/v1/usage", None),
    ],
)
async def test_each_call_has_its_issuer(api: Api, issuer: str, method: str, path: str, body: Any) -> None:
    answer = await api.call(issuer, method, path, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_nobody_comes_in_unsigned(api: Api) -> None:
    answer = await api.client.put("/internal/v1/reservations/job_1", json=ORDER)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("amount", [-1, 1.5, "1", 10**12 + 1, None, True])
async def test_amounts_are_whole_and_sane(api: Api, amount: Any) -> None:
    await api.reserve()
    before = dict(api.table.months)
    for issuer, method, path, name in (
        ("jobs", "PUT", "/internal/v1/reservations/job_2", "max_cost_microusd"),
        ("generator", "PUT", INTENT, "price_microusd"),
        ("generator", "POST", f"{INTENT}/settle", "actual_microusd"),
    ):
        answer = await api.call(issuer, method, path, {**(ORDER if name in ORDER else {}), name: amount})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert api.table.months == before


@pytest.mark.parametrize(
    "path",
    [
        "/internal/v1/reservations/2026-13/job_1/commit",
        "/internal/v1/reservations/2026-1/job_1/commit",
        "/internal/v1/reservations/2026-11/job%231/commit",
        f"/internal/v1/reservations/2026-11/{'j' * 65}/commit",
    ],
)
async def test_ids_and_months_have_a_shape(api: Api, path: str) -> None:
    assert (await api.call("jobs", "POST", path)).status_code == 422


async def test_a_table_that_does_not_answer_is_503_and_not_a_refusal(api: Api) -> None:
    api.table.lost_replies = 1
    answer = await api.reserve()
    assert (answer.status_code, answer.json()["code"]) == (503, "dependency_unavailable")
    assert (await api.reserve()).status_code == 200


async def test_health_and_readiness(api: Api) -> None:
    assert (await api.client.get("/health")).json() == {"status": "ok"}
    ready = await api.client.get("/ready")
    assert (ready.status_code, ready.json()["dependencies"]) == (200, {"usage_table": "ok"})
