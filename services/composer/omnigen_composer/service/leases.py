"""Who makes an artefact: one note per key in the store, shared by every task of this service.

A lease is created with If-None-Match, renewed and taken over with If-Match. Whoever polls leaves the time in it, a
cancellation or a failure is written into it, so that it does not matter which task a caller reaches.
"""

import uuid
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ConfigDict

from omnigen_composer.domain.keys import lease_key
from omnigen_composer.domain.problems import ProblemRecord
from omnigen_composer.ports import Note, NoteStore
from omnigen_shared.clock import Clock
from omnigen_shared.errors import DependencyUnavailableError

FAILURE_KEPT_S: Final = 600
_ATTEMPTS: Final = 5


class LeaseLostError(Exception):
    """Another task has taken the work over, or the lease is gone."""


class LeaseRecord(BaseModel):
    """What the note says. Times are seconds since 1970."""

    model_config = ConfigDict(frozen=True)

    owner: str
    expires_at: float
    polled_at: float
    progress: float = 0.0
    canceled: bool = False
    problem: ProblemRecord | None = None

    def encode(self) -> bytes:
        return self.model_dump_json().encode()

    def with_(self, **changes: object) -> "LeaseRecord":
        return self.model_copy(update=changes)


@dataclass(slots=True)
class Lease:
    """A lease that is held: the latest version that its holder knows."""

    key: str
    record: LeaseRecord
    etag: str


@dataclass(frozen=True, slots=True)
class Held:
    """Another task holds the lease, and is that far."""

    progress: float


class Leases:
    """The leases of one task of this service."""

    def __init__(self, notes: NoteStore, clock: Clock, duration_s: float, touch_after_s: float) -> None:
        self._notes = notes
        self._clock = clock
        self._duration_s = duration_s
        self._touch_after_s = touch_after_s

    def now_s(self) -> float:
        """Seconds since 1970."""
        return self._clock.now().timestamp()

    async def acquire(self, key: str) -> Lease | Held | ProblemRecord:
        """The lease; or who else has it; or why the last one failed, which is forgotten by telling it."""
        owner, note_key = uuid.uuid4().hex, lease_key(key)
        for _ in range(_ATTEMPTS):
            record = self._fresh(owner)
            if etag := await self._notes.create_note(note_key, record.encode()):
                return Lease(key, record, etag)
            if note := await self._notes.find_note(note_key):
                outcome = await self._contend(key, note, record)
                if outcome is not None:
                    return outcome
        raise DependencyUnavailableError(f"The lease of {key} changes too quickly.", retry_after_s=1)

    async def renew(self, lease: Lease, progress: float) -> None:
        """Hold it longer; lease.record then shows what others have written. LeaseLostError when it is not ours."""
        await self._write(lease, expires_at=self.now_s() + self._duration_s, progress=progress)

    async def fail(self, lease: Lease, problem: ProblemRecord) -> None:
        """Keep the problem for whoever asks next. LeaseLostError when it is not ours."""
        await self._write(lease, expires_at=self.now_s() + FAILURE_KEPT_S, problem=problem)

    async def forget(self, key: str, problem: ProblemRecord) -> None:
        """Remove a kept problem that has been answered, so that the work may be tried again."""
        note = await self._notes.find_note(lease_key(key))
        if note is not None and LeaseRecord.model_validate_json(note.body).problem == problem:
            await self._notes.remove_note(lease_key(key), note.etag)

    async def release(self, lease: Lease) -> None:
        """Give it up, also when others have written into it; nothing when it is not ours any more."""
        if await self._notes.remove_note(lease_key(lease.key), lease.etag):
            return
        try:
            await self._reread(lease)
        except LeaseLostError:
            return
        await self._notes.remove_note(lease_key(lease.key), lease.etag)

    async def cancel(self, key: str) -> None:
        """Tell whoever holds the lease to stop."""
        note = await self._notes.find_note(lease_key(key))
        if note is None:
            return
        record = LeaseRecord.model_validate_json(note.body)
        if record.problem is not None:
            await self._notes.remove_note(lease_key(key), note.etag)
        elif not record.canceled:
            await self._notes.replace_note(lease_key(key), record.with_(canceled=True).encode(), note.etag)

    def _fresh(self, owner: str) -> LeaseRecord:
        now_s = self.now_s()
        return LeaseRecord(owner=owner, expires_at=now_s + self._duration_s, polled_at=now_s)

    async def _contend(self, key: str, note: Note, fresh: LeaseRecord) -> Lease | Held | ProblemRecord | None:
        """What a note that was there already means; None when it has changed meanwhile."""
        found = LeaseRecord.model_validate_json(note.body)
        if found.owner == fresh.owner:
            return Lease(key, found, note.etag)  # the reply to our own create was lost
        if found.expires_at <= self.now_s():
            etag = await self._notes.replace_note(lease_key(key), fresh.encode(), note.etag)
            return None if etag is None else Lease(key, fresh, etag)
        if found.problem is not None:
            return found.problem if await self._notes.remove_note(lease_key(key), note.etag) else None
        await self._touch(key, note, found)
        return Held(found.progress)

    async def _touch(self, key: str, note: Note, found: LeaseRecord) -> None:
        """Somebody still waits for it. Seldom written: a lost race only means that another one has said so."""
        now_s = self.now_s()
        if now_s - found.polled_at >= self._touch_after_s:
            await self._notes.replace_note(lease_key(key), found.with_(polled_at=now_s).encode(), note.etag)

    async def _write(self, lease: Lease, **changes: object) -> None:
        for _ in range(_ATTEMPTS):
            record = lease.record.with_(**changes)
            if etag := await self._notes.replace_note(lease_key(lease.key), record.encode(), lease.etag):
                lease.record, lease.etag = record, etag
                return
            await self._reread(lease)
        raise LeaseLostError(lease.key)

    async def _reread(self, lease: Lease) -> None:
        note = await self._notes.find_note(lease_key(lease.key))
        if note is None:
            raise LeaseLostError(lease.key)
        found = LeaseRecord.model_validate_json(note.body)
        if found.owner != lease.record.owner:
            raise LeaseLostError(lease.key)
        lease.record, lease.etag = found, note.etag
