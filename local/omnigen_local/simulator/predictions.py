"""A prediction: its states, and how the provider shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from omnigen_local.simulator.faults import Faults


class Status(StrEnum):
    """starting → processing → one of the four ends."""

    STARTING = "starting"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    ABORTED = "aborted"

    @property
    def is_final(self) -> bool:
        return self not in {Status.STARTING, Status.PROCESSING}


@dataclass(frozen=True, slots=True)
class Output:
    """What a run gave: the file under which it is kept, or pieces of text."""

    file: str = ""
    """A name in the store of rendered files."""
    name: str = ""
    """The name in its URL."""
    pieces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prediction:
    """One accepted request. Times are seconds since the epoch."""

    id: str
    model: str
    input: Mapping[str, Any]
    created_at: float
    status: Status = Status.STARTING
    faults: Faults = field(default_factory=dict)
    deadline_at: float | None = None
    started_at: float | None = None
    completed_at: float | None = None
    webhook: str = ""
    webhook_events: tuple[str, ...] = ()
    output: Output | None = None
    error: str | None = None
    logs: str = ""

    @property
    def listed_at(self) -> float | None:
        """From when on the list shows it; None for never."""
        if "never_listed" in self.faults:
            return None
        return self.created_at + self.faults.get("listed_late", 0)


def show_time(instant: float | None) -> str | None:
    """RFC 3339 with milliseconds, as the provider writes it."""
    if instant is None:
        return None
    return datetime.fromtimestamp(instant, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
