"""Erases users. A pass may be cut off anywhere: the next one finds what is left.

Order: batches, which would begin more → jobs at work are stopped → jobs that are accounted for, with links, events,
calls → what webhooks were told → what stands under the user → files. A job's own item goes last of it, so that it is
found until all of it is gone.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from omnigen_jobs.domain import erasures as rules
from omnigen_jobs.domain import retaining
from omnigen_jobs.domain.changes import bumped
from omnigen_jobs.domain.erasures import Erasure
from omnigen_jobs.domain.records import Job
from omnigen_jobs.ports import JobStore, PostStore, WriteConflictError
from omnigen_jobs.ports.assets import ErasureStore, UploadBox
from omnigen_jobs.service.ending import Ending
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.contracts.job import JobKind
from omnigen_shared.errors import ProblemError

JOBS_PER_PASS: Final = 50
_SOON: Final = timedelta(hours=1)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Erasing:
    """Nothing of it needs the user to be there."""

    store: ErasureStore
    jobs: JobStore
    post: PostStore
    box: UploadBox
    ending: Ending
    clock: Clock

    async def ask(self, user_id: UserId) -> Erasure:
        """From now on it is seen to, whoever dies. Asking again changes nothing."""
        stored = await self.store.find_erasure(user_id)
        asked = rules.ask(stored, user_id, self.clock.now())
        if asked is stored:
            return asked
        try:
            await self.store.put_erasure(asked)
        except WriteConflictError:  # somebody asks at the same time
            return asked
        _log.info("erasure_asked", user_id=user_id)
        return bumped(asked)

    async def do_pass(self, user_id: UserId) -> None:
        """One pass over all that is kept. WriteConflictError when somebody else is at it."""
        stored, now = await self.store.find_erasure(user_id), self.clock.now()
        if stored is None or stored.due_at > now:
            return
        taken = rules.take(stored, await self.post.get_hooks(user_id), now)
        await self.store.put_erasure(taken)
        erasure = bumped(taken)
        found = await self._erase(erasure)
        if rules.is_over(erasure, found, self.clock.now()):
            await self.store.remove_erasure(erasure)
            _log.info("user_erased", user_id=user_id)
        else:
            await self.store.put_erasure(rules.look_again(erasure, self.clock.now()))

    async def _erase(self, erasure: Erasure) -> int:
        """How much there was."""
        user_id = erasure.user_id
        batches = await self.store.remove_batches(user_id)
        job_ids = await self.store.list_job_ids(user_id, JOBS_PER_PASS)
        left = [await self._erase_job(user_id, job_id) for job_id in job_ids]
        messages = [await self.store.remove_messages(hook_id) for hook_id in erasure.hook_ids]
        if any(left) or len(job_ids) == JOBS_PER_PASS:
            return len(job_ids)
        items = await self.store.remove_user_items(user_id)
        files = await self.box.remove_older(f"u/{user_id}/", self.clock.now() + _SOON)
        return batches + len(job_ids) + sum(messages) + items + files

    async def _erase_job(self, user_id: UserId, job_id: JobId) -> bool:
        """Whether something has to be waited for."""
        record = await self.jobs.find_record(job_id)
        if record is not None and record.job.user_id != user_id:
            return False
        if record is not None and not (rules.can_go(record.job) and await self._hide(record.job)):
            await self._stop(record.job)
            return True
        calls = () if record is None else tuple(call.provider_id for call in record.intents if call.provider_id)
        await self.store.remove_job(job_id, calls)
        return False

    async def _hide(self, job: Job) -> bool:
        """False when somebody has written it since, as its user may while their sessions act."""
        hidden = retaining.hide(job, self.clock.now())
        try:
            if hidden is not None:
                await self.jobs.commit(hidden)
        except WriteConflictError:
            return False
        return True

    async def _stop(self, job: Job) -> None:
        """What cannot be stopped ends by itself, at its deadline at the latest."""
        if job.status.is_terminal or job.kind is not JobKind.VIDEO:
            return
        try:
            await self.ending.cancel(job.user_id, job.job_id)
        except ProblemError as problem:
            _log.info("job_not_stopped", job_id=job.job_id, code=problem.code)
