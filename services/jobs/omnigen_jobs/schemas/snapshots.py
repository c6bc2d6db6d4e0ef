"""The record as the generator reads it."""

from dataclasses import asdict

from omnigen_jobs.domain.records import Intent, Record, Scene
from omnigen_shared.contracts.job import IntentRecord, JobSnapshot, SceneRecord


def to_snapshot(record: Record) -> JobSnapshot:
    """Everything but the events; scenes that nobody has touched are there as queued."""
    job = record.job
    return JobSnapshot(
        job_id=job.job_id,
        user_id=job.user_id,
        kind=job.kind,
        plan=job.plan,
        status=job.status,
        attempt=job.attempt,
        round=job.round,
        deadline_at=job.deadline_at,
        request=job.request,
        plan_take=job.plan_take,
        cuts=job.cuts,
        recipe_id=job.recipe_id,
        storyboard=job.storyboard,
        music_key=job.music_key,
        scenes=tuple(_to_scene(scene) for scene in record.all_scenes),
        intents=tuple(to_intent_record(intent) for intent in record.intents),
        output=job.output,
        problem=job.problem,
    )


def to_intent_record(intent: Intent) -> IntentRecord:
    return IntentRecord.model_validate(asdict(intent))


def _to_scene(scene: Scene) -> SceneRecord:
    return SceneRecord(
        number=scene.number,
        state=scene.state,
        take=scene.take,
        clip_key=scene.clip_key,
        problem=scene.problem,
        updated_at=scene.updated_at,
    )
