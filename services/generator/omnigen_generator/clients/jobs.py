"""The jobs service over internal HTTP: every call names its attempt."""

from typing import Any

from omnigen_generator.clients.problems import JOBS_ERRORS, translated
from omnigen_generator.domain.attempts import AttemptRef
from omnigen_generator.ports import JobRecords
from omnigen_shared.client import InternalClient
from omnigen_shared.contracts.base import Contract, IntentId
from omnigen_shared.contracts.job import (
    BeginStage,
    CloseSocket,
    ContinueAttempt,
    IntentRecord,
    JobOutput,
    JobProblem,
    JobSnapshot,
    JobStatus,
    MoveIntent,
    PlanIntent,
    Progress,
    SpoilOutput,
    StoreMusic,
    StoreStoryboard,
    Unbound,
    UnboundQuery,
    UpdateScene,
)


class HttpJobRecords(JobRecords):
    """Calls jobs on behalf of the job's user."""

    def __init__(self, client: InternalClient) -> None:
        self._client = client

    async def beat(self, ref: AttemptRef) -> JobSnapshot:
        return JobSnapshot.model_validate(await self._call(ref, "POST", "heartbeat"))

    async def begin_stage(self, ref: AttemptRef, status: JobStatus) -> JobSnapshot:
        return JobSnapshot.model_validate(await self._call(ref, "POST", "status", BeginStage(status=status)))

    async def store_storyboard(self, ref: AttemptRef, stored: StoreStoryboard) -> JobSnapshot:
        return JobSnapshot.model_validate(await self._call(ref, "PUT", "storyboard", stored))

    async def update_scene(self, ref: AttemptRef, number: int, update: UpdateScene) -> JobSnapshot:
        return JobSnapshot.model_validate(await self._call(ref, "PUT", f"scenes/{number}", update))

    async def store_music(self, ref: AttemptRef, music_key: str) -> JobSnapshot:
        return JobSnapshot.model_validate(await self._call(ref, "PUT", "music", StoreMusic(music_key=music_key)))

    async def report_progress(self, ref: AttemptRef, progress: Progress) -> None:
        await self._call(ref, "PUT", "progress", progress)

    async def plan_intent(self, ref: AttemptRef, intent_id: IntentId, plan: PlanIntent) -> IntentRecord:
        return IntentRecord.model_validate(await self._call(ref, "PUT", f"intents/{intent_id}", plan))

    async def move_intent(self, ref: AttemptRef, intent_id: IntentId, move: MoveIntent) -> IntentRecord:
        return IntentRecord.model_validate(await self._call(ref, "POST", f"intents/{intent_id}/moves", move))

    async def close_socket(self, ref: AttemptRef, intent_id: IntentId, owner: str) -> IntentRecord:
        body = CloseSocket(owner=owner)
        return IntentRecord.model_validate(await self._call(ref, "POST", f"intents/{intent_id}/closed", body))

    async def spoil(self, ref: AttemptRef, intent_id: IntentId, spoiled: SpoilOutput) -> JobSnapshot:
        return JobSnapshot.model_validate(await self._call(ref, "POST", f"intents/{intent_id}/spoiled", spoiled))

    async def list_unbound(self, ref: AttemptRef, provider_ids: tuple[str, ...]) -> frozenset[str]:
        query = UnboundQuery(provider_ids=provider_ids)
        answer = await self._send(ref, "POST", "/internal/v1/predictions/unbound", query)
        return frozenset(Unbound.model_validate(answer).provider_ids)

    async def complete(self, ref: AttemptRef, output: JobOutput) -> None:
        await self._call(ref, "POST", "complete", output)

    async def fail(self, ref: AttemptRef, problem: JobProblem) -> None:
        await self._send(ref, "POST", self._path(ref, "fail"), problem)

    async def continue_attempt(self, ref: AttemptRef) -> ContinueAttempt:
        return ContinueAttempt.model_validate(await self._call(ref, "POST", "continue"))

    async def _call(self, ref: AttemptRef, method: str, action: str, body: Contract | None = None) -> Any:
        return await self._send(ref, method, self._path(ref, action), body)

    @staticmethod
    def _path(ref: AttemptRef, action: str) -> str:
        return f"/internal/v1/jobs/{ref.job_id}/attempts/{ref.attempt}/{action}"

    async def _send(self, ref: AttemptRef, method: str, path: str, body: Contract | JobProblem | None) -> Any:
        sent = None if body is None else body.model_dump(mode="json")
        with translated(JOBS_ERRORS):
            reply = await self._client.call(method, path, subject=ref.user_id, plan=ref.plan, body=sent)
        return reply.body
