"""Rate leases from quota."""

from typing import Final

from pydantic import ValidationError

from omnigen_gateway.ports import StaleNumberError
from omnigen_shared.client import InternalClient
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.rates import RateLease, RateLeaseRequest
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.errors import DependencyUnavailableError, RemoteProblemError

PATH: Final = "/internal/v1/rate-leases"
TIMEOUT_S: Final = 1.0
"""Of one attempt. A request waits for it, so it is short."""


class QuotaLeases:
    """Implements ports.LeaseSource."""

    def __init__(self, client: InternalClient) -> None:
        self._client = client

    async def lease(self, user_id: UserId, plan: PlanName, request: RateLeaseRequest) -> RateLease:
        try:
            reply = await self._client.call("POST", PATH, subject=user_id, plan=plan, body=request.model_dump())
        except RemoteProblemError as problem:
            if problem.remote_code == "stale_lease":
                raise StaleNumberError from problem
            raise DependencyUnavailableError(f"quota answered {problem.remote_code}: {problem.detail}") from problem
        try:
            return RateLease.model_validate(reply.body)
        except ValidationError as error:
            raise DependencyUnavailableError("quota answered something that is no lease.") from error
