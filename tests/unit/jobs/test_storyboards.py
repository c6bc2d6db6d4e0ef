"""Plans without a video: made once, counted, priced; and jobs that are posted with one."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio
from tests.fakes.assets import LOGO, PICTURE, furnish_uploads
from tests.fakes.jobs_bench import BODY, USER, JobsBench, identity, make_settings, make_storyboard, open_http

from omnigen_jobs.domain.planning import ASKS
from omnigen_shared.contracts.base import IntentId, JobId
from omnigen_shared.contracts.job import BeginStage, JobKind, JobStatus, PlanIntent, StoreStoryboard
from omnigen_shared.contracts.storyboard import PlannedBy, Storyboard

PLAN = IntentId("plan.1")


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> JobsBench:
    """Its parameter is how many seconds a caller is kept for a plan."""
    return JobsBench(settings=make_settings(storyboard_hold_s=getattr(request, "param", 20)))


@pytest_asyncio.fixture
async def http(bench: JobsBench) -> AsyncIterator[httpx.AsyncClient]:
    async with open_http(bench) as client:
        yield client


def a_plan(by: PlannedBy = PlannedBy.MODEL) -> Storyboard:
    """The cuts of a 15 s ad."""
    plan = make_storyboard().model_copy(update={"planned_by": by, "subject": "a hill"})
    lengths = ((5, 150), (5, 150), (6, 180))
    scenes = [
        scene.model_copy(update={"clip_duration_s": clip_s, "kept_frames": kept})
        for scene, (clip_s, kept) in zip(plan.scenes, lengths, strict=True)
    ]
    return plan.model_copy(update={"scenes": tuple(scenes)})


async def execute(bench: JobsBench, plan: Storyboard) -> JobId:
    """What the generator does for the one plan that waits."""
    while not bench.workflow.started:  # noqa: ASYNC110 - the request is on its way through the app
        await asyncio.sleep(0)
    job_id: JobId
    job_id, attempt = bench.workflow.started.pop()
    attempts = bench.uses.attempts
    await attempts.begin_stage(USER, job_id, attempt, BeginStage(status=JobStatus.PLANNING))
    bought = PlanIntent(
        model="openai/gpt-4o-mini", fingerprint=f"{job_id[4:]}{job_id[4:]}", price_microusd=10_000, input={}
    )
    await bench.uses.spending.plan(USER, job_id, attempt, PLAN, bought)
    await bench.move("planned", "reserved", job_id, PLAN)
    await bench.move("reserved", "sending", job_id, PLAN, owner="w")
    await bench.move("sending", "created", job_id, PLAN, provider_id=job_id)
    await bench.move("created", "ingested", job_id, PLAN, output_key=f"u/{USER}/plans/e.txt")
    await bench.move("ingested", "settled", job_id, PLAN, actual_microusd=10_000)
    await attempts.store_storyboard(USER, job_id, attempt, StoreStoryboard(storyboard=plan))
    return job_id


async def ask(http: httpx.AsyncClient, bench: JobsBench, plan: Storyboard | None = None, **body: Any) -> httpx.Response:
    asked = asyncio.create_task(http.post("/api/v1/storyboards", json={**BODY, **body}))
    await execute(bench, plan or a_plan())
    return await asked


async def test_a_plan_names_pictures_by_their_uploads(http: httpx.AsyncClient, bench: JobsBench) -> None:
    furnish_uploads(bench.assets, bench.clock, USER)
    logo = {"upload_id": LOGO, "corner": "bottom-left"}
    board = (await ask(http, bench, reference_image=PICTURE, logo=logo)).json()
    assert (board["request"]["reference_image"], board["request"]["logo"]) == (PICTURE, logo)
    assert f"u/{USER}" not in str(board)


async def test_a_plan_has_its_scenes_and_its_price(http: httpx.AsyncClient, bench: JobsBench) -> None:
    answer = await ask(http, bench)
    board = answer.json()
    assert (answer.status_code, board["status"], board["planned_by"]) == (200, "completed", "model")
    assert answer.headers["location"] == f"/api/v1/storyboards/{board['storyboard_id']}"
    assert board["used"]["paid_s"] == 16
    assert [scene["duration_s"] for scene in board["storyboard"]["scenes"]] == [5.0, 5.0, 6.0]
    assert board["price"] == {
        "clips": [
            {"scene": 1, "paid_s": 5, "price_usd": "0.125"},
            {"scene": 2, "paid_s": 5, "price_usd": "0.125"},
            {"scene": 3, "paid_s": 6, "price_usd": "0.15"},
        ],
        "clips_usd": "0.40",
        "music_usd": "0.03",
        "narration_usd": "0.00",
        "planner_usd": "0.00",
        "total_usd": "0.43",
        "max_usd": "0.58",
        "is_ceiling": True,
    }
    assert board["spent_usd"] == "0.01"


async def test_a_plan_is_a_job_that_has_ended_and_whose_money_is_closed(
    http: httpx.AsyncClient, bench: JobsBench
) -> None:
    await ask(http, bench)
    [job] = bench.store.jobs.values()
    assert (job.kind, job.status, job.lease_until) == (JobKind.STORYBOARD, JobStatus.COMPLETED, None)
    assert job.max_microusd == ASKS * 10_000
    assert bench.quota.states == {job.job_id: "committed"}


async def test_a_plan_is_no_job_to_its_user(http: httpx.AsyncClient, bench: JobsBench) -> None:
    board = (await ask(http, bench)).json()
    job_id = board["storyboard_id"].replace("plan_", "job_")
    assert (await http.get("/api/v1/jobs")).json()["jobs"] == []
    for path in ("", "/events", "/receipt", "/video"):
        assert (await http.get(f"/api/v1/jobs/{job_id}{path}")).status_code == 404
    assert (await http.get(board["links"]["self"])).json() == board
    stranger = identity(user_id="user-2")
    assert (await http.get(board["links"]["self"], headers=stranger)).status_code == 404


async def test_a_job_is_no_plan(http: httpx.AsyncClient, bench: JobsBench) -> None:
    job_id = await bench.create()
    assert (await http.get(f"/api/v1/storyboards/{job_id.replace('job_', 'plan_')}")).status_code == 404
    assert (await http.get("/api/v1/storyboards/plan_1")).status_code == 404


async def test_the_same_request_is_planned_once(http: httpx.AsyncClient, bench: JobsBench) -> None:
    first = await ask(http, bench)
    again = await http.post("/api/v1/storyboards", json={**BODY, "music": True})
    assert again.json() == first.json()
    assert len(bench.store.jobs) == 1
    other = await ask(http, bench, style="noir")
    assert other.json()["storyboard_id"] != first.json()["storyboard_id"]


async def test_many_who_ask_at_once_wait_for_one_plan(http: httpx.AsyncClient, bench: JobsBench) -> None:
    asked = [asyncio.create_task(http.post("/api/v1/storyboards", json=BODY)) for _ in range(20)]
    await execute(bench, a_plan())
    answers = await asyncio.gather(*asked)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == len(bench.store.jobs) == 1


async def test_a_template_is_not_kept_for_ever(http: httpx.AsyncClient, bench: JobsBench) -> None:
    first = await ask(http, bench, a_plan(PlannedBy.TEMPLATE))
    again = await ask(http, bench)
    assert (first.json()["planned_by"], again.json()["planned_by"]) == ("template", "model")
    assert (await http.post("/api/v1/storyboards", json=BODY)).json() == again.json()


async def test_fresh_asks_for_another_take(http: httpx.AsyncClient, bench: JobsBench) -> None:
    await ask(http, bench)
    for _ in range(2):
        await ask(http, bench, fresh=True)
    takes = sorted(job.plan_take for job in bench.store.jobs.values())
    assert takes[0] == 1
    assert len(set(takes)) == 3


async def test_a_fresh_plan_is_made_once_per_key(http: httpx.AsyncClient, bench: JobsBench) -> None:
    async def post(key: str) -> httpx.Response:
        return await http.post("/api/v1/storyboards", json={**BODY, "fresh": True}, headers={"Idempotency-Key": key})

    asked = asyncio.create_task(post("k"))
    await execute(bench, a_plan())
    first = await asked
    assert (await post("k")).json() == first.json()
    assert len(bench.store.jobs) == 1


@pytest.mark.parametrize("bench", [0.01], indirect=True)
async def test_a_planner_that_takes_long_is_asked_for_later(http: httpx.AsyncClient, bench: JobsBench) -> None:
    answer = await http.post("/api/v1/storyboards", json=BODY)
    assert (answer.status_code, answer.headers["retry-after"]) == (202, "2")
    assert (answer.json()["storyboard"], answer.json()["price"]) == (None, None)
    await execute(bench, a_plan())
    assert (await http.get(answer.headers["location"])).json()["status"] == "completed"


async def test_quotas_refusal_leaves_nothing(http: httpx.AsyncClient, bench: JobsBench) -> None:
    bench.quota.places = 0
    answer = await http.post("/api/v1/storyboards", json=BODY)
    assert (answer.status_code, answer.json()["code"]) == (429, "quota_exceeded")
    assert bench.store.jobs == {}


@pytest.mark.parametrize("bench", [0.01], indirect=True)
async def test_the_reaper_goes_on_with_a_plan_whose_maker_has_died(bench: JobsBench, http: httpx.AsyncClient) -> None:
    bench.workflow.is_down = True
    answer = await http.post("/api/v1/storyboards", json=BODY)
    bench.workflow.is_down = False
    bench.clock.advance(60)
    await bench.reaper.sweep()
    [(job_id, attempt)] = bench.workflow.started
    await bench.uses.attempts.begin_stage(USER, job_id, attempt, BeginStage(status=JobStatus.PLANNING))
    await bench.uses.attempts.store_storyboard(USER, job_id, attempt, StoreStoryboard(storyboard=a_plan()))
    assert (await http.get(answer.headers["location"])).json()["status"] == "completed"


async def posted(http: httpx.AsyncClient, bench: JobsBench) -> dict[str, Any]:
    board: dict[str, Any] = (await ask(http, bench)).json()["storyboard"]
    return board


async def test_a_plan_is_posted_as_it_came_and_costs_what_was_said(http: httpx.AsyncClient, bench: JobsBench) -> None:
    plan = (await ask(http, bench)).json()
    answer = await http.post("/api/v1/jobs", json={**BODY, "storyboard": plan["storyboard"]})
    job = answer.json()
    assert answer.status_code == 202, job
    assert job["cost"]["estimate_usd"] == plan["price"]["total_usd"]
    assert job["cost"]["max_usd"] == plan["price"]["max_usd"]
    assert job["used"] == plan["used"]
    stored = bench.store.jobs[job["job_id"]].storyboard
    assert stored == replace_by(a_plan(), PlannedBy.USER)


def replace_by(plan: Storyboard, by: PlannedBy) -> Storyboard:
    last = plan.scenes[-1].model_copy(update={"transition": "cut"})
    return Storyboard.model_validate({**plan.model_dump(), "planned_by": by, "scenes": [*plan.scenes[:-1], last]})


async def test_an_edited_plan_is_priced_anew(http: httpx.AsyncClient, bench: JobsBench) -> None:
    board = await posted(http, bench)
    scenes = [{**board["scenes"][0], "duration_s": 10, "transition": "cut", "prompt": "a lake"}, board["scenes"][1]]
    edited = {**board, "style": "noir", "scenes": scenes}
    job = (await http.post("/api/v1/jobs", json={"prompt": BODY["prompt"], "storyboard": edited})).json()
    assert "storyboard" in job, job
    assert [scene["clip_duration_s"] for scene in job["storyboard"]["scenes"]] == [10, 5]
    assert (job["request"]["duration_s"], job["used"]["paid_s"]) == (15, 15)
    assert job["storyboard"]["planned_by"] == "user"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"duration_s": 14}, "body"),
        ({"storyboard": {"scenes": []}}, "storyboard.scenes"),
        ({"storyboard": {"title": " "}}, "storyboard.title"),
        ({"storyboard": {"tempo": 3}}, "storyboard.tempo"),
        ({"storyboard": {"palette": ["red"] * 7}}, "storyboard.palette"),
        ({"scene": {"duration_s": 5.02}}, "storyboard.scenes.0.duration_s"),
        ({"scene": {"duration_s": 0.5}}, "storyboard.scenes.0.duration_s"),
        ({"scene": {"transition": "spin"}}, "storyboard.scenes.0.transition"),
        ({"scene": {"prompt": "x" * 1001}}, "storyboard.scenes.0.prompt"),
        ({"scene": {"seed": -1}}, "storyboard.scenes.0.seed"),
    ],
)
async def test_a_plan_that_cannot_be_made_is_refused(
    http: httpx.AsyncClient, bench: JobsBench, change: dict[str, Any], field: str
) -> None:
    board = await posted(http, bench)
    scenes = [{**board["scenes"][0], **change.pop("scene", {})}, *board["scenes"][1:]]
    board = {**board, "scenes": scenes, **change.pop("storyboard", {})}
    answer = await http.post("/api/v1/jobs", json={**BODY, **change, "storyboard": board})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), answer.json()
    assert field in {found["field"] for found in answer.json()["details"]["fields"]} or field == "body"


async def test_a_scene_that_no_clip_is_long_enough_for_names_the_models_that_can(
    http: httpx.AsyncClient, bench: JobsBench
) -> None:
    board = await posted(http, bench)
    edited = {**board, "scenes": [{**board["scenes"][0], "duration_s": 14}]}
    body = {"prompt": BODY["prompt"], "duration_s": 14, "storyboard": edited}
    answer = (await http.post("/api/v1/jobs", json=body)).json()
    assert answer["code"] == "model_unable"
    assert answer["details"]["fields"][0]["field"] == "storyboard.scenes"
    assert set(answer["details"]["alternatives"]) == {"wan-video/wan-2.7-t2v", "lightricks/ltx-2.3-fast"}


async def test_another_plan_is_another_body_to_a_key(http: httpx.AsyncClient, bench: JobsBench) -> None:
    board = await posted(http, bench)
    headers = {"Idempotency-Key": "k"}
    first = await http.post("/api/v1/jobs", json={**BODY, "storyboard": board}, headers=headers)
    edited = {**board, "title": "Another"}
    other = await http.post("/api/v1/jobs", json={**BODY, "storyboard": edited}, headers=headers)
    assert (first.status_code, other.json()["code"]) == (202, "idempotency_mismatch")


async def test_a_posted_plan_is_pinned_to_a_recipe_and_kept(bench: JobsBench, http: httpx.AsyncClient) -> None:
    board = await posted(http, bench)
    job_id = JobId((await http.post("/api/v1/jobs", json={**BODY, "storyboard": board})).json()["job_id"])
    await bench.uses.attempts.begin_stage(USER, job_id, 1, BeginStage(status=JobStatus.PLANNING))
    other = a_plan().model_copy(update={"title": "Another"})
    record = await bench.uses.attempts.store_storyboard(
        USER, job_id, 1, StoreStoryboard(storyboard=other, recipe_id="r1")
    )
    assert record.job.storyboard is not None
    assert (record.job.storyboard.title, record.job.recipe_id) == (board["title"], "r1")
    assert replace(record.job).status is JobStatus.PLANNING
