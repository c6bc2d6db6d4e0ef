"""What the use cases need from outside: the job table, quota, the state machine, links to media."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from omnigen_jobs.domain.changes import Change
from omnigen_jobs.domain.cursors import ALL_JOBS, JobFilter, PageMark
from omnigen_jobs.domain.hooks import HookId, Hooks
from omnigen_jobs.domain.idempotency import Entry
from omnigen_jobs.domain.messages import (
    Attempt,
    Errand,
    Message,
    MessageId,
    MessageMark,
    Notice,
    NoticeMark,
    Posting,
)
from omnigen_jobs.domain.records import Binding, Claim, Event, Intent, Job, Pin, Pulse, Record, Send, Stray
from omnigen_jobs.domain.watching import Watch
from omnigen_shared.contracts.base import IntentId, JobId, UserId
from omnigen_shared.contracts.composer import Pending
from omnigen_shared.contracts.exports import ExportRequest, ExportResult, PreviewRequest
from omnigen_shared.contracts.job import ExecutionKind
from omnigen_shared.contracts.spending import Reservation


class WriteConflictError(Exception):
    """Somebody else wrote first: what was read is no longer true. Read again and decide again."""


@dataclass(frozen=True, slots=True)
class Page:
    """Jobs of a user, newest first. `following` is where the next page begins, None at the end."""

    jobs: tuple[Job, ...]
    following: PageMark | None


class JobStore(Protocol):
    """The record of every job. Reads are consistent, but for lists over an index.

    DependencyUnavailableError when the table does not answer.
    """

    async def find_job(self, job_id: JobId) -> Job | None:
        """The job without its scenes and intents."""
        ...

    async def find_record(self, job_id: JobId) -> Record | None:
        """The job with its scenes and intents, without its events."""
        ...

    async def find_pulse(self, job_id: JobId) -> Pulse | None:
        """Status and progress: cheap enough to be asked twice a second."""
        ...

    async def find_claim(self, user_id: UserId, fingerprint: str) -> Claim | None:
        """Who makes or made the output of this fingerprint of the user."""
        ...

    async def find_binding(self, provider_id: str) -> Binding | None:
        """Which intent the provider's prediction belongs to."""
        ...

    async def find_send(self, digest: str) -> Send | None:
        """Whose call of this model and input is being sent."""
        ...

    async def find_pin(self, user_id: UserId, digest: str) -> Pin | None:
        """The storyboard of equal orders."""
        ...

    async def keep_stray(self, stray: Stray, kept_until: datetime) -> None:
        """Keep it at least until then; the same message again changes nothing that matters."""
        ...

    async def list_strays(self) -> Sequence[Stray]:
        """All that are kept, in no order."""
        ...

    async def list_bound(self, provider_ids: Sequence[str]) -> frozenset[str]:
        """Those of up to 500 provider ids that belong to an intent."""
        ...

    async def commit(self, change: Change) -> None:
        """Do the whole change, its event with the next number; or raise WriteConflictError and do nothing of it.

        Each entity is written only on top of the version that it carries, a binding only where there is none; a send
        that is over is removed. Where the job itself is not written, its attempt must still be the fence's, and it must
        not have ended, or be settled by that attempt.
        """
        ...

    async def put_claim(self, claim: Claim) -> None:
        """Write a claim alone, on top of the version that it carries; WriteConflictError otherwise."""
        ...

    async def discard(self, job: Job) -> None:
        """Remove a job that nobody was told of. WriteConflictError when it was written since."""
        ...

    async def list_events(self, job_id: JobId, after: int, limit: int) -> Sequence[Event]:
        """Events with a greater number than `after`, in order."""
        ...

    async def list_jobs(
        self, user_id: UserId, before: PageMark | None, limit: int, wanted: JobFilter = ALL_JOBS
    ) -> Page:
        """The user's visible jobs, newest first (an index: a job may be missing for a moment).

        A bounded number is looked at, so a page may hold fewer than are wanted, and another one follow.
        """
        ...

    async def list_due(self, now: datetime, limit_per_shard: int) -> Sequence[JobId]:
        """Jobs whose lease has run out, the longest overdue of each shard first (an index: read each before use)."""
        ...


class CensusStore(Protocol):
    """What each task watches. DependencyUnavailableError when the table does not answer."""

    async def put_watch(self, watch: Watch) -> None:
        """In place of what this task has said before."""
        ...

    async def list_watches(self, now: datetime) -> Sequence[Watch]:
        """Of all tasks, what holds at this time."""
        ...


class KeyStore(Protocol):
    """The Idempotency-Keys of users."""

    async def find_entry(self, user_id: UserId, key: str) -> Entry | None:
        """What is stored of the key, expired or not."""
        ...

    async def put_entry(self, entry: Entry) -> None:
        """Write on top of the version that it carries; WriteConflictError otherwise."""
        ...

    async def remove_entry(self, entry: Entry) -> None:
        """Forget the key, if it is still at this version; WriteConflictError otherwise."""
        ...


class PostStore(Protocol):
    """Webhooks, and what is on its way to them. Reads are consistent, but for list_errands over an index."""

    async def get_hooks(self, user_id: UserId) -> Hooks:
        """The user's; of version 0 when there never were any."""
        ...

    async def find_notice(self, mark: NoticeMark) -> Notice | None:
        """Written together with the event that it is about."""
        ...

    async def find_message(self, mark: MessageMark) -> Message | None:
        """The message as it stands."""
        ...

    async def list_messages(self, hook_id: HookId, before: MessageId | None, limit: int) -> Sequence[Message]:
        """Those of a webhook that are older than `before`, the newest first."""
        ...

    async def list_errands(self, now: datetime, limit_per_shard: int) -> Sequence[Errand]:
        """What is due, the longest overdue first (an index: read each before use)."""
        ...

    async def commit(self, posting: Posting) -> None:
        """All of it, each on top of the version that it carries; or raise WriteConflictError and do nothing of it."""
        ...


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a request to a webhook. `wish_s`: how long it wants to be left alone; `is_gone`: for ever."""

    attempt: Attempt
    wish_s: float = 0
    is_gone: bool = False


class Receivers(Protocol):
    """The servers of users that listen to webhooks."""

    def check(self, url: str) -> None:
        """InvalidRequestError for an address that nothing would be sent to, whatever it resolves to."""
        ...

    async def send(self, url: str, secrets: Sequence[str], message: Message, at: datetime) -> Sent:
        """Signs the message by each secret, sends it once, and tells what came of it. Raises nothing of the outside."""
        ...


class Quota(Protocol):
    """The service that alone changes money. All calls are idempotent.

    DependencyUnavailableError and RemoteProblemError leave open whether a call was heard.
    """

    async def reserve(self, job: Job) -> Reservation:
        """Up to round_max_microusd, and a place in the month unless the job has taken one that counts.

        QuotaExceededError, PlanLimitError, SpendingPausedError: nothing is held.
        """
        ...

    async def settle(self, job: Job, intent: Intent, actual_microusd: int) -> None:
        """Charge a paid call."""
        ...

    async def refund(self, job: Job, intent: Intent) -> None:
        """Give back what a call held; also fine when quota never heard of the call."""
        ...

    async def commit(self, job: Job, month: str) -> None:
        """The job is completed: keep what was spent, give back the rest."""
        ...

    async def release(self, job: Job, month: str) -> None:
        """The job has failed: give its place and the rest back; also fine when quota never heard of it."""
        ...


class Workflow(Protocol):
    """The state machine."""

    async def start(self, job: Job, kind: ExecutionKind = ExecutionKind.MAKE) -> None:
        """Start an execution of the job's present attempt. DependencyUnavailableError: it may or may not run."""
        ...

    async def look(self, job: Job, intent_id: IntentId, provider_id: str) -> None:
        """Start one beside it that looks at a single paid call, once. DependencyUnavailableError as above."""
        ...


class Exporter(Protocol):
    """The composer, as far as finished clips and videos go. Asking begins the work, and asking again tells of it."""

    async def order(self, job: Job, request: ExportRequest | PreviewRequest) -> ExportResult | Pending:
        """The finished file, or how far it is. NoVideoError when its source is gone; DependencyUnavailableError."""
        ...


class MediaLinks(Protocol):
    """Links that a browser can follow without signing in, for a while."""

    async def link(self, key: str, filename: str, media_type: str, *, is_saved: bool = False) -> str:
        """A URL of the stored object, shown in the browser, or saved at once, under the file name."""
        ...
