"""Another round over the same record pays for what is missing, and for nothing else."""

from typing import Any

import pytest
from tests.fakes.generator_provider import NEVER_S, Fault
from tests.fakes.generator_world import CLIPS, World

from omnigen_shared.contracts.composer import BodyRequest
from omnigen_shared.contracts.job import IntentStatus, JobStatus, SceneState

CLIP_PRICE = 5 * 25_000


def run_to_failure(*faults: Fault, listed_after_s: float = 0) -> World:
    world = World()
    world.provider.listed_after_s = listed_after_s
    world.provider.script(CLIPS, *faults)
    world.order()
    assert world.run().status is JobStatus.FAILED
    world.provider.listed_after_s = 0
    return world


def bodies(world: World) -> set[str]:
    return {body.clip_key for body in world.composer.segments.values() if isinstance(body, BodyRequest)}


@pytest.mark.parametrize("fault", [Fault.FAILED, Fault.REFUSED, Fault.MODERATED])
def test_a_scene_that_failed_is_bought_alone(fault: Fault) -> None:
    world = run_to_failure(fault)
    spent, sent = world.quota.spent_microusd("job_1"), len(world.provider.creates)
    job = world.resume()
    assert job.status is JobStatus.COMPLETED
    assert world.quota.spent_microusd("job_1") - spent == CLIP_PRICE
    assert world.provider.creates[sent:] == [CLIPS]
    assert world.intent("scene-01.1").status is IntentStatus.REFUNDED
    assert world.intent("scene-01.1.2").reservation_id != world.intent("scene-01.1").reservation_id


def test_the_same_order_after_a_resumption_pays_for_nothing() -> None:
    world = run_to_failure(Fault.FAILED)
    world.resume()
    again = world.beside("job_2")
    again.order()
    assert again.run().status is JobStatus.COMPLETED
    assert again.quota.used_microusd("job_2") == 0


def test_what_nobody_knows_the_fate_of_is_not_made_again_but_another_take() -> None:
    world = run_to_failure(Fault.REQUEST_LOST, listed_after_s=NEVER_S)
    job = world.resume()
    assert job.status is JobStatus.COMPLETED
    assert job.scenes[0].take == 2
    assert world.intent("scene-01.1").status is IntentStatus.UNKNOWN
    assert world.quota.held_microusd("job_1") == CLIP_PRICE
    assert set(world.provider.bill().values()) == {1}


def test_a_clip_that_was_under_way_is_taken_over_and_not_bought_again() -> None:
    world = World()
    world.provider.latency_s = 150
    world.order(time_s=100)
    assert world.run().status is JobStatus.FAILED
    sent = len(world.provider.creates)
    job = world.resume()
    assert job.status is JobStatus.COMPLETED
    assert CLIPS not in world.provider.creates[sent:]
    assert set(world.provider.bill().values()) == {1}
    assert world.quota.held_microusd("job_1") == 0


def test_a_regenerated_scene_changes_that_scene_only() -> None:
    world = World()
    world.order()
    first = world.run()
    before, sent = bodies(world), len(world.provider.creates)
    second = world.resume(regenerated=2)
    assert second.status is JobStatus.COMPLETED
    assert world.provider.creates[sent:] == [CLIPS]
    assert [scene.take for scene in second.scenes] == [1, 2, 1]
    assert [a.clip_key == b.clip_key for a, b in zip(first.scenes, second.scenes, strict=True)] == [True, False, True]
    assert bodies(world) - before == {second.scenes[1].clip_key}
    assert second.output != first.output


def test_two_clips_of_no_use_in_one_round_do_not_end_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.order()
    taken = world.composer.put_segment
    limit = 2

    async def refuse_two(ref: Any, key: str, request: Any) -> Any:
        is_second = isinstance(request, BodyRequest) and request.head_frames and request.tail_frames
        if is_second and len(refused | {request.clip_key}) <= limit:
            refused.add(request.clip_key)
            world.composer.bad_clips.add(request.clip_key)
        return await taken(ref, key, request)

    refused: set[str] = set()
    monkeypatch.setattr(type(world.composer), "put_segment", lambda _, *args, **_held: refuse_two(*args))
    assert world.run().status is JobStatus.FAILED
    job = world.resume()
    assert job.status is JobStatus.COMPLETED
    assert job.scenes[1].take == 3
    assert {scene.state for scene in job.scenes} == {SceneState.PREPARED}
