from typing import Any

import pytest

from omnigen_local.demo.events import ServerEvent
from omnigen_local.demo.progress import STARTING, Progress

PLANNED = {
    "title": "Dawn",
    "planned_by": "model",
    "scenes": [{"number": 1, "prompt": "a ridge"}, {"number": 2, "prompt": "a cup"}],
}


def apply(progress: Progress, kind: str, **data: Any) -> str:
    return progress.apply(ServerEvent("", kind, {"at": "2026-11-24T12:00:00.000000Z", **data}))


def test_a_jobs_events_are_told_one_line_each() -> None:
    progress = Progress()
    lines = [
        apply(progress, "job.created", job_id="job_1"),
        apply(progress, "job.stage_changed", status="planning"),
        apply(progress, "job.planned", **PLANNED),
        apply(progress, "job.stage_changed", status="generating"),
        apply(progress, "scene.changed", number=1, state="generating"),
        apply(progress, "cost.changed", spent_usd="0.125"),
        apply(progress, "scene.changed", number=2, state="failed", problem={"detail": "it was refused"}),
        apply(progress, "job.failed", problem={}),
    ]
    assert lines == [
        "job job_1 accepted",
        "planning",
        "planned “Dawn”: 2 scenes, written by the model",
        "generating",
        "scene 1/2 generating",
        "spent $0.125",
        "scene 2/2 failed: it was refused",
        "failed",
    ]


def test_what_changes_nothing_is_not_told() -> None:
    progress = Progress()
    apply(progress, "job.stage_changed", status="planning")
    assert apply(progress, "job.stage_changed", status="planning") == ""
    apply(progress, "scene.changed", number=1, state="prepared")
    assert apply(progress, "scene.changed", number=1, state="prepared") == ""
    assert apply(progress, "job.invented_later", anything=1) == ""
    assert apply(progress, "job.progress", stage="planning", fraction=0.5) == ""


def test_the_fraction_grows_from_nothing_to_all_and_never_shrinks() -> None:
    progress = Progress()
    assert progress.stage == STARTING
    seen = [progress.fraction]
    for kind, data in (
        ("job.created", {"job_id": "job_1"}),
        ("job.stage_changed", {"status": "planning"}),
        ("job.planned", PLANNED),
        ("job.stage_changed", {"status": "generating"}),
        ("scene.changed", {"number": 1, "state": "prepared"}),
        ("scene.changed", {"number": 2, "state": "prepared"}),
        ("job.stage_changed", {"status": "composing"}),
        ("job.progress", {"stage": "composing", "fraction": 0.5}),
        ("job.progress", {"stage": "composing", "fraction": 0.1}),
        ("job.completed", {"output": {}}),
    ):
        apply(progress, kind, **data)
        seen.append(progress.fraction)
    assert seen == sorted(seen)
    assert seen[0] == 0
    assert seen[-1] == 1


def test_scenes_share_the_time_of_generating() -> None:
    progress = Progress()
    apply(progress, "job.planned", **PLANNED)
    apply(progress, "job.stage_changed", status="generating")
    apply(progress, "scene.changed", number=1, state="prepared")
    assert progress.fraction == pytest.approx(0.1 + 0.7 / 2)
    apply(progress, "scene.changed", number=2, state="a state of a later version")
    assert progress.fraction == pytest.approx(0.1 + 0.7 / 2)


def test_progress_of_another_stage_is_ignored() -> None:
    progress = Progress()
    apply(progress, "job.stage_changed", status="composing")
    before = progress.fraction
    apply(progress, "job.progress", stage="generating", fraction=0.9)
    assert progress.fraction == before


def test_texts_carry_nothing_that_a_terminal_acts_on() -> None:
    progress = Progress()
    apply(progress, "job.planned", title="a\x1b[2Jb\r\nc", planned_by="model", scenes=[])
    assert progress.title == "a [2Jb  c"
