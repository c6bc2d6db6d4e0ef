"""jobs in a process of its own, its table in memory: python -m tests.proofs.streams.jobs_process."""

import json
import os
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from fastapi import FastAPI
from tests.fakes.job_store import FakeJobStore, seed
from tests.fakes.jobs_bench import JobsBench, make_job, make_settings

import omnigen_shared.quick_start  # noqa: F401 - before all else, as in the service
from omnigen_jobs.app import create_app
from omnigen_jobs.domain.records import Event, Pulse
from omnigen_jobs.domain.watching import Watch
from omnigen_jobs.settings import JobsSettings
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.http.app import serve

USERS: Final = 50
"""Each has one job at work, which all their streams are of."""
EVENTS: Final = "/api/v1/jobs/job_{user}/events"
READS: Final = "/reads"
"""How many reads the table has had for watchers, as JSON."""


class CountedStore(FakeJobStore):
    """Counts what watchers cost."""

    reads = 0

    async def find_pulse(self, job_id: JobId) -> Pulse | None:
        self.reads += 1
        return await super().find_pulse(job_id)

    async def list_events(self, job_id: JobId, after: int, limit: int) -> Sequence[Event]:
        self.reads += 1
        return await super().list_events(job_id, after, limit)

    async def list_watches(self, now: datetime) -> Sequence[Watch]:
        self.reads += 1
        return await super().list_watches(now)


def create(settings: JobsSettings) -> FastAPI:
    """The real app, where each of USERS has a job."""
    store = CountedStore()
    bench = JobsBench(store=store, settings=settings)
    for number in range(USERS):
        job = make_job(bench.clock, job_id=f"job_{number:032x}", user_id=UserId(f"{PlanName.ENTERPRISE}-{number}"))
        seed(store, job)
        store.events[job.job_id] = [Event(seq=1, type="job.created", data={"job_id": job.job_id})]
    app = create_app(settings, bench.adapters)
    app.add_api_route(READS, lambda: store.reads)
    return app


def main() -> None:
    poll_s = JobsSettings.model_fields["watch_poll_s"].default
    settings = make_settings(identity_public_keys=json.loads(os.environ["IDENTITY_PUBLIC_KEYS"]), watch_poll_s=poll_s)
    serve("jobs", lambda: create(settings), settings)


if __name__ == "__main__":
    main()
