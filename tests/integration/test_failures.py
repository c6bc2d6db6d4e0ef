"""A provider that fails for good: the job ends failed, says why, keeps what is finished and gives the rest back."""

from pathlib import Path

import aiohttp
import pytest
from tests.integration.visitors import Visitor, Watched

from omnigen_local.stack import LocalStack
from omnigen_shared.contracts.catalogue import DEFAULT_VIDEO_MODEL

PROMPT = "a film in several scenes about a lighthouse and the sea"
TWO_SCENES_S = 7


async def watch_failure(visitor: Visitor, folder: Path, faults: str) -> Watched:
    watched = await visitor.watch_job(folder / "none.mp4", prompt=f"{PROMPT} [[sim:{faults}]]", duration_s=TWO_SCENES_S)
    assert watched.job["status"] == "failed"
    assert watched.events[-1].type == "job.failed"
    assert watched.events[-1].data["problem"].items() <= watched.job["problem"].items()
    return watched


@pytest.mark.parametrize("fault", ["failed", "moderated"])
async def test_a_scene_that_fails_is_named_and_the_others_are_kept(
    visitor: Visitor, tmp_path: Path, fault: str
) -> None:
    failed = await watch_failure(visitor, tmp_path, f"{fault}@2")
    problem = failed.job["problem"]
    assert (problem["stage"], problem["scene"]) == ("generating", 2)
    assert problem["provider_id"]
    assert problem["detail"]
    assert problem["remedy"]
    states = {scene["number"]: scene["state"] for scene in failed.job["scenes"]}
    assert states.pop(2) == "failed"
    assert states
    assert set(states.values()) <= {"ingested", "prepared"}


async def test_a_clip_that_cannot_be_used_is_tried_once_more_and_blames_nobody_else(
    visitor: Visitor, tmp_path: Path
) -> None:
    failed = await watch_failure(visitor, tmp_path, "truncated@2")
    problem = failed.job["problem"]
    assert (problem["code"], problem["scene"]) == ("clip_invalid", 2)
    states = {scene["number"]: scene["state"] for scene in failed.job["scenes"]}
    assert states.pop(2) == "failed"
    assert set(states.values()) == {"prepared"}
    takes = [call for call in failed.receipt["calls"] if call["what"] == "clip of scene 2"]
    assert [call["provider_id"] for call in takes][-1] == problem["provider_id"]
    assert [float(call["charged_usd"]) > 0 for call in takes] == [True, True]


async def test_one_bad_clip_costs_one_clip_more_and_no_job(stack: LocalStack, visitor: Visitor, tmp_path: Path) -> None:
    rule = {"faults": "truncated", "model": DEFAULT_VIDEO_MODEL, "prompt_contains": "a red kite", "count": 1}
    address = stack.record().simulator_url
    async with aiohttp.ClientSession(address) as simulator, simulator.post("/_simulator/faults", json=rule) as answer:
        assert answer.ok, await answer.text()
    watched = await visitor.watch_job(
        tmp_path / "film.mp4", prompt=f"{PROMPT}, and a red kite", duration_s=TWO_SCENES_S
    )
    assert watched.job["status"] == "completed", watched.job["problem"]
    clips = [call for call in watched.receipt["calls"] if call["what"].startswith("clip")]
    assert len(clips) == len(watched.job["scenes"]) + 1


async def test_what_was_not_spent_is_given_back(visitor: Visitor, tmp_path: Path) -> None:
    failed = await watch_failure(visitor, tmp_path, "failed@1")
    usage = (await visitor.call("GET", "/api/v1/usage")).body
    assert (usage["videos"]["used"], usage["videos"]["reserved"]) == (0, 0)
    assert float(usage["spend"]["reserved_usd"]) == 0
    assert usage["spend"]["spent_usd"] == failed.receipt["total_usd"] == failed.job["cost"]["spent_usd"]
    clips = {call["what"]: call for call in failed.receipt["calls"]}
    assert float(clips["clip of scene 1"]["charged_usd"]) == 0
    assert float(clips["clip of scene 2"]["charged_usd"]) > 0


async def test_finished_clips_are_used_again_and_paid_once(visitor: Visitor, tmp_path: Path) -> None:
    failed = await watch_failure(visitor, tmp_path, "failed*1@1")
    again = await visitor.watch_job(
        tmp_path / "film.mp4",
        prompt=failed.job["request"]["prompt"],
        duration_s=TWO_SCENES_S,
        seed=failed.job["request"]["seed"],
    )
    assert again.job["status"] == "completed", again.job["problem"]
    clips = {call["what"]: call for call in again.receipt["calls"]}
    assert clips["clip of scene 2"]["cached"]
    assert float(clips["clip of scene 2"]["charged_usd"]) == 0
    assert not clips["clip of scene 1"]["cached"]


async def test_a_call_that_is_never_listed_is_found_by_the_providers_webhook(visitor: Visitor, tmp_path: Path) -> None:
    watched = await visitor.watch_job(
        tmp_path / "film.mp4", prompt=f"{PROMPT} [[sim:reply_lost*1@1, never_listed@1]]", duration_s=5
    )
    assert watched.job["status"] == "completed", watched.job["problem"]
    assert watched.receipt["total_usd"] == watched.job["cost"]["spent_usd"]
