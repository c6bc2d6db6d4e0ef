"""Several videos of one request: one plan, one budget, one status; begun as quota lets them, and stopped together."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.jobs_bench import BODY, TODAY, USER, JobsBench, identity, make_order
from tests.fakes.sudden_death import Fate, KilledError, Mortal

from omnigen_jobs.domain.abilities import Wish
from omnigen_jobs.domain.batches import ItemState, split
from omnigen_jobs.domain.changes import Change
from omnigen_jobs.domain.pins import digest_of
from omnigen_jobs.domain.records import Job
from omnigen_jobs.schemas.orders import JobOrder
from omnigen_shared.contracts.job import JobStatus
from omnigen_shared.contracts.spending import Reservation
from omnigen_shared.errors import DependencyUnavailableError

BATCHES: Final = "/api/v1/batches"
ORDER: Final = {"order": BODY, "aspect_ratios": ["16:9", "9:16", "1:1"]}


async def post(http: httpx.AsyncClient, key: str | None = None, **body: Any) -> httpx.Response:
    return await http.post(BATCHES, json={**ORDER, **body}, headers={"Idempotency-Key": key} if key else {})


async def order(http: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await post(http, **body)
    assert answer.status_code == 202, answer.text
    return answer.json()  # type: ignore[no-any-return]


async def look(http: httpx.AsyncClient, batch: dict[str, Any]) -> dict[str, Any]:
    return (await http.get(batch["links"]["self"])).json()  # type: ignore[no-any-return]


def states(batch: dict[str, Any]) -> list[str]:
    return [item["status"] for item in batch["items"]]


async def test_every_prompt_in_every_shape_is_a_video(http: httpx.AsyncClient, bench: JobsBench) -> None:
    batch = await order(http, prompts=["a second prompt of ten"], aspect_ratios=["16:9", "9:16"])
    shown = [(item["prompt"], item["aspect_ratio"]) for item in batch["items"]]
    assert shown == [
        (BODY["prompt"], "16:9"),
        (BODY["prompt"], "9:16"),
        ("a second prompt of ten", "16:9"),
        ("a second prompt of ten", "9:16"),
    ]
    assert (batch["status"], batch["videos"], batch["waiting"], states(batch)) == ("running", 4, 0, ["pending"] * 4)
    assert len(bench.quota.open_jobs) == 4
    listed = (await http.get("/api/v1/jobs")).json()["jobs"]
    assert {job["job_id"] for job in listed} == {item["job_id"] for item in batch["items"]}


async def test_shapes_of_one_prompt_have_one_plan(http: httpx.AsyncClient, bench: JobsBench) -> None:
    batch = await order(http)
    jobs = [(await bench.read(item["job_id"])).job for item in batch["items"]]
    assert len({job.request.aspect_ratio for job in jobs}) == 3
    assert len({job.request.seed for job in jobs}) == 1
    assert len(set(map(digest_of, jobs))) == 1
    assert [job.request.planned_for for job in jobs] == [None, "16:9", "16:9"]


async def test_the_budget_is_split_and_never_passed(http: httpx.AsyncClient, bench: JobsBench) -> None:
    batch = await order(http, max_cost_usd="1.50")
    assert (batch["max_usd"], batch["estimate_usd"]) == ("1.50", "1.32")
    jobs = [(await bench.read(item["job_id"])).job for item in batch["items"]]
    assert sum(job.round_max_microusd for job in jobs) <= 1_500_000
    assert all(job.max_microusd >= job.estimate_microusd for job in jobs)
    refused = await post(http, max_cost_usd="1.31")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")
    assert refused.json()["details"]["least_usd"] == "1.32"
    assert len(bench.quota.states) == 3


@given(durations=st.lists(st.integers(5, 60), min_size=2, max_size=20), extra=st.integers(0, 20_000_000))
def test_parts_of_a_budget_are_enough_and_not_too_much(durations: list[int], extra: int) -> None:
    orders = [make_order(duration_s=duration) for duration in durations]
    certain = sum(order.estimate.estimate_microusd for order in orders)
    parts = split(orders, Decimal(certain + extra) / 1_000_000)
    assert sum(parts) <= certain + extra
    for order_, part in zip(orders, parts, strict=True):
        assert order_.estimate.estimate_microusd <= part <= order_.estimate.ceiling_microusd


async def test_what_the_plan_does_not_let_be_at_work_waits(http: httpx.AsyncClient, bench: JobsBench) -> None:
    bench.quota.places, bench.quota.resets_at = 2, None
    batch = await order(http)
    assert (states(batch), batch["waiting"]) == (["pending", "pending", "queued"], 1)
    bench.clock.advance(16)
    await bench.tidier.sweep()
    assert (await look(http, batch))["waiting"] == 1
    await bench.uses.ending.cancel(USER, batch["items"][0]["job_id"])
    bench.clock.advance(16)
    await bench.tidier.sweep()
    now = await look(http, batch)
    assert (states(now), now["waiting"], now["status"]) == (["canceled", "pending", "pending"], 0, "running")
    assert await bench.assets.list_chores(bench.clock.now().replace(year=2030), 25) == []


async def test_what_quota_refuses_for_the_month_is_told(http: httpx.AsyncClient, bench: JobsBench) -> None:
    bench.quota.places, bench.quota.resets_at = 1, "2026-12-01T00:00:00Z"
    batch = await order(http)
    assert states(batch) == ["pending", "refused", "refused"]
    assert batch["items"][1]["problem"]["code"] == "quota_exceeded"
    assert batch["items"][1]["job_id"] is None
    assert bench.assets.batches[batch["batch_id"]].due_at is None


async def test_one_key_makes_one_batch(http: httpx.AsyncClient, bench: JobsBench) -> None:
    answers = await asyncio.gather(*(post(http, "k") for _ in range(20)))
    made = {answer.json()["batch_id"] for answer in answers if answer.status_code == 202}
    assert len(made) == 1
    assert {answer.json()["code"] for answer in answers if answer.status_code != 202} <= {"idempotency_in_progress"}
    again = await post(http, "k")
    assert (again.status_code, again.headers["idempotent-replayed"], again.json()["batch_id"]) == (202, "true", *made)
    assert (await post(http, "k", max_cost_usd="9.00")).json()["code"] == "idempotency_mismatch"
    assert len(bench.quota.states) == 3
    job = await http.post("/api/v1/jobs", json=BODY, headers={"Idempotency-Key": "k"})
    assert job.status_code == 202, "keys of jobs are others"


@pytest.mark.parametrize("is_heard", [False, True])
@pytest.mark.parametrize("nth", range(0, 22, 2))
async def test_wherever_death_comes_each_video_is_begun_once(bench: JobsBench, nth: int, is_heard: bool) -> None:
    bench.assets.jobs = bench.store
    fate = Fate(nth, is_heard)
    mortal: Any = replace(
        bench,
        store=Mortal(bench.store, fate),
        quota=Mortal(bench.quota, fate),
        workflow=Mortal(bench.workflow, fate),
        assets=Mortal(bench.assets, fate),
    )
    wishes = [make_wish_of(prompt) for prompt in ("the first of two films", "the second of two films")]
    with pytest.raises(KilledError):
        await mortal.uses.batching.create(USER, "free", wishes, None, None)
    for _ in range(5):
        bench.clock.advance(100)
        await bench.tidier.sweep()
        await bench.reaper.sweep()
    for batch in bench.assets.batches.values():
        assert [item.state for item in batch.items] == [ItemState.STARTED] * 2
        assert {job.job_id for job in bench.store.jobs.values()} == {item.job_id for item in batch.items}
    assert len(bench.quota.states) == 2 * len(bench.assets.batches)


def make_wish_of(prompt: str) -> Wish:
    return JobOrder.model_validate({**BODY, "prompt": prompt}).to_wish(TODAY)


async def test_a_canceled_batch_begins_nothing_more(http: httpx.AsyncClient, bench: JobsBench) -> None:
    bench.quota.places, bench.quota.resets_at = 2, None
    batch = await order(http)
    await bench.reach(JobStatus.PLANNING, batch["items"][0]["job_id"])
    answer = await http.post(batch["links"]["cancel"])
    after = answer.json()
    assert (answer.status_code, after["status"], states(after)) == (200, "canceled", ["canceled"] * 3)
    assert bench.quota.open_jobs == set()
    assert (await http.post(batch["links"]["cancel"])).json()["status"] == "canceled"
    bench.clock.advance(600)
    await bench.tidier.sweep()
    assert len(bench.quota.states) == 2


@pytest.mark.parametrize("ticks", range(0, 60, 3))
async def test_canceling_while_it_is_begun_leaves_nothing_at_work(bench: JobsBench, ticks: int) -> None:
    wishes = [make_wish_of(f"film number {number} of a few") for number in range(4)]
    creating = asyncio.create_task(bench.uses.batching.create(USER, "free", wishes, None, None))
    for _ in range(ticks):
        await asyncio.sleep(0)
    for batch_id in list(bench.assets.batches):
        await bench.uses.batching.cancel(USER, batch_id)
    await creating
    if not any(batch.canceled_at for batch in bench.assets.batches.values()):
        return
    for _ in range(3):
        bench.clock.advance(100)
        await bench.tidier.sweep()
        await bench.reaper.sweep()
    (batch,) = bench.assets.batches.values()
    assert not batch.is_waiting
    assert {job.status for job in bench.store.jobs.values()} <= {JobStatus.CANCELED}
    assert bench.quota.open_jobs == set()


async def test_what_was_begun_of_a_canceled_batch_is_stopped_though_the_table_fails(
    bench: JobsBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is canceled while the second is begun; of stopping them the first write is refused."""
    reserve, commit = bench.quota.reserve, bench.store.commit

    async def refuse_an_end(change: Change) -> None:
        if change.job is not None and change.job.status is JobStatus.CANCELED:
            monkeypatch.setattr(bench.store, "commit", commit)
            raise DependencyUnavailableError("The table is away.")
        await commit(change)

    async def cancel_first(job: Job) -> Reservation:
        answer: Reservation = await reserve(job)
        if len(bench.quota.states) == 2:
            (batch_id,) = bench.assets.batches
            await bench.uses.batching.cancel(USER, batch_id)
            monkeypatch.setattr(bench.store, "commit", refuse_an_end)
        return answer

    monkeypatch.setattr(bench.quota, "reserve", cancel_first)
    wishes = [make_wish_of(prompt) for prompt in ("the first of two films", "the second of two films")]
    await bench.uses.batching.create(USER, "free", wishes, None, None)
    for _ in range(3):
        bench.clock.advance(100)
        await bench.tidier.sweep()
    (batch,) = bench.assets.batches.values()
    assert (batch.is_waiting, batch.due_at) == (False, None)
    assert {job.status for job in bench.store.jobs.values()} == {JobStatus.CANCELED}
    assert bench.quota.open_jobs == set()


async def test_nobody_elses_batch_is_there(http: httpx.AsyncClient) -> None:
    batch, stranger = await order(http), identity(user_id="user-2")
    assert (await http.get(BATCHES, headers=stranger)).json()["batches"] == []
    assert (await http.get(batch["links"]["self"], headers=stranger)).status_code == 404
    assert (await http.post(batch["links"]["cancel"], headers=stranger)).status_code == 404
    assert (await look(http, batch))["status"] == "running"


async def test_batches_are_listed_in_pages(http: httpx.AsyncClient, bench: JobsBench) -> None:
    made = []
    for _ in range(3):
        made.append((await order(http))["batch_id"])
        bench.clock.advance(1)
    first = (await http.get(BATCHES, params={"limit": 2})).json()
    rest = (await http.get(BATCHES, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [one["batch_id"] for one in (*first["batches"], *rest["batches"])] == made[::-1]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"aspect_ratios": []},
        {"aspect_ratios": ["16:9"]},
        {"aspect_ratios": ["16:9", "16:9"]},
        {"prompts": [BODY["prompt"]], "aspect_ratios": []},
        {"prompts": [f"film number {number} of many" for number in range(9)]},
        {"order": {"prompt": "short"}},
        {"order": {**BODY, "storyboard": None}},
        {"prompts": ["short"]},
    ],
)
async def test_what_is_no_batch_is_refused(http: httpx.AsyncClient, bench: JobsBench, body: dict[str, Any]) -> None:
    answer = await post(http, **body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert bench.quota.calls == []


async def test_a_shape_that_the_model_cannot_do_refuses_all(http: httpx.AsyncClient, bench: JobsBench) -> None:
    answer = await post(http, order={**BODY, "model": "minimax/hailuo-2.3", "duration_s": 12})
    assert (answer.status_code, answer.json()["code"]) == (422, "model_unable")
    assert bench.assets.batches == {}
