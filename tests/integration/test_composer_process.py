"""`python -m omnigen_composer` as it runs: over HTTP, against S3, through its ends."""

import asyncio
import json
import os
import shutil
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest
from tests.fakes.footage import decode_strictly, make_clip
from tests.fakes.waiting import is_alive, wait_until

from omnigen_local.credentials import SigningCredentials
from omnigen_shared.aws.clients import open_client
from omnigen_shared.client import InternalClient, Reply
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.composer import (
    BodyRequest,
    RenderRequest,
    RenderResult,
    SegmentResult,
    render_key,
    segment_key,
)
from omnigen_shared.errors import RemoteProblemError
from omnigen_shared.identity import IdentitySigner
from omnigen_shared.settings import BaseUnitSettings
from omnigen_shared.testing.identities import new_key_pair

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client

ADA = UserId("ada")
BUCKET = "composer-process"
PRIVATE, PUBLIC = new_key_pair()
CLIP = "u/ada/clips/1.mp4"


def a_body(number: int = 1, **changes: object) -> BodyRequest:
    body = BodyRequest(clip_key=CLIP, width=128, height=72, kept_frames=60 + number, head_frames=0, tail_frames=0)
    return body.model_copy(update=changes)


ENDLESS = a_body(width=4096, height=4096, kept_frames=600)


@dataclass
class Running:
    """A composer process and a caller of it."""

    process: Process
    client: InternalClient
    scratch: Path
    recipe_id: str = ""

    async def put(self, body: BodyRequest, wait_s: int = 0) -> Reply:
        key = segment_key(ADA, self.recipe_id, body)
        return await self.client.call(
            "PUT",
            f"/v1/segments/{key}",
            subject=ADA,
            body=body.model_dump(mode="json"),
            headers={"Prefer": f"wait={wait_s}"},
        )

    async def finish(self, body: BodyRequest) -> SegmentResult:
        async with asyncio.timeout(60):
            while (reply := await self.put(body, wait_s=1)).status != 200:
                pass
        return SegmentResult.model_validate(reply.body)

    async def get_child(self) -> int:
        """The process id of its FFmpeg, once there is one that works."""
        await wait_until(lambda: bool(self.find_children()))
        return self.find_children()[0]

    def find_children(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in children if "ffmpeg" in _name_of(pid)]


def _name_of(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


class Composers:
    """Starts composer processes over one emulator."""

    def __init__(self, emulator_url: str, folder: Path, stack: AsyncExitStack) -> None:
        self._emulator_url = emulator_url
        self._folder = folder
        self._stack = stack

    async def start(self, port: int, **environment: str) -> Running:
        scratch = self._folder / "scratch"
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "omnigen_composer",
            env={
                **os.environ,
                "AWS_ENDPOINT_URL": self._emulator_url,
                "ASSETS_BUCKET": BUCKET,
                "IDENTITY_PUBLIC_KEYS": json.dumps({"generator": [PUBLIC]}),
                "PORT": str(port),
                "SCRATCH_DIR": str(scratch),
                **SigningCredentials.create().to_environment(),
                **environment,
            },
        )
        self._stack.push_async_callback(_end, process)
        signer = IdentitySigner("generator", PRIVATE)
        client = InternalClient("composer", f"http://127.0.0.1:{port}", signer)
        running = Running(process, await self._stack.enter_async_context(client), scratch)
        await _wait_ready(port)
        recipe = await running.client.call("GET", "/v1/recipe", subject=ADA)
        running.recipe_id = recipe.body["recipe_id"]
        return running


async def _wait_ready(port: int) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(30):
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{port}/ready") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.05)


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.terminate()  # not killed: it has to end its own children
    async with asyncio.timeout(20):
        await process.wait()


@pytest.fixture
async def s3(emulator_url: str, tmp_path: Path) -> AsyncIterator["S3Client"]:
    async with open_client("s3", BaseUnitSettings(aws_endpoint_url=emulator_url)) as client:
        await client.create_bucket(Bucket=BUCKET)
        clip = make_clip(tmp_path / "clip", frames=600)
        await client.put_object(Bucket=BUCKET, Key=CLIP, Body=await asyncio.to_thread(clip.read_bytes))
        yield client
        keys = [entry["Key"] for entry in (await client.list_objects_v2(Bucket=BUCKET)).get("Contents", [])]
        for key in keys:
            await client.delete_object(Bucket=BUCKET, Key=key)


@pytest.fixture
async def composers(emulator_url: str, s3: "S3Client", tmp_path: Path) -> AsyncIterator[Composers]:
    del s3  # the bucket has to be there first
    async with AsyncExitStack() as stack:
        yield Composers(emulator_url, tmp_path, stack)


async def leases_in(s3: "S3Client") -> list[str]:
    listed = await s3.list_objects_v2(Bucket=BUCKET)
    return [entry["Key"] for entry in listed.get("Contents", []) if entry["Key"].endswith(".lease")]


def folders_of_work(scratch: Path) -> list[Path]:
    return list(scratch.glob("composer-*"))


async def test_from_a_clip_to_a_video_over_http(
    composers: Composers, s3: "S3Client", unused_tcp_port: int, tmp_path: Path
) -> None:
    running = await composers.start(unused_tcp_port)
    segments = [await running.finish(a_body(number)) for number in (1, 2)]
    assert [segment.frames for segment in segments] == [61, 62]
    request = RenderRequest(segment_keys=tuple(segment.key for segment in segments), total_frames=123)
    reply = await running.client.call(
        "PUT",
        f"/v1/renders/{render_key(ADA, running.recipe_id, request)}",
        subject=ADA,
        body=request.model_dump(mode="json"),
        headers={"Prefer": "wait=8"},
    )
    result = RenderResult.model_validate(reply.body)
    stored = await s3.get_object(Bucket=BUCKET, Key=result.key)
    video = tmp_path / "video.mp4"
    await asyncio.to_thread(video.write_bytes, await stored["Body"].read())
    assert (result.frames, result.size_bytes) == (123, stored["ContentLength"])
    assert stored["ContentType"] == "video/mp4"
    decode_strictly(video)
    assert await leases_in(s3) == []


async def test_a_bad_clip_is_told_once_by_the_next_put(
    composers: Composers, s3: "S3Client", unused_tcp_port: int
) -> None:
    running = await composers.start(unused_tcp_port)
    await s3.put_object(Bucket=BUCKET, Key="u/ada/clips/bad.mp4", Body=b"nothing of value")
    bad = a_body(clip_key="u/ada/clips/bad.mp4")
    with pytest.raises(RemoteProblemError) as problem:
        await running.finish(bad)
    assert (problem.value.remote_status, problem.value.remote_code) == (422, "clip_invalid")
    assert "cannot be read" in problem.value.detail
    assert await leases_in(s3) == []


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc")


@needs_proc
async def test_delete_kills_ffmpeg(composers: Composers, s3: "S3Client", unused_tcp_port: int) -> None:
    running = await composers.start(unused_tcp_port)
    assert (await running.put(ENDLESS)).status == 202
    child = await running.get_child()
    await running.client.call("DELETE", f"/v1/segments/{segment_key(ADA, running.recipe_id, ENDLESS)}", subject=ADA)
    assert not is_alive(child)
    assert await leases_in(s3) == []


@needs_proc
async def test_work_that_nobody_polls_is_killed(composers: Composers, s3: "S3Client", unused_tcp_port: int) -> None:
    running = await composers.start(unused_tcp_port, ABANDON_AFTER_S="0.5", LEASE_DURATION_S="0.6")
    assert (await running.put(ENDLESS)).status == 202
    child = await running.get_child()
    await wait_until(lambda: not is_alive(child))
    async with asyncio.timeout(20):
        while await leases_in(s3):  # noqa: ASYNC110 - another process sets no event of ours
            await asyncio.sleep(0.05)


@needs_proc
async def test_sigterm_kills_ffmpeg_and_leaves_nothing(
    composers: Composers, s3: "S3Client", unused_tcp_port: int
) -> None:
    running = await composers.start(unused_tcp_port)
    held = asyncio.create_task(running.put(ENDLESS, wait_s=20))
    child = await running.get_child()
    running.process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(20):
        assert (await held).status == 202, "whoever waits is told to ask again, and finds another task"
        await running.process.wait()
    assert not is_alive(child)
    assert await leases_in(s3) == []
    assert folders_of_work(running.scratch) == []


@needs_proc
async def test_after_a_sigkill_another_process_takes_over_and_sweeps(
    composers: Composers, s3: "S3Client", unused_tcp_port_factory: Callable[[], int]
) -> None:
    first = await composers.start(unused_tcp_port_factory(), LEASE_DURATION_S="3")
    await first.put(ENDLESS)
    orphan = await first.get_child()
    first.process.kill()
    await first.process.wait()
    if shutil.which("setpriv"):
        await wait_until(lambda: not is_alive(orphan))
    assert len(folders_of_work(first.scratch)) == 1
    second = await composers.start(unused_tcp_port_factory(), LEASE_DURATION_S="3")
    assert len(folders_of_work(second.scratch)) == 1
    async with asyncio.timeout(30):
        while not await asyncio.to_thread(second.find_children):
            assert (await second.put(ENDLESS)).status == 202
    assert await leases_in(s3) != []
