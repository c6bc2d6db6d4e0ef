"""Files of ended jobs are kept as long as the plan says; what another job uses stays, and so does the record."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import (
    FINGERPRINT,
    JOB,
    OTHER_JOB,
    USER,
    JobsBench,
    make_job,
    make_output,
    make_settings,
    make_storyboard,
    open_http,
)
from tests.fakes.sudden_death import Fate, KilledError, Mortal

from omnigen_jobs.domain.changes import change_job
from omnigen_jobs.domain.problems import ClipInProgressError
from omnigen_jobs.domain.records import Claim, ClaimState, Job, Money
from omnigen_jobs.domain.retaining import LEASE, MOST_USERS, name_video
from omnigen_shared.contracts.base import IntentId, JobId
from omnigen_shared.contracts.job import IntentStatus, JobStatus
from omnigen_shared.errors import DependencyUnavailableError

DAY: Final = timedelta(days=1)
CLIP_KEY: Final = f"u/{USER}/clips/{FINGERPRINT}.mp4"
OTHER_FINGERPRINT: Final = "b" * 64
OTHER_CLIP_KEY: Final = f"u/{USER}/clips/{OTHER_FINGERPRINT}.mp4"
VIDEO: Final = make_output().video_key
FILES: Final = (VIDEO, make_output().poster_key, CLIP_KEY, f"u/{USER}/segments/r/a.mp4", f"u/{USER}/exports/a.webm")


@pytest.fixture
def bench() -> JobsBench:
    return JobsBench(settings=make_settings(media_kept_days={"free": 30}))


def lay(bench: JobsBench, *more: str) -> None:
    """What was made lies in the store, written now."""
    for key in (*FILES, *more):
        bench.box.objects[key], bench.box.written[key] = b"x", bench.clock.now()


async def finish(bench: JobsBench, job_id: JobId = JOB, **changes: Any) -> None:
    """A job with one clip, made or taken over, becomes a video, and its money is closed."""
    await begin(bench, job_id, **changes)
    await bench.reach(JobStatus.COMPOSING, job_id)
    await bench.uses.ending.complete(USER, job_id, 1, make_output())


async def begin(bench: JobsBench, job_id: JobId = JOB, **changes: Any) -> None:
    seed(bench.store, make_job(bench.clock, job_id=job_id, storyboard=make_storyboard(), **changes))
    intent = await bench.plan(job_id)
    if not intent.cached:
        await bench.send(f"p-{job_id}", job_id)
        await bench.move("created", "ingested", job_id, output_key=CLIP_KEY)
        await bench.move("ingested", "settled", job_id, output_key=CLIP_KEY, actual_microusd=150_000)


async def pass_days(bench: JobsBench, days: float) -> None:
    bench.clock.advance(timedelta(days=days).total_seconds())
    await bench.tidier.sweep()


async def test_the_videos_of_earlier_rounds_go_with_the_last(bench: JobsBench) -> None:
    await finish(bench)
    job = await bench.store.find_job(JOB)
    assert job is not None
    former = job.output
    newer = make_output(video_key=f"u/{USER}/renders/r/w.mp4", poster_key=f"u/{USER}/renders/r/w.jpg")
    again = replace(job, status=JobStatus.COMPOSING, money=Money.RESERVED, media_until=None)
    seed(bench.store, again)
    await bench.uses.ending.complete(USER, JOB, job.attempt, newer)
    job = await bench.store.find_job(JOB)
    assert job is not None
    assert (job.output, job.former) == (newer, (former,))
    lay(bench, newer.video_key, newer.poster_key)
    await pass_days(bench, 30.1)
    assert bench.box.objects == {}


UNOWNED: Final = (f"u/{USER}/renders/r/x.mp4", f"u/{USER}/renders/r/x.jpg")
"""Its job was stopped before it could have it."""


async def test_a_video_that_no_job_came_to_have_goes_and_that_of_another_job_stays(bench: JobsBench) -> None:
    await finish(bench)
    other = make_output(video_key=f"u/{USER}/renders/r/w.mp4", poster_key=f"u/{USER}/renders/r/w.jpg")
    seed(bench.store, make_job(bench.clock, job_id=OTHER_JOB, storyboard=make_storyboard(), plan="pro"))
    await bench.reach(JobStatus.COMPOSING, OTHER_JOB)
    await bench.uses.ending.complete(USER, OTHER_JOB, 1, other)
    lay(bench, *UNOWNED, other.video_key, other.poster_key)
    for key in bench.box.written:  # the other job has taken over what was there before it
        bench.box.written[key] -= DAY
    await pass_days(bench, 30.1)
    assert set(bench.box.objects) == {other.video_key, other.poster_key}


async def test_a_video_that_was_removed_and_made_again_is_removed_again(bench: JobsBench) -> None:
    await finish(bench)
    lay(bench)
    await pass_days(bench, 31)
    assert bench.box.objects == {}
    await finish(bench, OTHER_JOB)
    lay(bench)
    await pass_days(bench, 31)
    assert bench.box.objects == {}


@pytest.mark.parametrize("users", [(JOB,), ()])
async def test_nobody_gets_a_video_that_is_just_being_removed(bench: JobsBench, users: tuple[JobId, ...]) -> None:
    """Unless that was cut off: whoever has found the video in the store has it."""
    await finish(bench)
    job = (await bench.read()).job
    claim = bench.store.claims[(USER, name_video(VIDEO))]
    await bench.store.put_claim(replace(claim, state=ClaimState.LEAVING, users=users))
    await bench.store.commit(change_job(replace(job, media_until=bench.clock.now() + LEASE)))
    await begin(bench, OTHER_JOB)
    await bench.reach(JobStatus.COMPOSING, OTHER_JOB)
    with pytest.raises(DependencyUnavailableError, match="being removed"):
        await bench.uses.ending.complete(USER, OTHER_JOB, 1, make_output())
    assert (await bench.read(OTHER_JOB)).job.status is JobStatus.COMPOSING
    bench.clock.advance(LEASE.total_seconds() + 1)
    await bench.tidier.sweep()  # it is put off, because the other one is at work
    await bench.uses.ending.complete(USER, OTHER_JOB, 1, make_output())
    claim = bench.store.claims[(USER, name_video(VIDEO))]
    assert (claim.state, claim.users) == (ClaimState.READY, (OTHER_JOB,))


async def test_they_go_when_their_time_is_over_and_the_record_says_so(bench: JobsBench) -> None:
    await finish(bench)
    lay(bench)
    async with open_http(bench) as http:
        kept = (await http.get(f"/api/v1/jobs/{JOB}")).json()
        assert (kept["media_until"], kept["media_removed_at"]) == ("2026-12-24T12:00:00.000000Z", None)
        await pass_days(bench, 29.9)
        assert set(bench.box.objects) == set(FILES)
        await pass_days(bench, 0.2)
        assert bench.box.objects == {}
        job = (await http.get(f"/api/v1/jobs/{JOB}")).json()
        assert job["media_removed_at"] == "2026-12-24T14:24:00.000000Z"
        assert (job["status"], job["media_until"], job["output"]["frames"]) == ("completed", None, 450)
        assert set(job["links"]) == {"self", "events", "receipt"}
        receipt = (await http.get(job["links"]["receipt"])).json()
        assert (receipt["total_usd"], receipt["is_final"]) == ("0.15", True)
        assert [one["job_id"] for one in (await http.get("/api/v1/jobs")).json()["jobs"]] == [JOB]
    assert await bench.assets.list_chores(bench.clock.now() + 900 * DAY, 25) == []
    claim = bench.store.claims[(USER, FINGERPRINT)]
    assert (claim.state, claim.output_key) == (ClaimState.RELEASED, None)


async def test_what_is_gone_is_told(bench: JobsBench) -> None:
    await finish(bench)
    await pass_days(bench, 31)
    base = f"/api/v1/jobs/{JOB}"
    asks: tuple[tuple[str, str, Any], ...] = (
        ("GET", "/video", None),
        ("GET", "/thumbnail", None),
        ("GET", "/captions", None),
        ("GET", "/preview", None),
        ("POST", "/exports", {"format": "mp4"}),
        ("GET", "/exports/mp4_9x16_720p_blur/file", None),
        ("POST", "/shares", None),
        ("POST", "/resume", None),
        ("POST", "/scenes/1/regenerate", None),
    )
    async with open_http(bench) as http:
        for method, path, body in asks:
            answer = await http.request(method, base + path, json=body)
            assert (answer.status_code, answer.json()["code"]) == (410, "media_removed"), path


@pytest.mark.parametrize("plan", ["pro", "enterprise"])
async def test_a_plan_that_is_not_named_keeps_for_ever(bench: JobsBench, plan: str) -> None:
    await finish(bench, plan=plan)
    lay(bench)
    await pass_days(bench, 9000)
    assert set(bench.box.objects) == set(FILES)


async def test_a_clip_that_another_job_uses_stays_until_that_one_goes(bench: JobsBench) -> None:
    await finish(bench)
    bench.clock.advance(10 * DAY.total_seconds())
    await finish(bench, OTHER_JOB)
    assert bench.store.claims[(USER, FINGERPRINT)].users == (JOB, OTHER_JOB)
    lay(bench)
    await pass_days(bench, 20.1)
    assert (await bench.read()).job.media_removed_at is not None
    assert CLIP_KEY in bench.box.objects
    assert VIDEO in bench.box.objects, "it is the other's, too"
    assert bench.store.claims[(USER, FINGERPRINT)].users == (OTHER_JOB,)
    assert (await bench.read(OTHER_JOB)).job.media_removed_at is None
    await pass_days(bench, 10)
    assert bench.box.objects == {}


async def test_it_waits_while_a_job_that_uses_the_clip_is_at_work(bench: JobsBench) -> None:
    await finish(bench)
    lay(bench)
    bench.clock.advance(30.1 * DAY.total_seconds())
    await begin(bench, OTHER_JOB)
    await bench.tidier.sweep()
    assert (await bench.read()).job.media_removed_at is None
    assert set(bench.box.objects) == set(FILES)
    await bench.reach(JobStatus.COMPOSING, OTHER_JOB)
    await bench.uses.ending.complete(USER, OTHER_JOB, 1, make_output())
    await pass_days(bench, 1)
    assert (await bench.read()).job.media_removed_at is not None
    assert {VIDEO, CLIP_KEY} <= set(bench.box.objects)


async def test_a_removal_that_was_cut_off_goes_on_for_who_waits_for_its_end(bench: JobsBench) -> None:
    """An equal order has taken over one clip, and waits for the other one to be gone: each would wait for the other."""
    await begin(bench)
    await bench.plan(intent="scene-02.1", fingerprint=OTHER_FINGERPRINT)
    await bench.send("p-2", intent="scene-02.1")
    await bench.move("created", "ingested", intent="scene-02.1", output_key=OTHER_CLIP_KEY)
    await bench.reach(JobStatus.COMPOSING)
    await bench.uses.ending.complete(USER, JOB, 1, make_output())
    lay(bench, OTHER_CLIP_KEY)
    await bench.uses.deleting.delete(USER, JOB)
    bench.box.error = DependencyUnavailableError("S3 is away")
    await pass_days(bench, 0.01)
    bench.box.error = None
    seed(bench.store, make_job(bench.clock, job_id=OTHER_JOB))
    assert (await bench.plan(OTHER_JOB, "scene-02.1", fingerprint=OTHER_FINGERPRINT)).cached
    with pytest.raises(ClipInProgressError):
        await bench.plan(OTHER_JOB)
    bench.clock.advance(121)
    await bench.tidier.sweep()
    assert (await bench.plan(OTHER_JOB)).status is IntentStatus.PLANNED
    assert set(bench.box.objects) == {*FILES, OTHER_CLIP_KEY} - {CLIP_KEY}
    job = (await bench.read()).job
    assert job.media_until == bench.clock.now() + timedelta(minutes=30), "the rest waits for the other job's end"


async def test_who_needs_a_clip_that_is_being_removed_waits_and_then_makes_it(bench: JobsBench) -> None:
    await finish(bench)
    lay(bench)
    claim = bench.store.claims[(USER, FINGERPRINT)]
    bench.store.claims[(USER, FINGERPRINT)] = replace(claim, state=ClaimState.LEAVING)
    seed(bench.store, make_job(bench.clock, job_id=OTHER_JOB))
    with pytest.raises(Exception, match="makes the same output"):
        await bench.plan(OTHER_JOB)
    await pass_days(bench, 31)
    intent = await bench.plan(OTHER_JOB)
    assert (intent.cached, bench.store.claims[(USER, FINGERPRINT)].job_id) == (False, OTHER_JOB)


async def test_planning_against_removing_never_hands_out_what_is_gone(bench: JobsBench) -> None:
    """Whichever writes the claim first: either the clip stays, or it is made anew."""
    for _ in range(20):
        bench = JobsBench(settings=bench.settings)
        await finish(bench)
        lay(bench)
        bench.clock.advance(31 * DAY.total_seconds())
        seed(bench.store, make_job(bench.clock, job_id=OTHER_JOB))
        results = await asyncio.gather(bench.tidier.sweep(), bench.plan(OTHER_JOB), return_exceptions=True)
        if getattr(results[1], "cached", False):
            assert CLIP_KEY in bench.box.objects
        else:
            await bench.tidier.sweep()
            assert CLIP_KEY not in bench.box.objects


@pytest.mark.parametrize("is_heard", [False, True])
@pytest.mark.parametrize("nth", range(19))
async def test_wherever_death_comes_all_of_it_goes(bench: JobsBench, nth: int, is_heard: bool) -> None:
    await finish(bench)
    lay(bench, *UNOWNED)
    bench.clock.advance(31 * DAY.total_seconds())
    fate = Fate(nth, is_heard)
    mortal = replace(bench, store=Mortal(bench.store, fate), box=Mortal(bench.box, fate))  # type: ignore[arg-type]
    with pytest.raises(KilledError):
        await mortal.tidier.retaining.remove(JOB)
    for _ in range(2):
        await pass_days(bench, 0.01)
    assert bench.box.objects == {}
    assert await bench.assets.list_chores(bench.clock.now() + 900 * DAY, 25) == []


async def test_a_store_that_is_away_is_asked_again(bench: JobsBench) -> None:
    await finish(bench)
    lay(bench)
    bench.box.error = DependencyUnavailableError("S3 is away")
    await pass_days(bench, 31)
    assert set(bench.box.objects) == set(FILES)
    bench.box.error = None
    await pass_days(bench, 0.01)
    assert bench.box.objects == {}


async def test_a_job_that_is_resumed_in_time_keeps_its_files(bench: JobsBench, http: httpx.AsyncClient) -> None:
    await finish(bench)
    lay(bench)
    bench.clock.advance(29 * DAY.total_seconds())
    answer = await http.post(f"/api/v1/jobs/{JOB}/scenes/1/regenerate")
    assert answer.status_code == 202, answer.text
    assert answer.json()["media_until"] is None
    await pass_days(bench, 2)
    assert set(bench.box.objects) == set(FILES)


async def test_what_a_living_neighbour_was_made_of_stays(bench: JobsBench) -> None:
    await finish(bench)
    bench.clock.advance(10 * DAY.total_seconds())
    later = f"u/{USER}/segments/r/later.mp4"
    seed(bench.store, replace(_ended(bench, OTHER_JOB), media_until=bench.clock.now() + 30 * DAY))
    lay(bench)
    bench.clock.advance(1)
    lay(bench, later)
    bench.box.written[f"u/{USER}/segments/r/a.mp4"] = bench.clock.now() - 11 * DAY
    await pass_days(bench, 20.1)
    assert later in bench.box.objects
    assert f"u/{USER}/segments/r/a.mp4" not in bench.box.objects


def _ended(bench: JobsBench, job_id: JobId) -> Job:
    ended = {"status": JobStatus.FAILED, "money": Money.CLOSED, "lease_until": None}
    return make_job(bench.clock, job_id=job_id, **ended)


@pytest.mark.parametrize(
    "changes",
    [{"status": JobStatus.GENERATING}, {"money": Money.RESERVED}, {"media_until": None}],
    ids=["at work", "not closed", "kept for ever"],
)
async def test_a_job_that_is_not_due_is_left_alone(bench: JobsBench, changes: dict[str, Any]) -> None:
    seed(bench.store, replace(_ended(bench, JOB), **{"media_until": bench.clock.now(), **changes}))
    bench.clock.advance(1)
    await bench.tidier.retaining.remove(JOB)
    assert (await bench.read()).job.media_removed_at is None
    await bench.tidier.retaining.remove(OTHER_JOB)


async def test_a_claim_never_grows_without_end(bench: JobsBench) -> None:
    users = tuple(JobId(f"job_{number}") for number in range(MOST_USERS))
    claim = Claim(
        user_id=USER,
        fingerprint=FINGERPRINT,
        job_id=users[0],
        intent_id=IntentId("x"),
        state=ClaimState.READY,
        output_key=CLIP_KEY,
        users=users,
        version=1,
    )
    bench.store.claims[(USER, FINGERPRINT)] = claim
    await finish(bench)
    lay(bench)
    assert bench.store.claims[(USER, FINGERPRINT)] == claim
    await pass_days(bench, 31)
    assert CLIP_KEY in bench.box.objects
    assert VIDEO not in bench.box.objects
    assert bench.store.claims[(USER, name_video(VIDEO))].state is ClaimState.RELEASED
