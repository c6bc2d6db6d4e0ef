"""The pieces of work of this process: bounded, kept under a lease, ended when nobody asks for them any more."""

import asyncio
import errno
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Final

import structlog

from omnigen_composer.domain.keys import WorkRequest, export_folder
from omnigen_composer.domain.problems import ComposerBusyError, CompositionFailedError, ProblemRecord
from omnigen_composer.ports import ArtefactStore, Workshop
from omnigen_composer.service.leases import Held, Lease, LeaseLostError, Leases
from omnigen_shared.errors import ProblemError
from omnigen_shared.signals import WORK, Metric
from omnigen_shared.telemetry import meter
from omnigen_shared.tracing import mark_failed, open_span

BUSY_RETRY_AFTER_S: Final = 2
EXPORTS_PER_USER: Final = 4
BEGUN: Final = 0.01
"""How far a piece of work is that does not queue any more."""
NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
ROOM_RETRY_AFTER_S: Final = 5
_log = structlog.get_logger()
_depth: Final = meter().create_up_down_counter(Metric.QUEUE_DEPTH)


class WorkStoppedError(Exception):
    """The work ends without a result and without a fault of its own."""


@dataclass(slots=True, eq=False)
class Work:
    """One artefact being made, or found to be made elsewhere."""

    key: str
    request: WorkRequest
    polled_at: float
    progress: float = 0.0
    problem: ProblemRecord | None = None
    admission: "asyncio.Future[Lease | Held | ProblemRecord]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    """What the store said about the lease; always gets a result."""

    def report(self, progress: float) -> None:
        self.progress = max(self.progress, progress)


@dataclass(frozen=True, slots=True)
class CrewLimits:
    """How much is done at once, and how long without being asked for."""

    max_running: int
    max_queued: int
    renew_after_s: float
    abandon_after_s: float


class Crew:
    """Starts, keeps and ends the work of this process."""

    def __init__(self, store: ArtefactStore, workshop: Workshop, leases: Leases, limits: CrewLimits) -> None:
        self._store = store
        self._workshop = workshop
        self._leases = leases
        self._limits = limits
        self._slots = asyncio.Semaphore(limits.max_running)
        self._export_slots = asyncio.Semaphore(max(limits.max_running // 2, 1))
        self._works: dict[str, tuple[Work, asyncio.Task[None]]] = {}

    def join(self, key: str, request: WorkRequest) -> tuple[Work, "asyncio.Task[None]"]:
        """The work on this key, begun now unless it runs already. ComposerBusyError when there is too much."""
        present = self._works.get(key)
        if present is None:
            present = self._start(key, request)
        present[0].polled_at = self._leases.now_s()
        return present

    async def stop(self, key: str) -> bool:
        """End the work on this key and its children; whether there was any."""
        present = self._works.get(key)
        if present is None:
            return False
        await _end([present[1]])
        return True

    async def close(self) -> None:
        """End everything and give the leases up."""
        await _end([task for _, task in self._works.values()])

    def _start(self, key: str, request: WorkRequest) -> tuple[Work, "asyncio.Task[None]"]:
        if len(self._works) >= self._limits.max_running + self._limits.max_queued:
            raise ComposerBusyError(
                f"{len(self._works)} pieces of work are running or waiting.", retry_after_s=BUSY_RETRY_AFTER_S
            )
        self._check_exports(key)
        work = Work(key, request, self._leases.now_s())
        task = asyncio.create_task(self._run(work))
        task.add_done_callback(lambda _: self._leave(work))  # a task that is cancelled at once never runs
        self._works[key] = work, task
        _depth.add(1)
        return work, task

    def _check_exports(self, key: str) -> None:
        """One user's exports leave room for everybody's videos."""
        folder = export_folder(key)
        if folder is not None and sum(export_folder(other) == folder for other in self._works) >= EXPORTS_PER_USER:
            raise ComposerBusyError(
                f"{EXPORTS_PER_USER} exports of the same user are being made.", retry_after_s=BUSY_RETRY_AFTER_S
            )

    def _leave(self, work: Work) -> None:
        del self._works[work.key]
        _depth.add(-1)
        if not work.admission.done():
            work.admission.set_result(Held(0.0))

    async def _run(self, work: Work) -> None:
        """Below the span of whoever asked first, though it goes on when that one has been answered."""
        with open_span("composer.work", {WORK: type(work.request).__name__.removesuffix("Request").lower()}) as span:
            admission = await self._admit(work)
            work.admission.set_result(admission)
            if isinstance(admission, Lease):
                await self._make_under(admission, work)
            if work.problem is not None:
                mark_failed(span, work.problem.code)

    async def _admit(self, work: Work) -> Lease | Held | ProblemRecord:
        try:
            return await self._leases.acquire(work.key)
        except ProblemError as problem:
            return ProblemRecord.from_error(problem)

    async def _make_under(self, lease: Lease, work: Work) -> None:
        try:
            found = await self._store.find(work.key)
            if found is None or found.result_json is None:  # else it was finished while the lease was asked for
                await self._make_while_kept(lease, work)
        except (WorkStoppedError, LeaseLostError) as stop:
            _log.info("work_stopped", key=work.key, reason=str(stop))
        except ProblemError as problem:
            _log.info("work_failed", key=work.key, code=problem.code, detail=problem.detail)
            work.problem = ProblemRecord.from_error(_find_shortage(problem) or problem)
        except Exception as error:  # noqa: BLE001 - the border of a piece of work: whoever asks next has to be told
            work.problem = ProblemRecord.from_error(_find_shortage(error) or _find_crash(error, work.key))
        finally:
            await self._close_lease(lease, work)

    async def _close_lease(self, lease: Lease, work: Work) -> None:
        try:
            if work.problem is None:
                await self._leases.release(lease)
            else:
                await self._leases.fail(lease, work.problem)
        except (ProblemError, LeaseLostError) as error:
            _log.warning("lease_left", key=work.key, reason=str(error))  # it expires by itself

    async def _make_while_kept(self, lease: Lease, work: Work) -> None:
        """Whichever ends first ends the other: the work, or the right and the reason to do it."""
        making = asyncio.create_task(self._make(work))
        keeping = asyncio.create_task(self._keep(lease, work))
        try:
            done, _ = await asyncio.wait({making, keeping}, return_when=asyncio.FIRST_COMPLETED)
            (making if making in done else keeping).result()
        finally:
            await _end([making, keeping])

    async def _make(self, work: Work) -> None:
        asked = time.monotonic()
        is_export = export_folder(work.key) is not None
        async with self._export_slots if is_export else nullcontext(), self._slots:
            begun = time.monotonic()
            work.report(BEGUN)
            await self._workshop.make(work.key, work.request, work.report)
        own_ms, queued_ms = round((time.monotonic() - begun) * 1000), round((begun - asked) * 1000)
        _log.info("work_done", key=work.key, kind=type(work.request).__name__, own_ms=own_ms, queued_ms=queued_ms)

    async def _keep(self, lease: Lease, work: Work) -> None:
        while True:
            await asyncio.sleep(self._limits.renew_after_s)
            await self._leases.renew(lease, work.progress)
            if lease.record.canceled:
                raise WorkStoppedError("canceled")
            polled_at = max(work.polled_at, lease.record.polled_at)
            if self._leases.now_s() - polled_at > self._limits.abandon_after_s:
                raise WorkStoppedError("abandoned")


async def _end(tasks: "list[asyncio.Task[None]]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _find_crash(error: Exception, key: str) -> CompositionFailedError:
    _log.error("work_crashed", key=key, exc_info=error)
    return CompositionFailedError(f"Unforeseen: {type(error).__name__}.")


def _find_shortage(error: BaseException | None) -> ComposerBusyError | None:
    """What to say when there was no room on the disk: nothing that is worked on is to blame, and others make room."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            _log.warning("disk_full")
            return ComposerBusyError("There is no room on the composer's disk.", retry_after_s=ROOM_RETRY_AFTER_S)
        error = error.__cause__
    return None
