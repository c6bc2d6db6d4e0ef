"""Paid calls: planned and moved by an execution; and which predictions no intent holds."""

from typing import Final

from fastapi import APIRouter

from omnigen_jobs.routes.needs import Execution, Generator, IntentPath, Uses
from omnigen_jobs.schemas.snapshots import to_intent_record, to_snapshot
from omnigen_shared.contracts.job import (
    CloseSocket,
    IntentRecord,
    JobSnapshot,
    MoveIntent,
    PlanIntent,
    SpoilOutput,
    Unbound,
    UnboundQuery,
)

router: Final = APIRouter(prefix="/internal/v1", tags=["intents"])
INTENT: Final = "/jobs/{job_id}/attempts/{attempt}/intents/{intent_id}"


@router.put(INTENT)
async def put_intent(run: Execution, uses: Uses, intent_id: IntentPath, body: PlanIntent) -> IntentRecord:
    return to_intent_record(await uses.spending.plan(run.user_id, run.job_id, run.attempt, intent_id, body))


@router.post(INTENT + "/moves")
async def post_move(run: Execution, uses: Uses, intent_id: IntentPath, body: MoveIntent) -> IntentRecord:
    return to_intent_record(await uses.spending.move(run.user_id, run.job_id, run.attempt, intent_id, body))


@router.post(INTENT + "/closed")
async def post_closed(run: Execution, uses: Uses, intent_id: IntentPath, body: CloseSocket) -> IntentRecord:
    return to_intent_record(await uses.spending.close_socket(run.user_id, run.job_id, run.attempt, intent_id, body))


@router.post(INTENT + "/spoiled")
async def post_spoiled(run: Execution, uses: Uses, intent_id: IntentPath, body: SpoilOutput) -> JobSnapshot:
    return to_snapshot(await uses.spending.spoil(run.user_id, run.job_id, run.attempt, intent_id, body))


@router.post("/predictions/unbound")
async def post_unbound(_caller: Generator, uses: Uses, body: UnboundQuery) -> Unbound:
    return Unbound(provider_ids=await uses.spending.list_unbound(body.provider_ids))
