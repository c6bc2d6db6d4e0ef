"""The quota service over internal HTTP: one paid call at a time."""

from omnigen_generator.clients.problems import translated
from omnigen_generator.domain.attempts import AttemptRef
from omnigen_generator.domain.errors import BudgetExceededError, ReservationMissingError
from omnigen_generator.ports import Quota
from omnigen_shared.client import InternalClient
from omnigen_shared.contracts.base import Contract
from omnigen_shared.contracts.job import IntentRecord
from omnigen_shared.contracts.spending import SettleRequest, SpendRequest


class HttpQuota(Quota):
    """Calls quota on behalf of the job's user."""

    def __init__(self, client: InternalClient) -> None:
        self._client = client

    async def spend(self, ref: AttemptRef, intent: IntentRecord) -> None:
        with translated({"budget_exceeded": BudgetExceededError}):
            await self._call(ref, intent, "PUT", "", SpendRequest(price_microusd=intent.price_microusd))

    async def settle(self, ref: AttemptRef, intent: IntentRecord, actual_microusd: int) -> None:
        with translated({}):
            await self._call(ref, intent, "POST", "/settle", SettleRequest(actual_microusd=actual_microusd))

    async def refund(self, ref: AttemptRef, intent: IntentRecord) -> None:
        with translated({"not_found": ReservationMissingError}):
            await self._call(ref, intent, "POST", "/refund")

    async def _call(
        self, ref: AttemptRef, intent: IntentRecord, method: str, action: str, body: Contract | None = None
    ) -> None:
        path = f"/internal/v1/reservations/{intent.month}/{intent.reservation_id}/intents/{intent.intent_id}{action}"
        sent = None if body is None else body.model_dump(mode="json")
        await self._client.call(method, path, subject=ref.user_id, plan=ref.plan, body=sent)
