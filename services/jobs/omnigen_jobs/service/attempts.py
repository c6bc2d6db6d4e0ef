"""What an execution reports of its job: stages, plan, scenes, music, progress; and that it lives."""

from collections.abc import Callable
from datetime import timedelta

from omnigen_jobs.domain import pins, scenes, stages
from omnigen_jobs.domain.changes import Change
from omnigen_jobs.domain.problems import StaleAttemptError
from omnigen_jobs.domain.records import Job, Pin, Record
from omnigen_jobs.ports import JobStore, WriteConflictError
from omnigen_jobs.service.ending import Ending
from omnigen_jobs.service.launching import Launcher
from omnigen_jobs.service.writing import get_record, write
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.contracts.job import BeginStage, Progress, StoreMusic, StoreStoryboard, UpdateScene
from omnigen_shared.contracts.storyboard import Storyboard


class Attempts:
    """Every method answers the record as it stands afterwards. StaleAttemptError, JobTerminalError, NotFoundError."""

    def __init__(self, store: JobStore, launcher: Launcher, ending: Ending, clock: Clock, lease: timedelta) -> None:
        self._store = store
        self._launcher = launcher
        self._ending = ending
        self._clock = clock
        self._lease = lease

    async def heartbeat(self, user_id: UserId, job_id: JobId, attempt: int) -> Record:
        """The attempt lives: its lease is renewed when that is due. Every step of an execution begins with this."""
        try:
            return await self._write(
                user_id, job_id, lambda record: stages.renew_lease(record.job, attempt, self._clock.now(), self._lease)
            )
        except StaleAttemptError:
            await self._write(
                user_id,
                job_id,
                lambda record: stages.learn_patience(record.job, attempt, self._clock.now(), self._lease),
            )
            raise

    async def begin_stage(self, user_id: UserId, job_id: JobId, attempt: int, body: BeginStage) -> Record:
        """StageSkippedError when a stage between was left out."""
        return await self._write(
            user_id, job_id, lambda record: stages.begin_stage(record.job, attempt, body.status, self._clock.now())
        )

    async def store_storyboard(self, user_id: UserId, job_id: JobId, attempt: int, body: StoreStoryboard) -> Record:
        """The first one wins, also among equal orders of the user. It ends a job that is a plan alone."""

        async def decide(record: Record) -> Change | None:
            storyboard, pin = await self._choose_plan(record.job, body.storyboard)
            chosen = body.model_copy(update={"storyboard": storyboard})
            return stages.store_storyboard(record.job, attempt, chosen, pin, self._clock.now())

        record = await write(self._store, user_id, job_id, decide)
        return await self._ending.try_to_close(record) if record.job.status.is_terminal else record

    async def _choose_plan(self, job: Job, proposed: Storyboard) -> tuple[Storyboard, Pin | None]:
        if not pins.is_pinned(job):
            return proposed, None
        pin = await self._store.find_pin(job.user_id, pins.digest_of(job))
        holder = None if pin is None else await self._store.find_record(pin.job_id)
        return pins.choose_plan(pin, holder, job, proposed)

    async def update_scene(
        self, user_id: UserId, job_id: JobId, attempt: int, number: int, body: UpdateScene
    ) -> Record:
        """SceneClosedError when the scene is at its end."""
        return await self._write(
            user_id, job_id, lambda record: scenes.update_scene(record, attempt, number, body, self._clock.now())
        )

    async def store_music(self, user_id: UserId, job_id: JobId, attempt: int, body: StoreMusic) -> Record:
        """The first one wins."""
        return await self._write(
            user_id, job_id, lambda record: stages.store_music(record.job, attempt, body.music_key, self._clock.now())
        )

    async def mark_progress(self, user_id: UserId, job_id: JobId, attempt: int, body: Progress) -> Record:
        """At most one a second is kept."""
        return await self._write(
            user_id, job_id, lambda record: stages.mark_progress(record.job, attempt, body, self._clock.now())
        )

    async def continue_job(self, user_id: UserId, job_id: JobId, attempt: int) -> int:
        """The number of the attempt that was started in place of this one."""
        record = await get_record(self._store, user_id, job_id)
        stages.check_attempt(record.job, attempt)
        try:
            started = await self._launcher.start_next(record.job)
        except WriteConflictError:
            return await self.continue_job(user_id, job_id, attempt)
        return started.attempt

    async def _write(self, user_id: UserId, job_id: JobId, decide: Callable[[Record], Change | None]) -> Record:
        async def decide_now(record: Record) -> Change | None:
            return decide(record)

        return await write(self._store, user_id, job_id, decide_now)
