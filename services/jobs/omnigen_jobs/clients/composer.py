"""The composer over internal HTTP, on behalf of the job's user: an export's key is its state."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from omnigen_jobs.domain.problems import NoVideoError
from omnigen_jobs.domain.records import Job
from omnigen_shared.client import InternalClient
from omnigen_shared.contracts.composer import Pending
from omnigen_shared.contracts.exports import ExportRequest, ExportResult, PreviewRequest, export_key
from omnigen_shared.errors import DependencyUnavailableError, RemoteProblemError

TIMEOUT_S: Final = 10
HOLD_S: Final = 3
"""How long the composer keeps a caller for a result: the small ones are there by then."""
ACCEPTED: Final = 202
GONE: Final = "source_missing"
PASSING: Final = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class ComposerClient:
    """The Exporter port."""

    client: InternalClient

    async def order(self, job: Job, request: ExportRequest | PreviewRequest) -> ExportResult | Pending:
        path = f"/v1/exports/{quote(export_key(job.user_id, request))}"
        body, headers = request.model_dump(mode="json"), {"Prefer": f"wait={HOLD_S}"}
        try:
            reply = await self.client.call("PUT", path, subject=job.user_id, plan=job.plan, body=body, headers=headers)
        except RemoteProblemError as problem:
            raise _translate(problem) from problem
        return (Pending if reply.status == ACCEPTED else ExportResult).model_validate(reply.body)


def _translate(problem: RemoteProblemError) -> Exception:
    if problem.remote_code == GONE:
        return NoVideoError("The video's file is not in the store any more.", remedy="Order the video again.")
    if problem.remote_status in PASSING:
        return DependencyUnavailableError(problem.detail, retry_after_s=problem.retry_after_s)
    return problem
