"""What an order would cost is what it costs: the same price as the job's own, and nothing comes of asking."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from tests.fakes.jobs_bench import BODY, JobsBench, open_http

ASK = "/api/v1/estimates"
SCENE = {"prompt": "a hill at dawn", "duration_s": 5.0}
BOARD = {"title": "Hills", "music_prompt": "slow piano", "scenes": [SCENE, {**SCENE, "duration_s": 10.5}]}


@pytest.fixture
def bench() -> JobsBench:
    return JobsBench()


@pytest_asyncio.fixture
async def http(bench: JobsBench) -> AsyncIterator[httpx.AsyncClient]:
    async with open_http(bench) as client:
        yield client


@pytest.mark.parametrize("more", [{}, {"narration": True}, {"storyboard": BOARD}, {"resolution": "1080p"}])
async def test_a_job_is_estimated_at_the_same_price(
    http: httpx.AsyncClient, bench: JobsBench, more: dict[str, object]
) -> None:
    answer = await http.post(ASK, json={**BODY, **more})
    assert (answer.status_code, bench.store.jobs) == (200, {})
    job = (await http.post("/api/v1/jobs", json={**BODY, **more})).json()
    told = answer.json()
    assert (told["price"]["total_usd"], told["price"]["max_usd"]) == (
        job["cost"]["estimate_usd"],
        job["cost"]["max_usd"],
    )
    assert told["used"] == job["used"]
    assert sum(clip["paid_s"] for clip in told["price"]["clips"]) == told["used"]["paid_s"]


async def test_what_is_planned_pays_no_planner(http: httpx.AsyncClient) -> None:
    planned = (await http.post(ASK, json={**BODY, "storyboard": BOARD})).json()["price"]
    assert planned["planner_usd"] == "0.00"
    assert [clip["paid_s"] for clip in planned["clips"]] == [5, 11]


async def test_what_cannot_be_ordered_has_no_price(http: httpx.AsyncClient) -> None:
    unable = await http.post(ASK, json={**BODY, "model": "google/veo-3.1-fast", "aspect_ratio": "1:1"})
    assert (unable.status_code, unable.json()["code"]) == (422, "model_unable")
    low = await http.post(ASK, json={**BODY, "max_cost_usd": "0.01"})
    assert low.json()["details"]["fields"][0]["field"] == "max_cost_usd"
