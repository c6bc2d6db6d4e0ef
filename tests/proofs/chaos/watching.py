"""Somebody who follows a job's events, over any number of broken streams, and writes down what comes."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

from tests.proofs.chaos.client import Client

from omnigen_jobs.domain.events import TERMINAL
from omnigen_local.demo.events import ServerEvent

ENDS: Final = {kind: kind.removeprefix("job.") for kind in TERMINAL}


@dataclass
class Watch:
    """`events` in the order in which they came, `faults` what should not have."""

    client: Client
    job_id: str
    events: list[ServerEvent] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    async def follow(self) -> str:
        """Up to the stream's end, with news at least of that: how the job ended."""
        known = len(self.events)
        while True:
            async for event in self.client.follow(self.job_id, self._last_id):
                self._take(event)
            has_ended = bool(self.events) and self.events[-1].type in ENDS
            if has_ended and len(self.events) > known:
                return ENDS[self.events[-1].type]
            # A round that is asked for and not admitted yet leaves the job, and its stream, at the former end.
            if not has_ended:
                self.faults.append(f"{self.job_id}: the stream ended after {self._last_id or 'nothing'}")
            await asyncio.sleep(1)

    @property
    def _last_id(self) -> str:
        return self.events[-1].id if self.events else ""

    def _take(self, event: ServerEvent) -> None:
        expected = len(self.events) + 1
        if event.id != str(expected):
            self.faults.append(f"{self.job_id}: event {event.id} ({event.type}) instead of {expected}")
        self.events.append(event)
