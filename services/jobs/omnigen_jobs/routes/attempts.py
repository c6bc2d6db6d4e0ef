"""/internal/v1/jobs/{id}/attempts/{n}: what an execution reports. Answers are the record as it stands afterwards."""

from typing import Annotated, Final

from fastapi import APIRouter, Path

from omnigen_jobs.routes.needs import Execution, Uses
from omnigen_jobs.schemas.snapshots import to_snapshot
from omnigen_shared.contracts.job import (
    BeginStage,
    ContinueAttempt,
    JobOutput,
    JobProblem,
    JobSnapshot,
    Progress,
    StoreMusic,
    StoreStoryboard,
    UpdateScene,
)

router: Final = APIRouter(prefix="/internal/v1/jobs/{job_id}/attempts/{attempt}", tags=["attempts"])
SceneNumber = Annotated[int, Path(ge=1, le=99)]


@router.post("/heartbeat")
async def post_heartbeat(run: Execution, uses: Uses) -> JobSnapshot:
    return to_snapshot(await uses.attempts.heartbeat(run.user_id, run.job_id, run.attempt))


@router.post("/status")
async def post_status(run: Execution, uses: Uses, body: BeginStage) -> JobSnapshot:
    return to_snapshot(await uses.attempts.begin_stage(run.user_id, run.job_id, run.attempt, body))


@router.put("/storyboard")
async def put_storyboard(run: Execution, uses: Uses, body: StoreStoryboard) -> JobSnapshot:
    return to_snapshot(await uses.attempts.store_storyboard(run.user_id, run.job_id, run.attempt, body))


@router.put("/scenes/{number}")
async def put_scene(run: Execution, uses: Uses, number: SceneNumber, body: UpdateScene) -> JobSnapshot:
    return to_snapshot(await uses.attempts.update_scene(run.user_id, run.job_id, run.attempt, number, body))


@router.put("/music")
async def put_music(run: Execution, uses: Uses, body: StoreMusic) -> JobSnapshot:
    return to_snapshot(await uses.attempts.store_music(run.user_id, run.job_id, run.attempt, body))


@router.put("/progress")
async def put_progress(run: Execution, uses: Uses, body: Progress) -> JobSnapshot:
    return to_snapshot(await uses.attempts.mark_progress(run.user_id, run.job_id, run.attempt, body))


@router.post("/complete")
async def post_complete(run: Execution, uses: Uses, body: JobOutput) -> JobSnapshot:
    return to_snapshot(await uses.ending.complete(run.user_id, run.job_id, run.attempt, body))


@router.post("/fail")
async def post_fail(run: Execution, uses: Uses, body: JobProblem) -> JobSnapshot:
    return to_snapshot(await uses.ending.fail(run.user_id, run.job_id, run.attempt, body))


@router.post("/continue")
async def post_continue(run: Execution, uses: Uses) -> ContinueAttempt:
    return ContinueAttempt(attempt=await uses.attempts.continue_job(run.user_id, run.job_id, run.attempt))
