"""What a demo says at its end: three lines for a video, or what went wrong and what to do."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from omnigen_local.demo.wording import count, printable
from omnigen_shared.contracts.media import FPS


def completion_lines(out: Path, job: dict[str, Any], receipt: dict[str, Any]) -> tuple[str, str, str]:
    """File; scenes and length; cost receipt. `job` and `receipt` are the gateway's JSON."""
    output = job["output"]
    size_mb = out.stat().st_size / 1_000_000
    scenes = len(job["scenes"])
    return (
        f"file   {out}  {size_mb:.1f} MB  {output['width']}x{output['height']}",
        f"video  {count(scenes, 'scene')}, {output['duration_s']:.1f} s, {output['frames']} frames at {FPS} a second",
        f"cost   {receipt_text(receipt)}; simulated, nobody was charged",
    )


def receipt_text(receipt: dict[str, Any]) -> str:
    """The total and its parts, clips together: `$0.415 = storyboard $0.01 + 3 x clip $0.375 + music $0.03`."""
    parts: dict[str, list[dict[str, Any]]] = {}
    for call in receipt["calls"]:
        what = printable(call["what"]).partition(" of scene ")[0]
        parts.setdefault(what, []).append(call)
    texts = [_part_text(what, calls) for what, calls in parts.items()]
    total = f"${printable(receipt['total_usd'])}"
    return f"{total} = {' + '.join(texts)}" if texts else total


def problem_lines(job: dict[str, Any], receipt: dict[str, Any]) -> list[str]:
    """Why a job did not become a video: stage, scene, provider id, remedy, cost; only those that are known."""
    problem = job.get("problem") or {}
    facts = {
        "stage": problem.get("stage"),
        "scene": problem.get("scene"),
        "provider id": problem.get("provider_id"),
        "code": problem.get("code"),
        "remedy": problem.get("remedy"),
        "cost": _cost_text(receipt),
        "job": job["job_id"],
    }
    head = f"The job {printable(job['status'])}: {printable(problem.get('detail', 'no reason was given'))}"
    return [head, *(f"  {name:<12} {printable(value)}" for name, value in facts.items() if value is not None)]


def _cost_text(receipt: dict[str, Any]) -> str:
    held = sum((Decimal(call["price_usd"]) for call in receipt["calls"] if call["charged_usd"] is None), Decimal(0))
    open_calls = f"${held} held for calls whose outcome is not known yet, " if held else ""
    return f"${receipt['total_usd']} spent, {open_calls}the rest was given back"


def _part_text(what: str, calls: list[dict[str, Any]]) -> str:
    """A call that is still open is counted with what is held for it; one answered from the cache cost nothing."""
    amount = sum((Decimal(call["charged_usd"] or call["price_usd"]) for call in calls), Decimal(0))
    several = f"{len(calls)} x " if len(calls) > 1 else ""
    cached = sum(1 for call in calls if call["cached"])
    return f"{several}{what} ${amount}" + (f" ({cached} cached)" if cached else "")
