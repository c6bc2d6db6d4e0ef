"""Amounts that are none, ids that are nobody's, replays that differ: a problem with a stable code, nothing changed."""

import copy
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.fakes.quota_api import BOOKING, INTENT, ORDER, Api, open_api

HUGE = "9" * 5000
RESERVE_2 = "/internal/v1/reservations/job_2"
NEW_INTENT = f"{BOOKING}/intents/b.1"
MUSIC = f"{BOOKING}/intents/music.1"
UNKNOWN_INTENT = f"{BOOKING}/intents/scene-99.1"
JOB_1 = "/internal/v1/reservations/job_1"
UNKNOWN_JOB = "/internal/v1/reservations/2026-11/job_9"
OTHER_MONTH = "/internal/v1/reservations/2026-10/job_1"


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    """job_1 is open with one call held and one settled."""
    async with open_api() as api:
        await api.reserve()
        await api.call("generator", "PUT", INTENT, {"price_microusd": 300_000})
        await api.call("generator", "PUT", MUSIC, {"price_microusd": 100_000})
        await api.call("generator", "POST", f"{MUSIC}/settle", {"actual_microusd": 90_000})
        yield api


def everything(api: Api) -> Any:
    return copy.deepcopy((api.table.months, api.table.rows, api.table.deployments))


AMOUNTS = [
    "-1",
    "-0.0",
    "-9223372036854775809",
    "0.5",
    "1e3",
    "1e400",
    "NaN",
    "Infinity",
    "-Infinity",
    '"300000"',
    "null",
    "true",
    "[]",
    "{}",
    str(10**12 + 1),
    str(2**63),
    HUGE,
]
PLACES = [
    ("jobs", "PUT", RESERVE_2, "max_cost_microusd"),
    ("generator", "PUT", NEW_INTENT, "price_microusd"),
    ("generator", "POST", f"{INTENT}/settle", "actual_microusd"),
]


@pytest.mark.parametrize("amount", AMOUNTS, ids=lambda text: text[:24])
@pytest.mark.parametrize(("issuer", "method", "path", "name"), PLACES, ids=["reserve", "spend", "settle"])
async def test_what_is_no_amount(api: Api, issuer: str, method: str, path: str, name: str, amount: str) -> None:
    before = everything(api)
    body = json.dumps({**(ORDER if name in ORDER else {}), name: "HERE"}).replace('"HERE"', amount)
    answer = await api.send_raw(issuer, method, path, body.encode())
    assert (answer.status_code, answer.json()["code"]) in {(422, "invalid_request"), (400, "invalid_json")}
    assert answer.headers["content-type"] == "application/problem+json"
    assert everything(api) == before


@pytest.mark.parametrize("amount", ["0", "-0"])
async def test_a_paid_call_of_nothing_is_none(api: Api, amount: str) -> None:
    before = everything(api)
    answer = await api.send_raw("generator", "PUT", NEW_INTENT, b'{"price_microusd": %s}' % amount.encode())
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert everything(api) == before


async def test_a_job_that_buys_nothing_holds_nothing(api: Api) -> None:
    """Whose clips are all there: it only cuts them again."""
    assert (await api.reserve("job_2", max_cost_microusd=0, videos=0)).status_code == 200
    intent = "/internal/v1/reservations/2026-11/job_2/intents/a.1"
    refusal = (await api.call("generator", "PUT", intent, {"price_microusd": 1})).json()
    assert (refusal["code"], refusal["details"]["cap"]) == ("budget_exceeded", "max_cost_usd")
    assert (await api.call("jobs", "POST", "/internal/v1/reservations/2026-11/job_2/commit")).json()[
        "held_microusd"
    ] == 0


@pytest.mark.parametrize(
    "name", ["", "%20", "%00", "a.1%0A", "a%23b", "a~b", "%C3%BC", "%F0%9F%98%80", "a" * 65, "a" * 5000]
)
async def test_what_is_no_id(api: Api, name: str) -> None:
    before = everything(api)
    for issuer, method, path, body in (
        ("jobs", "PUT", f"/internal/v1/reservations/{name}", ORDER),
        ("generator", "PUT", f"{BOOKING}/intents/{name}", {"price_microusd": 1}),
        ("jobs", "POST", f"/internal/v1/reservations/2026-11/{name}/release", None),
    ):
        answer = await api.call(issuer, method, path, body)
        assert answer.json()["code"] in {"invalid_request", "not_found"}
    assert everything(api) == before


@pytest.mark.parametrize(
    "month", ["2026-13", "2026-00", "2026-1", "2026-11%0A", "%D9%A2%D9%A0%D9%A2%D9%A6-11", "9999-12"]
)
async def test_what_is_no_month_of_the_job(api: Api, month: str) -> None:
    before = everything(api)
    answer = await api.call("jobs", "POST", f"/internal/v1/reservations/{month}/job_1/commit")
    assert answer.json()["code"] in {"invalid_request", "not_found"}
    assert everything(api) == before


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b"null", b'{"price_microusd": 1, "more": 2}', b"\xff", b"[" * 10_000]
)
async def test_what_is_no_body(api: Api, body: bytes) -> None:
    before = everything(api)
    answer = await api.send_raw("generator", "PUT", NEW_INTENT, body)
    assert answer.json()["code"] in {"invalid_request", "invalid_json"}
    assert everything(api) == before


@pytest.mark.parametrize("changes", [{"videos": 2}, {"videos": -1}, {"storyboards": 2}, {"duration_s": 0}])
async def test_counts_have_bounds(api: Api, changes: dict[str, int]) -> None:
    before = everything(api)
    answer = await api.call("jobs", "PUT", RESERVE_2, {**ORDER, **changes})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert everything(api) == before


REFUSED = [
    ("unknown job, spend", "generator", "PUT", f"{UNKNOWN_JOB}/intents/a.1", {"price_microusd": 1}, "not_found"),
    ("unknown job, settle", "jobs", "POST", f"{UNKNOWN_JOB}/intents/a.1/settle", {"actual_microusd": 1}, "not_found"),
    ("unknown job, refund", "jobs", "POST", f"{UNKNOWN_JOB}/intents/a.1/refund", None, "not_found"),
    ("unknown job, commit", "jobs", "POST", f"{UNKNOWN_JOB}/commit", None, "not_found"),
    ("unknown job, release", "jobs", "POST", f"{UNKNOWN_JOB}/release", None, "not_found"),
    ("another month", "jobs", "POST", f"{OTHER_MONTH}/commit", None, "not_found"),
    ("unknown intent, settle", "jobs", "POST", f"{UNKNOWN_INTENT}/settle", {"actual_microusd": 1}, "not_found"),
    ("unknown intent, refund", "jobs", "POST", f"{UNKNOWN_INTENT}/refund", None, "not_found"),
    (
        "reserved with more",
        "jobs",
        "PUT",
        "/internal/v1/reservations/job_1",
        {"max_cost_microusd": 9},
        "amount_mismatch",
    ),
    ("reserved without video", "jobs", "PUT", JOB_1, {"videos": 0}, "amount_mismatch"),
    ("held with more", "generator", "PUT", INTENT, {"price_microusd": 300_001}, "amount_mismatch"),
    ("held with nothing", "generator", "PUT", INTENT, {"price_microusd": 0}, "invalid_request"),
    ("held with less", "generator", "PUT", INTENT, {"price_microusd": 299_999}, "amount_mismatch"),
    (
        "more than the budget",
        "generator",
        "PUT",
        NEW_INTENT,
        {"price_microusd": 610_001},
        "budget_exceeded",
    ),
    ("more than was held", "jobs", "POST", f"{INTENT}/settle", {"actual_microusd": 300_001}, "amount_mismatch"),
    (
        "settled with another",
        "jobs",
        "POST",
        f"{MUSIC}/settle",
        {"actual_microusd": 89_999},
        "amount_mismatch",
    ),
    ("settled, then refunded", "jobs", "POST", f"{MUSIC}/refund", None, "intent_closed"),
    (
        "settled, then held",
        "generator",
        "PUT",
        MUSIC,
        {"price_microusd": 100_000},
        "intent_closed",
    ),
]


@pytest.mark.parametrize(
    ("issuer", "method", "path", "body", "code"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
async def test_what_does_not_fit_is_refused(
    api: Api, issuer: str, method: str, path: str, body: Any, code: str
) -> None:
    before = everything(api)
    sent = {**ORDER, **body} if path == JOB_1 and body else body
    answer = await api.call(issuer, method, path, sent)
    assert answer.json()["code"] == code
    assert everything(api) == before


@pytest.mark.parametrize(
    ("issuer", "method", "path", "body"),
    [
        ("generator", "PUT", f"{BOOKING}/intents/mine.1", {"price_microusd": 1}),
        ("jobs", "POST", f"{INTENT}/settle", {"actual_microusd": 1}),
        ("jobs", "POST", f"{INTENT}/refund", None),
        ("jobs", "POST", f"{BOOKING}/commit", None),
        ("jobs", "POST", f"{BOOKING}/release", None),
    ],
)
async def test_another_users_money_is_not_there(api: Api, issuer: str, method: str, path: str, body: Any) -> None:
    before = everything(api)
    api.user = "user-2"
    answer = await api.call(issuer, method, path, body)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert everything(api) == before


async def test_the_same_ids_are_another_users_own(api: Api) -> None:
    api.user = "user-2"
    await api.reserve()
    assert (await api.call("generator", "PUT", INTENT, {"price_microusd": 7})).json()["amount_microusd"] == 7
    api.user = "user-1"
    assert (await api.call("generator", "PUT", INTENT, {"price_microusd": 300_000})).status_code == 200


@pytest.mark.parametrize("closing", ["commit", "release"])
async def test_a_closed_job_takes_nothing_new(api: Api, closing: str) -> None:
    await api.call("jobs", "POST", f"{BOOKING}/{closing}")
    before = everything(api)
    other = "release" if closing == "commit" else "commit"
    for issuer, method, path, body in (
        ("generator", "PUT", NEW_INTENT, {"price_microusd": 1}),
        ("jobs", "POST", f"{BOOKING}/{other}", None),
    ):
        answer = await api.call(issuer, method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (409, "reservation_closed")
    assert everything(api) == before


async def test_the_ledger_tells_every_fact_and_sums_to_the_counters(api: Api) -> None:
    await api.call("generator", "POST", f"{INTENT}/settle", {"actual_microusd": 250_000})
    await api.call("jobs", "POST", f"{BOOKING}/commit")
    entries: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await api.call("gateway", "GET", f"/api/v1/usage/ledger?limit=2&cursor={cursor}")).json()
        assert len(page["entries"]) <= 2
        entries += page["entries"]
        cursor = page["next_cursor"]
    told = [(entry["kind"], entry["intent_id"], entry["amount_usd"]) for entry in entries]
    assert told == [
        ("committed", None, "0.66"),
        ("settled", "music.1", "0.09"),
        ("settled", "scene-01.1", "0.25"),
        ("held", "music.1", "0.10"),
        ("held", "scene-01.1", "0.30"),
        ("reserved", None, "1.00"),
    ]
    usage = (await api.call("gateway", "GET", "/api/v1/usage")).json()
    assert sum(float(entry["counted_usd"]) for entry in entries) == pytest.approx(float(usage["spend"]["spent_usd"]))
    assert sum(entry["videos"] for entry in entries) == usage["videos"]["used"] == 1


async def test_another_user_sees_none_of_it(api: Api) -> None:
    api.user = "user-2"
    answer = await api.call("gateway", "GET", "/api/v1/usage/ledger?cursor=job_1~closed")
    assert answer.json() == {"entries": [], "next_cursor": None}


@pytest.mark.parametrize(
    "query", ["cursor=job_1", "cursor=job_1~paid", "cursor=~closed", "limit=0", "limit=101", "limit=x"]
)
async def test_a_page_that_is_none(api: Api, query: str) -> None:
    answer = await api.call("gateway", "GET", f"/api/v1/usage/ledger?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
