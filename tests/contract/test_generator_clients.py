"""The generator's calls to our own services: paths, bodies, identities, and refusals as errors of ours."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from tests.fakes.generator_world import World
from tests.fakes.scripted_server import ScriptedServer, answer, open_server, problem

from omnigen_generator.clients.composer import HttpComposer
from omnigen_generator.clients.jobs import HttpJobRecords
from omnigen_generator.clients.quota import HttpQuota
from omnigen_generator.domain import errors
from omnigen_generator.domain.attempts import AttemptRef
from omnigen_generator.ports import Composing
from omnigen_shared.client import InternalClient
from omnigen_shared.contracts.base import IntentId, JobId, UserId
from omnigen_shared.contracts.composer import BodyRequest, RenderRequest
from omnigen_shared.contracts.job import (
    IntentRecord,
    IntentStatus,
    JobOutput,
    JobProblem,
    JobStatus,
    MoveIntent,
    PlanIntent,
    Progress,
    SceneState,
    SpoilOutput,
    StoreStoryboard,
    UpdateScene,
)
from omnigen_shared.errors import DependencyUnavailableError, RemoteProblemError
from omnigen_shared.identity import IDENTITY_HEADER, IdentitySigner, IdentityVerifier
from omnigen_shared.testing.identities import new_key_pair

REF = AttemptRef(JobId("job_1"), UserId("ada"), "pro", 3)
INTENT = IntentId("scene-01.1")
BODY = BodyRequest(clip_key="u/ada/clips/1.mp4", width=1280, height=720, kept_frames=150, head_frames=0, tail_frames=15)
RENDER = RenderRequest(segment_keys=("u/ada/segments/r/1.mp4",), total_frames=150)
PRIVATE_KEY, PUBLIC_KEY = new_key_pair()
HELD = IntentRecord(
    intent_id=INTENT,
    status=IntentStatus.RESERVED,
    model="a/b",
    fingerprint="f" * 64,
    price_microusd=5,
    input={},
    month="2026-11",
    reservation_id="job_1.2",
)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with open_server() as opened:
        yield opened


@pytest_asyncio.fixture
async def client(server: ScriptedServer) -> AsyncIterator[InternalClient]:
    async with InternalClient("jobs", server.url, IdentitySigner("generator", PRIVATE_KEY)) as opened:
        yield opened


@pytest.fixture(scope="module")
def done() -> World:
    """A job that has all that a record can hold."""
    world = World()
    world.order()
    world.run()
    return world


async def test_every_call_of_jobs_goes_to_its_attempt(
    server: ScriptedServer, client: InternalClient, done: World
) -> None:
    snapshot, intent = done.snapshot, done.intent("scene-01.1")
    assert snapshot.storyboard is not None
    assert snapshot.output is not None
    jobs = HttpJobRecords(client)
    record = answer(snapshot.model_dump(mode="json"))
    stored = answer(intent.model_dump(mode="json"))
    server.tell(*[record] * 7, *[stored] * 3, answer({"provider_ids": ["p2"]}), *[record] * 3, answer({"attempt": 4}))

    assert await jobs.beat(REF) == snapshot
    await jobs.begin_stage(REF, JobStatus.PLANNING)
    await jobs.store_storyboard(REF, StoreStoryboard(storyboard=snapshot.storyboard, recipe_id="r"))
    await jobs.update_scene(REF, 2, UpdateScene(state=SceneState.PREPARED))
    await jobs.store_music(REF, "u/ada/music/1.mp3")
    await jobs.report_progress(REF, Progress(stage="composing", fraction=0.5))
    await jobs.fail(REF, JobProblem(code="c", stage="s", detail="d", remedy="r"))
    plan = PlanIntent(model="a/b", fingerprint="f" * 64, price_microusd=1, input={"x": 1})
    assert await jobs.plan_intent(REF, INTENT, plan) == intent
    await jobs.move_intent(REF, INTENT, MoveIntent(expected=IntentStatus.PLANNED, status=IntentStatus.RESERVED))
    await jobs.close_socket(REF, INTENT, "me")
    assert await jobs.list_unbound(REF, ("p1", "p2")) == {"p2"}
    await jobs.complete(REF, JobOutput.model_validate(snapshot.output.model_dump()))
    await jobs.begin_stage(REF, JobStatus.GENERATING)
    assert await jobs.spoil(REF, INTENT, SpoilOutput(reason="no picture", scene=1)) == snapshot
    assert (await jobs.continue_attempt(REF)).attempt == 4

    base = "/internal/v1/jobs/job_1/attempts/3"
    assert [(asked.method, asked.path.removeprefix(base)) for asked in server.asked] == [
        ("POST", "/heartbeat"),
        ("POST", "/status"),
        ("PUT", "/storyboard"),
        ("PUT", "/scenes/2"),
        ("PUT", "/music"),
        ("PUT", "/progress"),
        ("POST", "/fail"),
        ("PUT", "/intents/scene-01.1"),
        ("POST", "/intents/scene-01.1/moves"),
        ("POST", "/intents/scene-01.1/closed"),
        ("POST", "/internal/v1/predictions/unbound"),
        ("POST", "/complete"),
        ("POST", "/status"),
        ("POST", "/intents/scene-01.1/spoiled"),
        ("POST", "/continue"),
    ]
    assert server.asked[7].body == plan.model_dump(mode="json")


async def test_calls_are_signed_for_the_user_of_the_job(
    server: ScriptedServer, client: InternalClient, done: World
) -> None:
    server.tell(answer(done.snapshot.model_dump(mode="json")))
    await HttpJobRecords(client).beat(REF)
    verifier = IdentityVerifier("jobs", {"generator": [PUBLIC_KEY]})
    identity = verifier.verify(server.asked[0].headers[IDENTITY_HEADER.lower()])
    assert (identity.issuer, identity.subject, identity.plan) == ("generator", "ada", "pro")


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (409, "stale_attempt", errors.StaleAttemptError),
        (409, "job_terminal", errors.JobTerminalError),
        (409, "intent_moved", errors.IntentMovedError),
        (409, "prediction_bound", errors.PredictionBoundError),
        (409, "clip_in_progress", errors.ClipInProgressError),
        (409, "clip_spoiled", errors.ClipSpoiledError),
        (404, "not_found", RemoteProblemError),
        (503, "dependency_unavailable", DependencyUnavailableError),
    ],
)
async def test_refusals_of_jobs_are_errors_of_ours(
    server: ScriptedServer, client: InternalClient, status: int, code: str, error: type[Exception]
) -> None:
    server.tell(problem(status, code, Retry_After="3"))
    with pytest.raises(error, match=f"told: {code}") as caught:
        await HttpJobRecords(client).beat(REF)
    assert type(caught.value) is error


async def test_quota_is_told_by_month_reservation_and_intent(server: ScriptedServer, client: InternalClient) -> None:
    server.tell(answer({"intent_id": INTENT, "state": "held", "amount_microusd": 5, "remaining_microusd": 1}))
    quota = HttpQuota(client)
    await quota.spend(REF, HELD)
    await quota.settle(REF, HELD, 4)
    await quota.refund(REF, HELD)
    base = "/internal/v1/reservations/2026-11/job_1.2/intents/scene-01.1"
    assert [(asked.method, asked.path, asked.body) for asked in server.asked] == [
        ("PUT", base, {"price_microusd": 5}),
        ("POST", f"{base}/settle", {"actual_microusd": 4}),
        ("POST", f"{base}/refund", None),
    ]


async def test_refusals_of_quota_are_errors_of_ours(server: ScriptedServer, client: InternalClient) -> None:
    quota = HttpQuota(client)
    server.tell(problem(402, "budget_exceeded"))
    with pytest.raises(errors.BudgetExceededError):
        await quota.spend(REF, HELD)
    server.tell(problem(404, "not_found"))
    with pytest.raises(errors.ReservationMissingError):
        await quota.refund(REF, HELD)
    with pytest.raises(RemoteProblemError, match="not_found"):
        await quota.settle(REF, HELD, 5)


async def test_work_of_the_composer_is_ended_by_its_key(server: ScriptedServer, client: InternalClient) -> None:
    server.tell(answer(None, 204), answer(None, 204))
    for key in ("u/ada/segments/r1/x.mp4", "u/ada/renders/r1/y.mp4"):
        await HttpComposer(client).cancel(REF, key)
    assert [(asked.method, asked.path) for asked in server.asked] == [
        ("DELETE", "/v1/segments/u/ada/segments/r1/x.mp4"),
        ("DELETE", "/v1/renders/u/ada/renders/r1/y.mp4"),
    ]


async def test_the_composers_status_is_the_answers(server: ScriptedServer, client: InternalClient) -> None:
    composer = HttpComposer(client)
    server.tell(
        answer({"recipe_id": "r1"}),
        answer({"progress": 0.25}, 202, Retry_After="2"),
        answer({"progress": 0}, 202),
        answer({"progress": 0.9}, 202, Retry_After="0"),
        answer({"key": "k", "frames": 135, "duration_s": 4.5, "has_audio": False}),
    )
    assert await composer.get_recipe(REF) == "r1"
    pending = await composer.put_segment(REF, "u/ada/segments/r1/x.mp4", BODY)
    assert isinstance(pending, Composing)
    assert (pending.pending.progress, pending.retry_after_s) == (0.25, 2)
    begun = await composer.put_render(REF, "u/ada/renders/r1/y.mp4", RENDER)
    assert isinstance(begun, Composing)
    assert begun.retry_after_s == 1
    nearly = await composer.put_render(REF, "u/ada/renders/r1/y.mp4", RENDER)
    assert isinstance(nearly, Composing)
    assert nearly.retry_after_s == 0
    ready = await composer.put_segment(REF, "u/ada/segments/r1/x.mp4", BODY)
    assert not isinstance(ready, Composing)
    assert ready.frames == 135
    assert [asked.path for asked in server.asked] == [
        "/v1/recipe",
        "/v1/segments/u/ada/segments/r1/x.mp4",
        "/v1/renders/u/ada/renders/r1/y.mp4",
        "/v1/renders/u/ada/renders/r1/y.mp4",
        "/v1/segments/u/ada/segments/r1/x.mp4",
    ]
    assert server.asked[1].body == BODY.model_dump(mode="json")
    assert [asked.headers["prefer"] for asked in server.asked[1:3]] == ["wait=1", "wait=3"]


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (422, "clip_invalid", errors.ClipInvalidError),
        (422, "music_invalid", errors.MusicInvalidError),
        (424, "segment_missing", errors.SegmentMissingError),
        (409, "recipe_mismatch", errors.RecipeMismatchError),
        (424, "source_missing", errors.CompositionError),
        (500, "composition_failed", errors.CompositionError),
        (503, "composer_busy", DependencyUnavailableError),
    ],
)
async def test_refusals_of_the_composer_are_errors_of_ours(
    server: ScriptedServer, client: InternalClient, status: int, code: str, error: type[Exception]
) -> None:
    server.tell(problem(status, code, Retry_After="1"))
    with pytest.raises(error) as caught:
        await HttpComposer(client).put_render(REF, "u/ada/renders/r1/y.mp4", RENDER)
    assert type(caught.value) is error


async def test_a_hint_and_details_survive_the_translation(server: ScriptedServer, client: InternalClient) -> None:
    told: dict[str, Any] = {"code": "intent_moved", "detail": "d", "remedy": "r", "details": {"status": "created"}}
    server.tell(answer(told, 409, Retry_After="5"))
    with pytest.raises(errors.IntentMovedError) as caught:
        await HttpJobRecords(client).beat(REF)
    assert (caught.value.remedy, caught.value.details, caught.value.retry_after_s) == ("r", {"status": "created"}, 5)
