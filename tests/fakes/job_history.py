"""A table `jobs` with any number of ended jobs in it, and a counter of what its clients are asked."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from tests.fakes.emulated_jobs import TYPES
from tests.fakes.jobs_bench import make_job

from omnigen_jobs.domain.changes import change_job
from omnigen_jobs.domain.records import Money
from omnigen_jobs.store.keys import job_key
from omnigen_jobs.store.writes import Writes
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.contracts.base import JobId
from omnigen_shared.contracts.job import JobStatus
from omnigen_shared.testing.clock import FrozenClock

CLOCK: Final = FrozenClock()
SECOND: Final = timedelta(seconds=1)
ENDED: Final = {"status": JobStatus.COMPLETED, "lease_until": None, "money": Money.CLOSED}
_PER_WRITE: Final = 25
_AT_ONCE: Final = 8


@dataclass
class CallCounter:
    """`calls` are what the clients that it watches were asked, `looked_at` how many items each answer was made of."""

    calls: list[str] = field(default_factory=list)
    looked_at: int = 0

    def watch(self, client: Any) -> None:
        """Count this client's calls, too."""
        client.meta.events.register("after-call.dynamodb", self._count)

    def forget(self) -> tuple[list[str], int]:
        """What it has counted since it was asked last."""
        counted, self.calls, self.looked_at = (sorted(self.calls), self.looked_at), [], 0
        return counted

    def _count(self, parsed: Any, model: Any, **_more: Any) -> None:
        self.calls.append(model.name)
        self.looked_at += parsed.get("ScannedCount", 1)


async def fill(client: Any, table: str, numbers: range, is_read: Callable[[int], bool] = lambda _: True) -> None:
    """Ended jobs, a second apart, past all conditions: nobody else is there. Of those that nobody reads, the keys."""

    [first_of_all] = Writes(table).of_change(change_job(make_job(CLOCK, job_id=job_of(0), version=0, **ENDED)))

    def item_of(number: int) -> dict[str, Any]:
        job_id, at = job_of(number), to_rfc3339(CLOCK.now() + number * SECOND)
        own = {"pk": job_key(job_id).pk, "job_id": job_id, "created_at": at}
        whole = first_of_all["Put"]["Item"] | {name: {"S": value} for name, value in own.items()}
        return whole if is_read(number) else {name: whole[name] for name in TYPES if name in whole}

    async def put(first: int) -> None:
        items = [item_of(number) for number in numbers[first : first + _PER_WRITE]]
        await client.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": item}} for item in items]})

    for start in range(0, len(numbers), _PER_WRITE * _AT_ONCE):
        rest = range(start, min(len(numbers), start + _PER_WRITE * _AT_ONCE), _PER_WRITE)
        await asyncio.gather(*map(put, rest))


def job_of(number: int) -> JobId:
    return JobId(f"job_{number:032x}")
