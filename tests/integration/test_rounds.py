"""Stop, resume, regenerate, on the whole stack: what is there is kept and paid once."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.integration.visitors import Visitor, collect_events

from omnigen_local.demo.client import GatewayClient
from omnigen_local.provisioning import client_options
from omnigen_local.stack import LocalStack
from omnigen_shared.aws.clients import open_session

PROMPT = "a film in two scenes about a harbour and its boats"
REWRITTEN = "a lighthouse beside the harbour, in thick fog"
ENDS = {"completed", "failed", "canceled"}


async def follow(visitor: Visitor, job_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The job and its receipt after its end."""
    async with GatewayClient(visitor.gateway_url, visitor.token) as gateway:
        await collect_events(gateway, f"/api/v1/jobs/{job_id}/events")
        job = await gateway.get_json(f"/api/v1/jobs/{job_id}")
        assert job["status"] in ENDS
        return job, await gateway.get_json(f"/api/v1/jobs/{job_id}/receipt")


def paid(receipt: dict[str, Any]) -> list[str]:
    """What was charged, in the order of the receipt."""
    return [call["what"] for call in receipt["calls"] if float(call["charged_usd"] or 0) > 0]


async def poll(visitor: Visitor, path: str, condition: Callable[[Any], bool]) -> None:
    """Until what the path answers is as wished."""
    async with asyncio.timeout(120):
        while not condition((await visitor.call("GET", path)).body):  # noqa: ASYNC110 - the stack sets no event of ours
            await asyncio.sleep(1)  # within the plan's requests a minute


async def list_pieces(stack: LocalStack) -> dict[str, Any]:
    """Every prepared picture of everybody: what is in it, and since when."""
    async with open_session().create_client("s3", **client_options(stack.record().emulator_url)) as s3:
        answer = await s3.list_objects_v2(Bucket=stack.outputs.assets_bucket_name, Prefix="u/")
    assert not answer["IsTruncated"]
    pieces = (entry for entry in answer["Contents"] if "/segments/" in entry["Key"] and entry["Key"].endswith(".mp4"))
    return {entry["Key"]: (entry["ETag"], entry["LastModified"]) for entry in pieces}


async def test_a_resumed_job_pays_for_the_scene_that_failed(
    visitor: Visitor, stack: LocalStack, tmp_path: Path
) -> None:
    failed = await visitor.watch_job(
        tmp_path / "none.mp4", prompt=f"{PROMPT} [[sim:failed*1@2]]", duration_s=7, music=False
    )
    assert failed.job["status"] == "failed"
    before = paid(failed.receipt)
    answer = await visitor.call("POST", f"/api/v1/jobs/{failed.job['job_id']}/resume")
    assert answer.status == 202, answer.raw
    job, receipt = await follow(visitor, failed.job["job_id"])
    assert job["status"] == "completed", job["problem"]
    assert sorted(paid(receipt)) == sorted([*before, "clip of scene 2"])
    assert receipt["total_usd"] == job["cost"]["spent_usd"]
    usage = (await visitor.call("GET", "/api/v1/usage")).body
    assert (usage["videos"]["used"], float(usage["spend"]["reserved_usd"])) == (1, 0)
    assert usage["spend"]["spent_usd"] == receipt["total_usd"]

    again = await visitor.call("POST", f"/api/v1/jobs/{job['job_id']}/resume")
    assert (again.status, again.body["code"]) == (409, "nothing_missing")
    made = await list_pieces(stack)
    answer = await visitor.call("POST", f"/api/v1/jobs/{job['job_id']}/scenes/1/regenerate", {"prompt": REWRITTEN})
    assert answer.status == 202, answer.raw
    second, receipt = await follow(visitor, job["job_id"])
    assert second["status"] == "completed", second["problem"]
    assert sorted(paid(receipt)) == sorted([*before, "clip of scene 2", "clip of scene 1"])
    assert [scene["take"] for scene in second["scenes"]][:2] == [2, 1]
    assert second["storyboard"]["scenes"][0]["prompt"] == REWRITTEN
    told = [call["prompt"] for call in receipt["calls"] if call["what"] == "clip of scene 1"]
    assert told == [job["storyboard"]["scenes"][0]["prompt"], REWRITTEN]
    now_made = await list_pieces(stack)
    assert made.items() <= now_made.items(), "the other pieces are the same bytes, and were not made again"
    assert len(now_made) - len(made) == 2, "a body, and the transition to the next one"
    usage = (await visitor.call("GET", "/api/v1/usage")).body
    assert usage["videos"]["used"] == 1

    clip = second["scenes"][0]["takes"][0]["links"]["clip"]
    assert (await visitor.call("GET", clip)).status == 302
    answer = await visitor.call("POST", f"/api/v1/jobs/{job['job_id']}/scenes/1/choose", {"take": 1})
    assert answer.status == 202, answer.raw
    third, kept = await follow(visitor, job["job_id"])
    assert third["status"] == "completed", third["problem"]
    assert third["storyboard"]["scenes"] == job["storyboard"]["scenes"]
    assert third["scenes"][0]["take"] == 1
    assert kept["total_usd"] == receipt["total_usd"], "a take that is there costs nothing"
    assert await list_pieces(stack) == now_made, "its pieces were there"


def _is_accounted_for(receipt: dict[str, Any]) -> bool:
    return None not in [call["charged_usd"] for call in receipt["calls"]]


async def test_a_canceled_job_stops_and_leaves_nothing_held(visitor: Visitor) -> None:
    accepted = await visitor.order(prompt=f"{PROMPT} [[sim:slow=8]]", duration_s=5, music=False)
    job_id = accepted.body["job_id"]
    await poll(visitor, f"/api/v1/jobs/{job_id}", lambda job: job["status"] == "generating")
    canceled = await visitor.call("POST", f"/api/v1/jobs/{job_id}/cancel")
    assert (canceled.status, canceled.body["status"]) == (200, "canceled")
    await poll(visitor, "/api/v1/usage", lambda usage: float(usage["spend"]["reserved_usd"]) == 0)
    # Quota is told first, then the job's own record.
    await poll(visitor, f"/api/v1/jobs/{job_id}/receipt", _is_accounted_for)
