"""How far a scene is. Two runs of one step may report side by side, so what lies behind changes nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from omnigen_jobs.domain import events
from omnigen_jobs.domain.changes import Change
from omnigen_jobs.domain.keys import check_owned
from omnigen_jobs.domain.problems import SceneClosedError
from omnigen_jobs.domain.records import Record, Scene
from omnigen_jobs.domain.stages import check_attempt
from omnigen_jobs.domain.takes import begin_again, take_anew
from omnigen_shared.contracts.job import SceneState, UpdateScene
from omnigen_shared.errors import NotFoundError

_RANKS: Final[Mapping[SceneState, int]] = {
    SceneState.QUEUED: 0,
    SceneState.THROTTLED: 1,
    SceneState.GENERATING: 1,
    SceneState.INGESTED: 2,
    SceneState.PREPARED: 3,
    SceneState.FAILED: 4,
}


def update_scene(record: Record, attempt: int, number: int, body: UpdateScene, now: datetime) -> Change | None:
    """The scene's new state with what came with it; None when that is known or lies behind."""
    job = record.job
    check_attempt(job, attempt)
    if body.clip_key is not None:
        check_owned(job.user_id, "clip_key", body.clip_key)
    scene = get_scene(record, number)
    if body.take < scene.take:
        return None
    if body.take == scene.take:
        _check_open(scene, body.state)
    after = _merge(replace(scene, round=job.round), body, now)
    if after is None:
        return None
    return Change(fence=job, scenes=(after,), event=events.scene_changed(job, after, now))


def get_scene(record: Record, number: int) -> Scene:
    """NotFoundError when the storyboard has no such scene."""
    scene = record.find_scene(number)
    if scene is None:
        raise NotFoundError(f"{record.job.job_id} has no scene {number}.")
    return scene


def begin_take(record: Record, number: int, now: datetime) -> Scene:
    """The scene with its next take to be made. NotFoundError; SceneClosedError once it has ended in this round."""
    scene = get_scene(record, number)
    if scene.state in {SceneState.PREPARED, SceneState.FAILED}:
        raise _closed(scene)
    return take_anew(record, scene, None, now)


def _check_open(scene: Scene, state: SceneState) -> None:
    has_failed = scene.state is SceneState.FAILED and state is not SceneState.FAILED
    would_fail = scene.state is SceneState.PREPARED and state is SceneState.FAILED
    if has_failed or would_fail:
        raise _closed(scene)


def _closed(scene: Scene) -> SceneClosedError:
    return SceneClosedError(f"Scene {scene.number} is {scene.state.value}.", details={"state": scene.state.value})


def _merge(known: Scene, body: UpdateScene, now: datetime) -> Scene | None:
    scene = begin_again(known, body.take, known.updated_at) if body.take > known.take else known
    if _RANKS[body.state] < _RANKS[scene.state]:
        return None
    after = replace(
        scene,
        state=body.state,
        clip_key=body.clip_key or scene.clip_key,
        problem=body.problem or scene.problem,
    )
    return None if after == known else replace(after, updated_at=now)
