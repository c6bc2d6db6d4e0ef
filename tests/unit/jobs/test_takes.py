"""Takes of a scene: asked for in other words, told apart, and chosen again."""

from dataclasses import replace
from typing import Any

import pytest
from tests.fakes.jobs_bench import JOB, USER, JobsBench, make_output
from tests.fakes.jobs_rounds import CHAINED, CLIP_PRICE, begin, clip_key, complete, fail, make_mortal
from tests.fakes.sudden_death import Fate, KilledError

from omnigen_jobs.domain.problems import NothingMissingError, TooManyTakesError
from omnigen_jobs.domain.records import Record
from omnigen_jobs.domain.rounds import Wish
from omnigen_jobs.domain.takes import MOST_TAKES, list_takes, prompt_of
from omnigen_jobs.schemas.receipts import Receipt
from omnigen_jobs.schemas.views import JobView
from omnigen_jobs.service.attempts import Attempts
from omnigen_shared.contracts.base import IntentId
from omnigen_shared.contracts.job import BeginStage, IntentStatus, JobStatus, SceneState, SpoilOutput, UpdateScene
from omnigen_shared.errors import InvalidRequestError, NotFoundError

NEW = "a lighthouse in the fog"
REWRITTEN = Wish(scene=1, prompt=NEW)


async def resume(bench: JobsBench, wish: Wish) -> Record:
    return await bench.uses.resuming.resume(USER, JOB, wish)


def prompts(record: Record) -> list[str]:
    assert record.job.storyboard is not None
    return [scene.prompt for scene in record.job.storyboard.scenes]


async def make_take(bench: JobsBench, take: int) -> Record:
    """The round's clip of scene 1 arrives, and the video is finished with it."""
    job = (await bench.read()).job
    name = IntentId(f"scene-01.{take}.{job.round}")
    attempts: Attempts = bench.uses.attempts
    await bench.plan(intent=name, attempt=job.attempt, fingerprint=f"{take:x}".rjust(64, "f"))
    moves: list[tuple[str, str, dict[str, Any]]] = [
        ("planned", "reserved", {}),
        ("reserved", "sending", {"owner": "w1"}),
        ("sending", "created", {"provider_id": f"p-{job.round}-{take}"}),
        ("created", "ingested", {"output_key": clip_key(10 + take)}),
        ("ingested", "settled", {"actual_microusd": CLIP_PRICE}),
    ]
    for expected, status, told in moves:
        await bench.move(expected, status, intent=name, attempt=job.attempt, **told)
    prepared = UpdateScene(state=SceneState.PREPARED, take=take, clip_key=clip_key(10 + take))
    await attempts.update_scene(USER, JOB, job.attempt, 1, prepared)
    return await finish(bench)


async def finish(bench: JobsBench) -> Record:
    job = (await bench.read()).job
    for status in (JobStatus.PLANNING, JobStatus.GENERATING, JobStatus.COMPOSING):
        await bench.uses.attempts.begin_stage(USER, JOB, job.attempt, BeginStage(status=status))
    await bench.uses.ending.complete(USER, JOB, job.attempt, make_output())
    return await bench.read()


async def test_new_words_hold_from_the_next_take_on_and_the_old_are_remembered() -> None:
    bench = await complete()
    old = prompts(await bench.read())
    record = await resume(bench, REWRITTEN)
    assert prompts(record) == [NEW, *old[1:]]
    assert (record.all_scenes[0].state, record.all_scenes[0].take) == (SceneState.QUEUED, 2)
    assert [prompt_of(record, 1, take) for take in (1, 2, 3)] == [old[0], NEW, NEW]
    record = await make_take(bench, 2)
    assert [(take.number, take.prompt) for take in list_takes(record, 1)] == [(1, old[0]), (2, NEW)]


async def test_new_words_cost_what_a_take_costs() -> None:
    plain, rewritten = await complete(), await complete()
    first, second = await resume(plain, Wish(scene=1)), await resume(rewritten, REWRITTEN)
    assert second.job.round_max_microusd == first.job.round_max_microusd
    assert second.job.estimate_microusd == first.job.estimate_microusd


async def test_the_same_words_leave_no_trace() -> None:
    bench = await complete()
    old = prompts(await bench.read())
    record = await resume(bench, Wish(scene=1, prompt=old[0]))
    assert (prompts(record), record.scenes[0].words, record.scenes[0].take) == (old, (), 2)


async def test_with_cascade_only_the_scene_itself_is_rewritten(chained: JobsBench) -> None:
    old = prompts(await chained.read())
    record = await resume(chained, replace(REWRITTEN, cascade=True))
    assert prompts(record) == [NEW, *old[1:]]
    assert [scene.take for scene in record.all_scenes] == [2, 2, 2]


@pytest.fixture
async def chained() -> JobsBench:
    bench = await begin(**CHAINED)
    await fail(bench)
    return bench


async def test_a_former_take_is_chosen_for_nothing_with_its_words() -> None:
    bench = await complete()
    old = prompts(await bench.read())
    await resume(bench, REWRITTEN)
    await make_take(bench, 2)
    record = await resume(bench, Wish(scene=1, take=1))
    scene = record.all_scenes[0]
    assert (scene.state, scene.take, scene.clip_key) == (SceneState.INGESTED, 1, clip_key(1))
    assert prompts(record) == old
    assert (record.job.round_max_microusd, record.job.next_round) == (CLIP_PRICE * 2, None), "scene 3 was never made"


async def test_after_a_choice_the_next_take_has_a_number_of_its_own_and_the_chosen_words() -> None:
    bench = await complete()
    old = prompts(await bench.read())
    await resume(bench, REWRITTEN)
    await make_take(bench, 2)
    await resume(bench, Wish(scene=1, take=1))
    await finish(bench)
    record = await resume(bench, Wish(scene=1))
    assert record.all_scenes[0].take == 3
    assert [prompt_of(record, 1, take) for take in (1, 2, 3)] == [old[0], NEW, old[0]]


async def test_a_chosen_clip_that_turns_out_useless_makes_a_take_with_a_number_of_its_own() -> None:
    bench = await complete()
    old = prompts(await bench.read())
    await resume(bench, REWRITTEN)
    await make_take(bench, 2)
    job = (await resume(bench, Wish(scene=1, take=1))).job
    spoiled = SpoilOutput(reason="it is torn", scene=1)
    await bench.uses.spending.spoil(USER, JOB, job.attempt, IntentId("scene-01.1"), spoiled)
    record = await bench.read()
    assert (record.all_scenes[0].take, prompt_of(record, 1, 3)) == (3, old[0])
    assert [take.number for take in list_takes(record, 1)] == [2]


async def test_what_cannot_be_chosen_says_so() -> None:
    bench = await complete()
    with pytest.raises(NothingMissingError):
        await resume(bench, Wish(scene=1, take=1))
    with pytest.raises(NotFoundError):
        await resume(bench, Wish(scene=1, take=2))
    with pytest.raises(NotFoundError):
        await resume(bench, Wish(scene=9, take=1))
    with pytest.raises(InvalidRequestError):
        await resume(bench, Wish(scene=1, take=1, cascade=True))
    assert (await bench.read()).job.next_round is None


async def test_there_is_an_end_to_takes() -> None:
    bench = await complete()
    await resume(bench, Wish(scene=1))
    await make_take(bench, MOST_TAKES)
    with pytest.raises(TooManyTakesError):
        await resume(bench, Wish(scene=1))
    assert (await bench.read()).job.status is JobStatus.COMPLETED


async def test_job_and_receipt_tell_which_take_had_which_words() -> None:
    bench = await complete()
    old = prompts(await bench.read())
    await resume(bench, REWRITTEN)
    record = await make_take(bench, 2)
    scene = JobView.of_record(record).scenes[0]
    assert [(take.take, take.prompt, take.links["clip"]) for take in scene.takes] == [
        (1, old[0], f"/api/v1/jobs/{JOB}/scenes/1/takes/1"),
        (2, NEW, f"/api/v1/jobs/{JOB}/scenes/1/takes/2"),
    ]
    assert scene.retake_usd == "0.15"
    told = {call.intent_id: call.prompt for call in Receipt.of(record, bench.clock.now()).calls}
    assert told == {"scene-01.1": old[0], "scene-01.2.2": NEW, "scene-02.1": old[1], "scene-03.1": old[2]}


async def count_calls() -> int:
    bench = await complete()
    fate = Fate(10**9, is_heard=False)
    await resume(make_mortal(bench, fate), REWRITTEN)
    return fate.calls


@pytest.mark.parametrize("is_heard", [False, True])
async def test_wherever_death_comes_the_words_are_changed_once_or_not_at_all(is_heard: bool) -> None:
    for nth in range(await count_calls()):
        bench = await complete()
        old = prompts(await bench.read())
        with pytest.raises(KilledError):
            await resume(make_mortal(bench, Fate(nth, is_heard)), REWRITTEN)
        for _ in range(3):
            bench.clock.advance(46)
            await bench.reaper.sweep()
        record = await bench.read()
        if record.job.status.is_terminal:
            assert (prompts(record), record.scenes[0].words) == (old, ()), nth
            record = await resume(bench, REWRITTEN)
        assert prompts(record) == [NEW, *old[1:]], nth
        assert (record.all_scenes[0].take, record.job.round) == (2, 2), nth
        assert [words.since_take for words in record.scenes[0].words] == [1, 2], nth
        assert all(intent.status is not IntentStatus.SENDING for intent in record.intents)
