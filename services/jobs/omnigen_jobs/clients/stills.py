"""The composer over internal HTTP, for pictures that users have sent."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from omnigen_jobs.clients.composer import ACCEPTED, GONE, HOLD_S, PASSING
from omnigen_jobs.domain.problems import UploadInvalidError, UploadMissingError
from omnigen_shared.client import InternalClient
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.composer import Pending
from omnigen_shared.contracts.stills import StillRequest, StillResult, still_key
from omnigen_shared.errors import DependencyUnavailableError, RemoteProblemError

_UNFIT: Final = "still_invalid"


@dataclass(frozen=True, slots=True)
class StillClient:
    """The StillStudio port."""

    client: InternalClient

    async def order(self, user_id: UserId, request: StillRequest) -> StillResult | Pending:
        path = f"/v1/stills/{quote(still_key(user_id, request))}"
        body, headers = request.model_dump(mode="json"), {"Prefer": f"wait={HOLD_S}"}
        try:
            reply = await self.client.call("PUT", path, subject=user_id, body=body, headers=headers)
        except RemoteProblemError as problem:
            raise _translate(problem) from problem
        return (Pending if reply.status == ACCEPTED else StillResult).model_validate(reply.body)


def _translate(problem: RemoteProblemError) -> Exception:
    if problem.remote_code == GONE:
        return UploadMissingError("Nothing lies in the store for this upload.")
    if problem.remote_code == _UNFIT:
        return UploadInvalidError(problem.detail, details=problem.details)
    if problem.remote_status in PASSING:
        return DependencyUnavailableError(problem.detail, retry_after_s=problem.retry_after_s)
    return problem
