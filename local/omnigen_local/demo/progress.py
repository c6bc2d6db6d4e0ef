"""How far a job is, folded from its events: pure, so that both views show the same."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from omnigen_local.demo.events import ServerEvent
from omnigen_local.demo.waits import ClipWaits
from omnigen_local.demo.wording import count, printable
from omnigen_shared.contracts.job import JobStatus, SceneState

STARTING: Final = "starting"
_STAGE_SPANS: Final[dict[str, tuple[float, float]]] = {
    STARTING: (0.0, 0.0),
    JobStatus.PENDING: (0.0, 0.02),
    JobStatus.PLANNING: (0.02, 0.1),
    JobStatus.GENERATING: (0.1, 0.8),
    JobStatus.COMPOSING: (0.8, 1.0),
    JobStatus.COMPLETED: (1.0, 1.0),
}
_SCENE_SHARES: Final[dict[str, float]] = {
    SceneState.QUEUED: 0.0,
    SceneState.THROTTLED: 0.0,
    SceneState.GENERATING: 0.2,
    SceneState.INGESTED: 0.7,
    SceneState.PREPARED: 1.0,
    SceneState.FAILED: 1.0,
}


@dataclass(slots=True)
class SceneLine:
    """One scene as it is shown."""

    number: int
    prompt: str
    state: str = SceneState.QUEUED
    detail: str = ""


@dataclass(slots=True)
class Progress:
    """What the events have said so far. Texts are free of control characters."""

    stage: str = STARTING
    title: str = ""
    spent_usd: str = "0"
    scenes: dict[int, SceneLine] = field(default_factory=dict)
    stage_fraction: float = 0.0
    waits: ClipWaits = field(default_factory=ClipWaits)
    _reached: float = 0.0

    def apply(self, event: ServerEvent) -> str:
        """Take an event in; the line that tells it, or "" when it changes nothing that is worth a line."""
        handler = _HANDLERS.get(event.type)
        line = handler(self, event.data) if handler else ""
        self._reached = max(self._reached, self._fraction_now())
        return line

    @property
    def fraction(self) -> float:
        """0 … 1 of the whole, never backwards."""
        return self._reached

    def _fraction_now(self) -> float:
        start, stop = _STAGE_SPANS.get(self.stage, (self._reached, self._reached))
        within = self.stage_fraction
        if self.stage == JobStatus.GENERATING and self.scenes:
            shares = [_SCENE_SHARES.get(scene.state, 0.0) for scene in self.scenes.values()]
            within = sum(shares) / len(shares)
        return start + (stop - start) * min(max(within, 0.0), 1.0)


def _on_stage(progress: Progress, data: dict[str, Any]) -> str:
    status = printable(data["status"])
    if status == progress.stage:
        return ""
    progress.stage, progress.stage_fraction = status, 0.0
    return status


def _on_created(progress: Progress, data: dict[str, Any]) -> str:
    progress.stage = JobStatus.PENDING
    return f"job {printable(data['job_id'])} accepted"


def _on_planned(progress: Progress, data: dict[str, Any]) -> str:
    progress.title = printable(data["title"])
    for scene in data["scenes"]:
        number = int(scene["number"])
        progress.scenes[number] = SceneLine(number, printable(scene["prompt"]))
    scenes = count(len(progress.scenes), "scene")
    return f"planned “{progress.title}”: {scenes}, written by the {printable(data['planned_by'])}"


def _on_scene(progress: Progress, data: dict[str, Any]) -> str:
    number, state = int(data["number"]), printable(data["state"])
    scene = progress.scenes.setdefault(number, SceneLine(number, ""))
    if scene.state == state != SceneState.QUEUED:
        return ""
    scene.state = state
    progress.waits.note(number, state, str(data["at"]))
    problem = data.get("problem") or {}
    scene.detail = printable(problem.get("detail", ""))
    told = f"scene {number}/{len(progress.scenes)} {state}"
    return f"{told}: {scene.detail}" if scene.detail else told


def _on_cost(progress: Progress, data: dict[str, Any]) -> str:
    progress.spent_usd = printable(data["spent_usd"])
    return f"spent ${progress.spent_usd}"


def _on_snapshot(progress: Progress, data: dict[str, Any]) -> str:
    if data.get("stage") == progress.stage:
        progress.stage_fraction = float(data["fraction"])
    return ""


def _ending(status: JobStatus) -> Callable[[Progress, dict[str, Any]], str]:
    def on_ending(progress: Progress, _data: dict[str, Any]) -> str:
        progress.stage = status
        return status

    return on_ending


_HANDLERS: Final[dict[str, Callable[[Progress, dict[str, Any]], str]]] = {
    "job.created": _on_created,
    "job.stage_changed": _on_stage,
    "job.planned": _on_planned,
    "scene.changed": _on_scene,
    "cost.changed": _on_cost,
    "job.progress": _on_snapshot,
    "job.completed": _ending(JobStatus.COMPLETED),
    "job.failed": _ending(JobStatus.FAILED),
    "job.canceled": _ending(JobStatus.CANCELED),
}
