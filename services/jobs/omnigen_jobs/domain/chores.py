"""What has to be tidied up in time, whether anybody asks or not."""

from dataclasses import dataclass

from omnigen_jobs.domain.batches import BatchId
from omnigen_shared.contracts.base import JobId, UserId


@dataclass(frozen=True, slots=True)
class UploadsChore:
    """Files that a user has sent, and that are not needed any more."""

    user_id: UserId


@dataclass(frozen=True, slots=True)
class MediaChore:
    """Files of a job that were kept long enough."""

    job_id: JobId


@dataclass(frozen=True, slots=True)
class ErasureChore:
    """A user of whom nothing is to be left."""

    user_id: UserId


@dataclass(frozen=True, slots=True)
class BatchChore:
    """A batch of which something waits."""

    user_id: UserId
    batch_id: BatchId


Chore = UploadsChore | MediaChore | ErasureChore | BatchChore
