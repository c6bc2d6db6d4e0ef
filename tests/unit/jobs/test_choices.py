"""What a user may choose of the content, over HTTP."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from tests.fakes.jobs_bench import BODY, USER, JobsBench, make_job, make_output, make_storyboard, open_http

from omnigen_shared.contracts.job import JobStatus
from omnigen_shared.contracts.media import Transition
from omnigen_shared.contracts.storyboard import PlannedBy


@pytest_asyncio.fixture
async def bench() -> JobsBench:
    return JobsBench()


@pytest_asyncio.fixture
async def http(bench: JobsBench) -> AsyncIterator[httpx.AsyncClient]:
    async with open_http(bench) as client:
        yield client


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_captions_need_something_that_is_said(http: httpx.AsyncClient) -> None:
    answer = await http.post("/api/v1/jobs", json={**BODY, "captions": True})
    assert code_of(answer) == (422, "invalid_request")
    assert "narration" in answer.json()["details"]["fields"][0]["message"]


async def test_what_is_said_can_be_read_unless_it_is_not_wanted(http: httpx.AsyncClient) -> None:
    for captions, has in ((None, True), (True, True), (False, False)):
        answer = await http.post("/api/v1/jobs", json={**BODY, "narration": True, "captions": captions})
        assert answer.json()["request"]["captions"] is has
    mute = await http.post("/api/v1/jobs", json=BODY)
    assert mute.json()["request"]["captions"] is False
    burnt = {**BODY, "narration": True, "captions": False, "burn_captions": True}
    assert code_of(await http.post("/api/v1/jobs", json=burnt)) == (422, "invalid_request")


async def test_what_a_model_cannot_do_is_refused_with_those_that_can(http: httpx.AsyncClient) -> None:
    answer = await http.post("/api/v1/jobs", json={**BODY, "model": "minimax/hailuo-2.3", "aspect_ratio": "9:16"})
    assert code_of(answer) == (422, "model_unable")
    assert answer.json()["details"]["fields"][0]["limits"] == {"type": "string", "allowed": ["16:9"]}
    assert "google/veo-3.1-fast" in answer.json()["details"]["alternatives"]
    assert "google/veo-3.1-fast" in answer.json()["remedy"]


async def test_the_catalogue_has_prices_and_limits(http: httpx.AsyncClient) -> None:
    catalogue = (await http.get("/api/v1/models")).json()
    default = next(model for model in catalogue["video"] if model["is_default"])
    assert default == {
        "name": "bytedance/seedance-1-pro-fast",
        "is_default": True,
        "durations_s": list(range(2, 13)),
        "aspect_ratios": ["16:9", "9:16", "1:1", "4:3", "3:4"],
        "resolutions": [
            {"resolution": "480p", "delivered": "480p", "price_usd_per_s": "0.015"},
            {"resolution": "720p", "delivered": "720p", "price_usd_per_s": "0.025"},
            {"resolution": "1080p", "delivered": "1080p", "price_usd_per_s": "0.06"},
        ],
        "takes": ["seed", "start_frame"],
        "needs_start_frame": False,
        "typical_latency_s": 30,
        "retires_on": None,
    }
    assert (len(catalogue["video"]), len(catalogue["music"]), len(catalogue["speech"])) == (10, 3, 3)
    assert catalogue["planner"] == {"name": "openai/gpt-4o-mini", "ceiling_usd": "0.01"}
    assert catalogue["limits"]["duration_s"] == [5, 180]


async def test_what_a_job_shows_may_be_posted_with_other_words(http: httpx.AsyncClient, bench: JobsBench) -> None:
    """Nothing else is told to a model, so that the other scenes' clips are not paid for again."""
    ways = (Transition.FADE, Transition.SLIDE, Transition.CUT)
    rows = zip(make_storyboard().scenes, ways, strict=True)
    scenes = tuple(scene.model_copy(update={"kept_frames": 160, "transition": way}) for scene, way in rows)
    plan = make_storyboard().model_copy(update={"subject": "a red boat", "scenes": scenes})
    job = make_job(bench.clock, status=JobStatus.FAILED, storyboard=plan)
    bench.store.jobs[job.job_id] = job
    shown = (await http.get(f"/api/v1/jobs/{job.job_id}")).json()["storyboard"]
    shown["scenes"][1]["prompt"] = "other words"
    body = {name: value for name, value in BODY.items() if name != "duration_s"}
    answer = await http.post("/api/v1/jobs", json={**body, "storyboard": shown})
    assert answer.status_code == 202, answer.text
    [posted] = [kept for kept in bench.store.jobs.values() if kept.job_id != job.job_id]
    assert posted.storyboard is not None
    expected = (scenes[0], scenes[1].model_copy(update={"prompt": "other words"}), scenes[2])
    changed = {"scenes": expected, "planned_by": PlannedBy.USER}
    assert posted.storyboard.model_dump() == plan.model_copy(update=changed).model_dump()


async def test_captions_lie_behind_a_link(http: httpx.AsyncClient, bench: JobsBench) -> None:
    output = make_output(captions_key=f"u/{USER}/renders/r/v.vtt")
    job = make_job(bench.clock, status=JobStatus.COMPLETED, output=output, storyboard=make_storyboard())
    bench.store.jobs[job.job_id] = job
    links = (await http.get(f"/api/v1/jobs/{job.job_id}")).json()["links"]
    answer = await http.get(links["captions"])
    assert answer.status_code == 302
    assert answer.headers["location"].endswith("v.vtt?name=omnigen-dawn-over-the-hill-caf.vtt&type=text/vtt")


async def test_a_video_without_captions_says_how_to_have_them(http: httpx.AsyncClient, bench: JobsBench) -> None:
    job = make_job(bench.clock, status=JobStatus.COMPLETED, output=make_output(), storyboard=make_storyboard())
    bench.store.jobs[job.job_id] = job
    answer = await http.get(f"/api/v1/jobs/{job.job_id}/captions")
    assert code_of(answer) == (404, "not_found")
    assert "narration" in answer.json()["remedy"]


async def test_a_maximum_that_is_too_low_is_told_what_it_costs(http: httpx.AsyncClient) -> None:
    answer = await http.post("/api/v1/jobs", json={**BODY, "max_cost_usd": "0.43"})
    assert answer.json()["details"]["estimate_usd"] == "0.44"
    assert answer.json()["details"]["fields"][0]["message"] == "Such a video costs 0.44 USD"
    assert "0.44 USD" in answer.json()["detail"]


async def test_what_is_drawn_over_the_clips_makes_no_other_clips(http: httpx.AsyncClient) -> None:
    plain = await http.post("/api/v1/jobs", json={**BODY, "narration": True, "captions": False})
    card = {"text": "Try it: {50%} off", "duration_s": 2}
    drawn = await http.post(
        "/api/v1/jobs",
        json={**BODY, "narration": True, "captions": True, "burn_captions": True, "end_card": card},
    )
    assert (plain.status_code, drawn.status_code) == (202, 202)
    told = drawn.json()["request"]
    assert (told["burn_captions"], told["end_card"]) == (True, {"text": card["text"], "frames": 60})
    assert told["seed"] == plain.json()["request"]["seed"]
    assert drawn.json()["cost"] == plain.json()["cost"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"burn_captions": True}, "body"),
        ({"end_card": {}}, "end_card.text"),
        ({"end_card": {"text": ""}}, "end_card.text"),
        ({"end_card": {"text": "x" * 81}}, "end_card.text"),
        ({"end_card": {"text": "x", "duration_s": 6}}, "end_card.duration_s"),
        ({"end_card": {"text": "x\u202ey"}}, "end_card.text"),
    ],
)
async def test_what_cannot_be_drawn_is_named(http: httpx.AsyncClient, wrong: dict[str, object], field: str) -> None:
    answer = await http.post("/api/v1/jobs", json={**BODY, **wrong})
    assert code_of(answer) == (422, "invalid_request")
    [told] = answer.json()["details"]["fields"]
    assert told["field"] == field
    assert told["limits"]
