"""Jobs that have ended and may have another round: three scenes, the last of which was not made."""

from typing import Any, Final

from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import JOB, USER, JobsBench, make_job, make_output, make_problem, make_storyboard
from tests.fakes.sudden_death import Fate, Mortal

from omnigen_jobs.domain.records import Intent
from omnigen_shared.contracts.base import IntentId
from omnigen_shared.contracts.job import IntentStatus, JobStatus, SceneState, UpdateScene
from omnigen_shared.contracts.storyboard import Continuity
from omnigen_shared.testing.clock import FrozenClock

CLIP_PRICE: Final = 6 * 25_000

CHAINED: Final = {"request": make_job(FrozenClock()).request.model_copy(update={"continuity": Continuity.CHAINED})}


def clip_key(number: int) -> str:
    return f"u/{USER}/clips/{number}.mp4"


async def begin(**changes: Any) -> JobsBench:
    """A job of three scenes that is being composed, all clips but the last ingested and paid."""
    bench = JobsBench()
    given = {"storyboard": make_storyboard(), "status": JobStatus.COMPOSING, "music_key": f"u/{USER}/music/a.mp3"}
    seed(bench.store, make_job(bench.clock, **{**given, **changes}))
    bench.quota.states[JOB] = "open"
    for number in (1, 2, 3):
        name = IntentId(f"scene-0{number}.1")
        await bench.plan(intent=name, fingerprint=f"{number:064x}")
        if number < 3:
            await bench.send(f"p-{number}", intent=name)
            await bench.move("created", "ingested", intent=name, output_key=clip_key(number))
            await bench.move("ingested", "settled", intent=name, actual_microusd=CLIP_PRICE)
            told = UpdateScene(state=SceneState.PREPARED, clip_key=clip_key(number))
            await bench.uses.attempts.update_scene(USER, JOB, 1, number, told)
    return bench


def furnish_take(bench: JobsBench) -> None:
    """A job's scene 1 has had a first take, which is there."""
    call = Intent(
        intent_id=IntentId("scene-01.1"),
        status=IntentStatus.SETTLED,
        model="m",
        fingerprint="a" * 64,
        price_microusd=CLIP_PRICE,
        actual_microusd=CLIP_PRICE,
        input={},
        output_key=clip_key(1),
        version=1,
    )
    bench.store.intents[JOB, call.intent_id] = call


async def fail(bench: JobsBench) -> None:
    told = UpdateScene(state=SceneState.FAILED, problem=make_problem())
    await bench.uses.attempts.update_scene(USER, JOB, 1, 3, told)
    await bench.uses.ending.fail(USER, JOB, 1, make_problem())


async def fail_in_doubt() -> JobsBench:
    """The job without its last clip, of which nobody knows whether it is made."""
    bench = await begin()
    await doubt(bench, IntentId("scene-03.1"))
    await fail(bench)
    return bench


async def doubt(bench: JobsBench, name: IntentId, attempt: int = 1) -> None:
    """A planned call is sent, and nobody knows what became of it."""
    await bench.move("planned", "reserved", intent=name, attempt=attempt)
    await bench.move("reserved", "sending", intent=name, attempt=attempt, owner="w1")
    await bench.move("sending", "unknown", intent=name, attempt=attempt)


async def complete() -> JobsBench:
    """The job with its video."""
    bench = await begin()
    await bench.uses.ending.complete(USER, JOB, 1, make_output())
    return bench


def make_mortal(bench: JobsBench, fate: Fate) -> JobsBench:
    """The same job, in a process that dies when fate has it."""
    store, quota, workflow = (Mortal(port, fate) for port in (bench.store, bench.quota, bench.workflow))
    return JobsBench(store=store, quota=quota, workflow=workflow, keys=bench.store, clock=bench.clock)
