"""One job from what each part has logged: who worked on what, from when to when, and where nobody did."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

import orjson
from rich.table import Table

RENDER: Final = "RenderRequest"


@dataclass(frozen=True)
class Span:
    """Something that somebody worked on. `what` names the kind of work."""

    who: str
    what: str
    began: datetime
    ended: datetime

    @property
    def took_s(self) -> float:
        return (self.ended - self.began).total_seconds()

    @classmethod
    def of_call(cls, call: dict[str, Any]) -> Self:
        """The provider's, from its acceptance to its end."""
        return cls("provider", call["model"], to_time(call["created_at"]), to_time(call["completed_at"]))

    @classmethod
    def of_line(cls, who: str, what: str, line: dict[str, Any], took_ms: float) -> Self:
        """A line that is written at the end of what it tells of."""
        ended = to_time(line["timestamp"])
        return cls(who, what, ended - timedelta(milliseconds=took_ms), ended)


def read_works(folder: Path) -> list[Span]:
    """The composer's, without what each had to queue."""
    return [
        Span.of_line("composer", line["kind"], line, line["own_ms"])
        for line in _read(folder / "composer.log")
        if line["event"] == "work_done"
    ]


def read_steps(folder: Path) -> list[Span]:
    """The generator's: each call of the Lambda, without its worker's start."""
    return [
        Span.of_line("generator", _name_step(line), line, line["duration_ms"])
        for line in _read(folder / "generator.log")
        if line["event"] == "step_taken"
    ]


def read_events(told: Iterable[dict[str, Any]]) -> list[Span]:
    """The job's own, which take no time: {"type", "at"} and, of a scene, its number and state."""
    return [Span("jobs", _name_event(event), to_time(event["at"]), to_time(event["at"])) for event in told]


def covered_s(spans: Iterable[tuple[datetime, datetime]]) -> float:
    """Seconds in which at least one of them was under way; those that end before they begin count nothing."""
    total, until = timedelta(), datetime.min.replace(tzinfo=UTC)
    for began, ended in sorted(spans):
        total += max(ended - max(began, until), timedelta())
        until = max(until, ended)
    return total.total_seconds()


def to_time(text: str) -> datetime:
    """RFC 3339."""
    return datetime.fromisoformat(text)


def draw(spans: Sequence[Span], zero: datetime) -> Table:
    """A row per span in the order of their beginnings; seconds since `zero`."""
    table = Table(title="who does what, when")
    for name in ("from", "to", "takes"):
        table.add_column(name, justify="right")
    table.add_column("who")
    table.add_column("what")
    for span in sorted(spans, key=lambda span: (span.began, span.ended)):
        from_s, to_s = ((moment - zero).total_seconds() for moment in (span.began, span.ended))
        table.add_row(f"{from_s:.2f}", f"{to_s:.2f}", f"{span.took_s:.2f}", span.who, span.what)
    return table


def _read(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines() if line.startswith(b"{")]


def _name_step(line: dict[str, Any]) -> str:
    scene = f" {line['scene']}" if line.get("scene") else ""
    wait = f", again after {line['wait_s']} s" if line["outcome"] == "waiting" else ""
    return f"{line['step']}{scene}: {line['outcome']}{wait}"


def _name_event(event: dict[str, Any]) -> str:
    scene = f": {event['number']} {event['state']}" if event["type"] == "scene.changed" else ""
    return f"{event['type']}{scene}"
