"""The generator's routes: what they answer, and whom."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import (
    FINGERPRINT,
    JOB,
    USER,
    JobsBench,
    identity,
    make_job,
    make_output,
    make_plan,
    make_problem,
    make_storyboard,
    open_http,
)

from omnigen_shared.contracts.job import ContinueAttempt, IntentRecord, IntentStatus, JobSnapshot, JobStatus, Unbound

BASE = f"/internal/v1/jobs/{JOB}/attempts/1"
INTENT = f"{BASE}/intents/scene-01.1"
STORYBOARD = {"storyboard": make_storyboard(2).model_dump(mode="json"), "recipe_id": "r-1"}


@pytest.fixture
def bench() -> JobsBench:
    made = JobsBench()
    seed(made.store, make_job(made.clock))
    return made


@pytest.fixture
async def http(bench: JobsBench) -> AsyncIterator[httpx.AsyncClient]:
    async with open_http(bench) as client:
        client.headers.update(identity("generator"))
        yield client


async def test_a_whole_job_goes_through(http: httpx.AsyncClient, bench: JobsBench) -> None:
    async def call(method: str, path: str, body: Any = None) -> JobSnapshot:
        answer = await http.request(method, BASE + path, json=body)
        assert answer.status_code == 200, answer.text
        return JobSnapshot.model_validate(answer.json())

    first = await call("POST", "/heartbeat")
    assert (first.user_id, first.plan, first.round, first.attempt) == (USER, "free", 1, 1)
    await call("POST", "/status", {"status": "planning"})
    planned = await call("PUT", "/storyboard", STORYBOARD)
    assert [scene.state for scene in planned.scenes] == ["queued", "queued"]
    assert (planned.recipe_id, planned.storyboard) == ("r-1", make_storyboard(2))
    await call("POST", "/status", {"status": "generating"})
    clip = {"state": "ingested", "clip_key": f"u/{USER}/clips/a.mp4"}
    assert (await call("PUT", "/scenes/2", clip)).scenes[1].clip_key == f"u/{USER}/clips/a.mp4"
    assert (await call("PUT", "/music", {"music_key": f"u/{USER}/music/a.mp3"})).music_key is not None
    await call("PUT", "/progress", {"stage": "generating", "fraction": 0.5})
    await call("POST", "/status", {"status": "composing"})
    last = await call("POST", "/complete", make_output().model_dump(mode="json"))
    assert (last.status, last.output) == (JobStatus.COMPLETED, make_output())
    assert await bench.tell_types() == [
        "job.stage_changed",
        "job.planned",
        "job.stage_changed",
        "scene.changed",
        "job.stage_changed",
        "job.completed",
    ]


async def test_a_paid_call_goes_through(http: httpx.AsyncClient) -> None:
    async def call(method: str, path: str, body: Any) -> IntentRecord:
        answer = await http.request(method, INTENT + path, json=body)
        assert answer.status_code == 200, answer.text
        return IntentRecord.model_validate(answer.json())

    planned = await call("PUT", "", make_plan().model_dump(mode="json"))
    assert (planned.intent_id, planned.status, planned.input) == (
        "scene-01.1",
        IntentStatus.PLANNED,
        {"seed": 1, "scale": 7.0},
    )
    await call("POST", "/moves", {"expected": "planned", "status": "reserved"})
    await call("POST", "/moves", {"expected": "reserved", "status": "sending", "owner": "w1"})
    assert (await call("POST", "/closed", {"owner": "w1"})).closed_at is not None
    created = await call("POST", "/moves", {"expected": "sending", "status": "created", "provider_id": "p-1"})
    assert created.provider_id == "p-1"
    query = {"provider_ids": ["p-0", "p-1"]}
    answer = await http.post("/internal/v1/predictions/unbound", json=query)
    assert Unbound.model_validate(answer.json()).provider_ids == ("p-0",)
    snapshot = JobSnapshot.model_validate((await http.post(f"{BASE}/heartbeat")).json())
    assert snapshot.intents == (created,)


async def test_a_failure_is_stored_as_it_was_told(http: httpx.AsyncClient) -> None:
    answer = await http.post(f"{BASE}/fail", json=make_problem().model_dump(mode="json"))
    assert JobSnapshot.model_validate(answer.json()).problem == make_problem()


async def test_continue_names_the_next_attempt(http: httpx.AsyncClient) -> None:
    answer = await http.post(f"{BASE}/continue")
    assert ContinueAttempt.model_validate(answer.json()).attempt == 2
    refused = await http.post(f"{BASE}/heartbeat")
    assert (refused.status_code, refused.json()["code"]) == (409, "stale_attempt")


async def test_an_ended_job_says_so(http: httpx.AsyncClient, bench: JobsBench) -> None:
    seed(bench.store, make_job(bench.clock, status=JobStatus.FAILED))
    answer = await http.post(f"{BASE}/heartbeat")
    assert (answer.status_code, answer.json()["code"]) == (409, "job_terminal")


async def test_a_clip_that_another_makes_says_when_to_ask(http: httpx.AsyncClient) -> None:
    body = make_plan().model_dump(mode="json")
    await http.put(INTENT, json=body)
    answer = await http.put(f"{BASE}/intents/scene-02.1", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "clip_in_progress")
    assert answer.headers["retry-after"] == "5"


ROUTES = [
    ("POST", f"{BASE}/heartbeat"),
    ("POST", f"{BASE}/status"),
    ("PUT", f"{BASE}/storyboard"),
    ("PUT", f"{BASE}/scenes/1"),
    ("PUT", f"{BASE}/music"),
    ("PUT", f"{BASE}/progress"),
    ("PUT", INTENT),
    ("POST", f"{INTENT}/moves"),
    ("POST", f"{INTENT}/closed"),
    ("POST", f"{BASE}/complete"),
    ("POST", f"{BASE}/fail"),
    ("POST", f"{BASE}/continue"),
    ("POST", "/internal/v1/predictions/unbound"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(("issuer", "status"), [("gateway", 403), (None, 401)])
async def test_only_the_generator_writes(
    http: httpx.AsyncClient, method: str, path: str, issuer: str | None, status: int
) -> None:
    headers = {"X-OmniGen-Identity": ""} if issuer is None else identity(issuer)
    assert (await http.request(method, path, json={}, headers=headers)).status_code == status


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", f"/internal/v1/jobs/{JOB}/attempts/0/heartbeat", None),
        ("PUT", f"{BASE}/scenes/0", {"state": "queued"}),
        ("PUT", f"{BASE}/intents/UPPER", make_plan().model_dump(mode="json")),
        ("PUT", INTENT, {**make_plan().model_dump(mode="json"), "fingerprint": FINGERPRINT[:-1]}),
        ("PUT", f"{BASE}/progress", {"stage": "x", "fraction": 1.5}),
        ("POST", "/internal/v1/predictions/unbound", {"provider_ids": ["p"] * 501}),
    ],
)
async def test_what_is_no_request_is_refused(http: httpx.AsyncClient, method: str, path: str, body: Any) -> None:
    answer = await http.request(method, path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
