"""Paid calls as an execution plans and moves them. Each answer is the stored intent."""

from omnigen_jobs.domain import intents, sends, spoiling
from omnigen_jobs.domain.changes import Change
from omnigen_jobs.domain.claims import MOVING_CLAIMS
from omnigen_jobs.domain.intents import Held
from omnigen_jobs.domain.moves import check_move
from omnigen_jobs.domain.records import Intent, Record
from omnigen_jobs.ports import JobStore
from omnigen_jobs.service.writing import write
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.base import IntentId, JobId, UserId
from omnigen_shared.contracts.job import CloseSocket, IntentStatus, MoveIntent, PlanIntent, SpoilOutput


class Spending:
    """StaleAttemptError, JobTerminalError, NotFoundError everywhere."""

    def __init__(self, store: JobStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def plan(self, user_id: UserId, job_id: JobId, attempt: int, intent_id: IntentId, body: PlanIntent) -> Intent:
        """The stored intent, new or not.

        ClipInProgressError while another intent makes the same output, ClipSpoiledError when that was of no use.
        """

        async def decide(record: Record) -> Change | None:
            claim = await self._store.find_claim(user_id, body.fingerprint) if body.claims_clip else None
            return intents.plan_intent(record, attempt, intent_id, body, claim)

        return intents.get_intent(await write(self._store, user_id, job_id, decide), intent_id)

    async def move(self, user_id: UserId, job_id: JobId, attempt: int, intent_id: IntentId, body: MoveIntent) -> Intent:
        """One step. IntentMovedError, PredictionBoundError, SendInProgressError, InvalidRequestError."""
        check_move(body)

        async def decide(record: Record) -> Change | None:
            heard = intents.hear(record.job, body)
            held = await self._find_held(record, intent_id, heard)
            return intents.move_intent(record, attempt, intent_id, heard, held, self._clock.now())

        return intents.get_intent(await write(self._store, user_id, job_id, decide), intent_id)

    async def close_socket(
        self, user_id: UserId, job_id: JobId, attempt: int, intent_id: IntentId, body: CloseSocket
    ) -> Intent:
        """IntentMovedError unless this owner is sending."""

        async def decide(record: Record) -> Change | None:
            return intents.close_socket(record, attempt, intent_id, body.owner, self._clock.now())

        return intents.get_intent(await write(self._store, user_id, job_id, decide), intent_id)

    async def spoil(
        self, user_id: UserId, job_id: JobId, attempt: int, intent_id: IntentId, body: SpoilOutput
    ) -> Record:
        """The record afterwards. SceneClosedError when the scene has ended."""

        async def decide(record: Record) -> Change | None:
            claim = await self._store.find_claim(user_id, intents.get_intent(record, intent_id).fingerprint)
            return spoiling.spoil_output(record, attempt, intent_id, body, claim, self._clock.now())

        return await write(self._store, user_id, job_id, decide)

    async def list_unbound(self, provider_ids: tuple[str, ...]) -> tuple[str, ...]:
        """Those that belong to no intent, in the order they came in."""
        bound = await self._store.list_bound(provider_ids)
        return tuple(provider_id for provider_id in dict.fromkeys(provider_ids) if provider_id not in bound)

    async def _find_held(self, record: Record, intent_id: IntentId, move: MoveIntent) -> Held:
        intent = intents.get_intent(record, intent_id)
        claim = binding = send = None
        if IntentStatus.SENDING in {move.status, intent.status}:
            send = await self._store.find_send(sends.digest_of(intent))
        if move.status is IntentStatus.CREATED:
            binding = await self._store.find_binding(str(move.provider_id))
        if move.status in MOVING_CLAIMS or intent.status is IntentStatus.UNKNOWN:
            claim = await self._store.find_claim(record.job.user_id, intent.fingerprint)
        return Held(claim=claim, binding=binding, send=send)
