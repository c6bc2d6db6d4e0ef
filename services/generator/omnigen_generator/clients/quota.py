"""The quota service over internal HTTP: one paid call at a time."""

from omnigen_generator.clients.problems import translated
from omnigen_generator.domain.attempts import AttemptRef
from omnigen_generator.domain.errors import BudgetExceededError, ReservationMissingError
from omnigen_generator.ports import Quota
from omnigen_shared.client import InternalClient
from omnigen_shared.contracts.base import Contract, IntentId
from omnigen_shared.contracts.spending import SettleRequest, SpendRequest


class HttpQuota(Quota):
    """Calls quota on behalf of the job's user."""

    def __init__(self, client: InternalClient) -> None:
        self._client = client

    async def spend(self, ref: AttemptRef, month: str, intent_id: IntentId, price_microusd: int) -> None:
        with translated({"budget_exceeded": BudgetExceededError}):
            await self._call(ref, month, "PUT", intent_id, SpendRequest(price_microusd=price_microusd))

    async def settle(self, ref: AttemptRef, month: str, intent_id: IntentId, actual_microusd: int) -> None:
        with translated({}):
            await self._call(ref, month, "POST", f"{intent_id}/settle", SettleRequest(actual_microusd=actual_microusd))

    async def refund(self, ref: AttemptRef, month: str, intent_id: IntentId) -> None:
        with translated({"not_found": ReservationMissingError}):
            await self._call(ref, month, "POST", f"{intent_id}/refund")

    async def _call(self, ref: AttemptRef, month: str, method: str, action: str, body: Contract | None = None) -> None:
        path = f"/internal/v1/reservations/{month}/{ref.job_id}/intents/{action}"
        sent = None if body is None else body.model_dump(mode="json")
        await self._client.call(method, path, subject=ref.user_id, plan=ref.plan, body=sent)
