"""Server-sent events over HTTP."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import JOB, USER, JobsBench, identity, make_job, make_problem, make_settings

from omnigen_jobs.app import create_app
from omnigen_jobs.domain.records import ProgressMark
from omnigen_jobs.routes.stream import to_frame
from omnigen_jobs.service.following import Sign
from omnigen_shared.contracts.job import JobStatus


@pytest.fixture
async def bench() -> JobsBench:
    made = JobsBench(settings=make_settings(heartbeat_s=0.000001))
    seed(made.store, make_job(made.clock))
    await made.reach(JobStatus.GENERATING)
    return made


def blocks_of(text: str) -> list[dict[str, str]]:
    return [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.split("\n\n") if block]


async def test_an_ended_job_is_streamed_to_its_end(http: httpx.AsyncClient, bench: JobsBench) -> None:
    await bench.uses.ending.fail(USER, JOB, 1, make_problem())
    answer = await http.get(f"/api/v1/jobs/{JOB}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    hint, *blocks = blocks_of(answer.text)
    assert hint == {"retry": "2000"}
    assert [(block.get("id"), block["event"]) for block in blocks] == [
        ("1", "job.stage_changed"),
        ("2", "job.stage_changed"),
        ("3", "job.failed"),
        (None, "end"),
    ]
    failed = json.loads(blocks[2]["data"])
    assert (failed["job_id"], failed["at"]) == (JOB, "2026-11-24T12:00:00.000000Z")
    assert failed["problem"]["code"] == "scene_failed"


async def test_a_browser_that_comes_back_goes_on(http: httpx.AsyncClient, bench: JobsBench) -> None:
    await bench.uses.ending.fail(USER, JOB, 1, make_problem())
    answer = await http.get(f"/api/v1/jobs/{JOB}/events", headers={"Last-Event-ID": "2"})
    assert [block.get("id") for block in blocks_of(answer.text)] == [None, "3", None]


@pytest.mark.parametrize("last", ["-1", "x", "1.5", "9" * 12])
async def test_a_place_that_is_none_is_refused(http: httpx.AsyncClient, last: str) -> None:
    answer = await http.get(f"/api/v1/jobs/{JOB}/events", headers={"Last-Event-ID": last})
    assert answer.status_code == 422
    assert answer.json()["details"]["fields"][0]["field"] == "last-event-id"


def test_what_is_not_stored_has_no_number(bench: JobsBench) -> None:
    mark = ProgressMark(stage="generating", fraction=0.25, at=bench.clock.now())
    assert to_frame(JOB, mark) == (
        b'event: job.progress\ndata: {"job_id":"%s","at":"2026-11-24T12:00:00.000000Z",'
        b'"stage":"generating","fraction":0.25}\n\n' % JOB.encode()
    )
    assert to_frame(JOB, Sign.ALIVE) == b": still here\n\n"


async def test_a_browser_that_leaves_ends_its_stream(bench: JobsBench) -> None:
    """Raw ASGI: the job goes on, the browser is gone after the first sign of life, and nobody reads for it any more."""
    app, heard, gone = create_app(bench.settings, bench.adapters), bytearray(), asyncio.Event()

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        heard.extend(message.get("body", b""))
        if b": still here" in heard:
            gone.set()

    async with app.router.lifespan_context(app) as state, asyncio.timeout(10):
        await app(_scope(dict(state or {})), receive, send)  # type: ignore[arg-type]
    assert heard.startswith(b"retry: 2000\n\nid: 1\nevent: job.stage_changed\n")
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


def _scope(state: dict[str, Any]) -> dict[str, Any]:
    path = f"/api/v1/jobs/{JOB}/events"
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in identity().items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": state,
    }
