"""Where batches are kept."""

from collections.abc import Sequence
from typing import Protocol

from omnigen_jobs.domain.batches import Batch, BatchId
from omnigen_shared.contracts.base import UserId


class BatchStore(Protocol):
    """Reads are consistent. DependencyUnavailableError when the table does not answer."""

    async def find_batch(self, user_id: UserId, batch_id: BatchId) -> Batch | None:
        """The user's own."""
        ...

    async def list_batches(self, user_id: UserId, before: BatchId | None, limit: int) -> Sequence[Batch]:
        """Those that are older than `before`, the newest first."""
        ...

    async def put_batch(self, batch: Batch) -> None:
        """Write on top of the version that it carries; WriteConflictError otherwise."""
        ...
