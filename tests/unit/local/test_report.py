from pathlib import Path
from typing import Any

from omnigen_local.demo.report import completion_lines, problem_lines, receipt_text


def call(what: str, charged_usd: str | None, *, cached: bool = False) -> dict[str, Any]:
    return {"what": what, "price_usd": "0.15", "charged_usd": charged_usd, "cached": cached}


def test_a_video_is_told_in_three_lines(tmp_path: Path) -> None:
    out = tmp_path / "ad.mp4"
    out.write_bytes(bytes(1_250_000))
    output = {"frames": 450, "duration_s": 15.0, "width": 1280, "height": 720, "size_bytes": 1_250_000}
    job = {"output": output, "scenes": [{"number": 1}, {"number": 2}, {"number": 3}]}
    calls = [call("storyboard", "0.002"), call("clip of scene 1", "0.125"), call("clip of scene 2", "0.15")]
    assert completion_lines(out, job, {"calls": [*calls, call("music", "0.03")], "total_usd": "0.307"}) == (
        f"file   {out}  1.2 MB  1280x720",
        "video  3 scenes, 15.0 s, 450 frames at 30 a second",
        "cost   $0.307 = storyboard $0.002 + 2 x clip $0.275 + music $0.03; simulated, nobody was charged",
    )


def test_a_receipt_without_calls_is_its_total() -> None:
    assert receipt_text({"calls": [], "total_usd": "0"}) == "$0"


def test_what_is_cached_or_still_held_is_told() -> None:
    calls = [call("clip of scene 1", "0", cached=True), call("clip of scene 2", None)]
    assert receipt_text({"calls": calls, "total_usd": "0"}) == "$0 = 2 x clip $0.15 (1 cached)"


def test_a_failure_names_stage_scene_provider_remedy_and_cost() -> None:
    problem = {
        "code": "prediction_failed",
        "stage": "generating",
        "detail": "the model refused\x1b[31m the prompt",
        "remedy": "Change the prompt of scene 2.",
        "scene": 2,
        "provider_id": "abc123",
    }
    job = {"job_id": "job_1", "status": "failed", "problem": problem}
    assert problem_lines(job, {"calls": [call("storyboard", "0.01")], "total_usd": "0.01"}) == [
        "The job failed: the model refused [31m the prompt",
        "  stage        generating",
        "  scene        2",
        "  provider id  abc123",
        "  code         prediction_failed",
        "  remedy       Change the prompt of scene 2.",
        "  cost         $0.01 spent, the rest was given back",
        "  job          job_1",
    ]


def test_what_is_not_known_is_left_out() -> None:
    job = {"job_id": "job_1", "status": "canceled", "problem": None}
    lines = problem_lines(job, {"calls": [], "total_usd": "0"})
    assert [line.split()[0] for line in lines] == ["The", "cost", "job"]


def test_what_an_unanswered_call_holds_is_not_called_given_back() -> None:
    receipt = {"calls": [call("clip of scene 1", "0.1"), call("clip of scene 2", None)], "total_usd": "0.1"}
    (cost,) = [line for line in problem_lines({"job_id": "job_1", "status": "failed"}, receipt) if "cost" in line]
    assert cost.split(maxsplit=1)[1] == (
        "$0.1 spent, $0.15 held for calls whose outcome is not known yet, the rest was given back"
    )
