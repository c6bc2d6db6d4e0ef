"""The provider's client against the provider simulator: our own calls, its answers, its faults."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from tests.fakes.cutting import cuts_of
from tests.fakes.generator_world import a_request
from tests.fakes.simulated import TOKEN, Simulated, run_simulator
from tests.fakes.threaded import opened

from omnigen_generator.clients.provider import ReplicateProvider
from omnigen_generator.domain.calls import PaidCall, clip_call, music_call, plan_call, repair_call
from omnigen_generator.domain.errors import (
    OutputGoneError,
    PredictionMissingError,
    ProviderRefusedError,
    ProviderSilentError,
    ProviderThrottledError,
    ProviderUnreachableError,
)
from omnigen_generator.domain.matching import list_candidates
from omnigen_generator.domain.predictions import Prediction, PredictionStatus, judge_end
from omnigen_generator.domain.prompting import PlannedVideo, Unusable, read_plan
from omnigen_generator.domain.storyboards import build_storyboard
from omnigen_generator.domain.templates import write_plan
from omnigen_local.simulator.table import MODELS
from omnigen_shared.clock import SystemClock
from omnigen_shared.contracts.catalogue import DEFAULT_VIDEO_MODEL, VIDEO_MODELS
from omnigen_shared.contracts.failure import FailureCode
from omnigen_shared.contracts.job import IntentRecord, IntentStatus, JobRequest
from omnigen_shared.contracts.media import AspectRatio, Resolution
from omnigen_shared.contracts.storyboard import Category, PlannedBy, Storyboard


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    with opened(run_simulator(tmp_path_factory.mktemp("simulator"))) as simulated:
        yield simulated


@pytest_asyncio.fixture
async def simulated(running: Simulated) -> Simulated:
    """Without the faults of the test before."""
    await running.forget()
    return running


def a_client(url: str, token: str = TOKEN) -> ReplicateProvider:
    return ReplicateProvider(url, token, timeout_s=5, download_timeout_s=10, max_bytes=50_000_000)


@pytest_asyncio.fixture
async def provider(simulated: Simulated) -> AsyncIterator[ReplicateProvider]:
    async with a_client(simulated.url) as opened_client:
        yield opened_client


def a_storyboard(request: JobRequest) -> Storyboard:
    cuts = cuts_of(request)
    return build_storyboard(request, cuts, write_plan(request, len(cuts)), PlannedBy.TEMPLATE)


def a_clip(seed: int, **news: object) -> PaidCall:
    """A short one; equal seeds make equal calls."""
    request = a_request(seed=seed, duration_s=5, **{"resolution": Resolution.P480, **news})
    storyboard = a_storyboard(request)
    scene = storyboard.scenes[0]
    if request.model == DEFAULT_VIDEO_MODEL:
        scene = scene.model_copy(update={"clip_duration_s": 2})
    return clip_call(request, storyboard, scene)


async def run(provider: ReplicateProvider, call: PaidCall) -> Prediction:
    """To its end."""
    return await wait(provider, await provider.create(call.model, call.input, 600))


async def wait(provider: ReplicateProvider, prediction: Prediction) -> Prediction:
    """Until it has ended."""
    async with asyncio.timeout(120):
        while prediction.status.is_running:
            await asyncio.sleep(0.05)
            prediction = await provider.get(prediction.id)
    return prediction


def as_sending(call: PaidCall, sent_at: datetime) -> IntentRecord:
    fields = call.to_intent().model_dump()
    return IntentRecord(intent_id=call.intent_id, status=IntentStatus.SENDING, sent_at=sent_at, **fields)


@pytest.mark.parametrize("category", list(Category))
async def test_the_planners_answer_is_a_plan(provider: ReplicateProvider, category: Category) -> None:
    request = a_request(category=category, duration_s=60)
    cuts = cuts_of(request)
    ended = await run(provider, plan_call(request, cuts))
    assert len(ended.outputs) > 1
    plan = read_plan("".join(ended.outputs), len(cuts))
    assert isinstance(plan, PlannedVideo)
    assert build_storyboard(request, cuts, plan, PlannedBy.MODEL).total_frames == 1800


TEXT_MODELS = [model for model in VIDEO_MODELS.values() if not model.needs_start_frame]


@pytest.mark.parametrize(
    ("model", "aspect", "resolution"),
    [
        (model.name, aspect, resolution)
        for model in TEXT_MODELS
        for aspect in model.aspects
        for resolution in model.offers
    ],
)
async def test_every_clip_that_we_ask_for_is_accepted(
    provider: ReplicateProvider, model: str, aspect: AspectRatio, resolution: Resolution
) -> None:
    takes_negative = VIDEO_MODELS[model].inputs.negative_prompt is not None
    call = a_clip(
        1,
        model=model,
        aspect_ratio=aspect,
        resolution=resolution,
        negative_prompt="rain" if takes_negative else None,
    )
    accepted = await provider.create(call.model, call.input, 600)
    assert accepted.status.is_running
    await provider.cancel(accepted.id)  # nobody looks at it: nothing need be rendered


def test_our_prices_are_the_providers_for_each_model_and_resolution() -> None:
    for model in VIDEO_MODELS.values():
        for resolution, offer in model.offers.items():
            request = a_request(model=model.name, resolution=resolution, duration_s=15)
            storyboard = a_storyboard(request)
            call = clip_call(request, storyboard, storyboard.scenes[0])
            told = dict(call.input)
            if model.needs_start_frame:
                told[str(model.inputs.start_frame)] = "https://x/y.jpg"
            theirs = MODELS[model.name]
            assert theirs.charge(theirs.check(told)).amount_microusd == call.price_microusd, offer


async def test_a_clip_is_an_mp4(provider: ReplicateProvider) -> None:
    ended = await run(provider, a_clip(2))
    assert judge_end(ended) is None
    target = io.BytesIO()
    assert await provider.download(ended.outputs[0], target) == "video/mp4"
    assert target.getvalue()[4:8] == b"ftyp"


async def test_music_can_be_had(provider: ReplicateProvider) -> None:
    ended = await run(provider, music_call(a_request(), a_storyboard(a_request())))
    target = io.BytesIO()
    assert (await provider.download(ended.outputs[0], target)).startswith("audio/")
    assert len(target.getvalue()) > 10_000


async def test_our_price_is_the_providers(provider: ReplicateProvider, simulated: Simulated) -> None:
    calls = [a_clip(3), music_call(a_request(seed=3), a_storyboard(a_request(seed=3)))]
    ended = [await run(provider, call) for call in calls]
    billed = {row["prediction_id"]: row["amount_microusd"] for row in await simulated.bill()}
    assert [billed[prediction.id] for prediction in ended] == [call.price_microusd for call in calls]


@pytest.mark.parametrize(("fault", "seed"), [("reply_lost", 11), ("reply_error", 12), ("reply_error=504", 13)])
async def test_a_lost_reply_is_found_in_the_list(
    provider: ReplicateProvider, simulated: Simulated, fault: str, seed: int
) -> None:
    call, sent_at = a_clip(seed), SystemClock().now()
    await simulated.tell(fault, count=1)
    with pytest.raises(ProviderSilentError):
        await provider.create(call.model, call.input, 600)
    listed = await provider.list_since(sent_at - timedelta(seconds=60))
    (found,) = list_candidates(as_sending(call, sent_at), sent_at, sent_at, listed)
    assert (await provider.get(found.id)).model == call.model


async def test_what_was_never_accepted_is_never_listed(provider: ReplicateProvider, simulated: Simulated) -> None:
    call, sent_at = a_clip(5), SystemClock().now()
    await simulated.tell("server_error", count=1)
    with pytest.raises(ProviderSilentError):
        await provider.create(call.model, call.input, 600)
    listed = await provider.list_since(sent_at - timedelta(seconds=60))
    assert not list_candidates(as_sending(call, sent_at), sent_at, sent_at, listed)


async def test_too_many_calls_are_told_with_a_hint(provider: ReplicateProvider, simulated: Simulated) -> None:
    await simulated.tell("throttled=7", count=1)
    with pytest.raises(ProviderThrottledError) as caught:
        await provider.create(a_clip(6).model, a_clip(6).input, 600)
    assert caught.value.retry_after_s == 7


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("failed", PredictionStatus.FAILED, FailureCode.GENERATION_FAILED),
        ("moderated", PredictionStatus.FAILED, FailureCode.CONTENT_MODERATED),
        ("aborted", PredictionStatus.ABORTED, FailureCode.GENERATION_FAILED),
    ],
)
async def test_bad_ends_are_told_apart(
    provider: ReplicateProvider, simulated: Simulated, fault: str, status: PredictionStatus, code: FailureCode
) -> None:
    await simulated.tell(fault, count=1)
    ended = await run(provider, a_clip(7))
    assert ended.status is status
    outcome = judge_end(ended)
    assert outcome is not None
    assert (outcome.reason.code, outcome.reason.provider_id) == (code, ended.id)


async def test_a_planner_that_answers_prose_is_asked_again(provider: ReplicateProvider, simulated: Simulated) -> None:
    await simulated.tell("nonsense", count=1)
    request = a_request()
    ended = await run(provider, plan_call(request, cuts_of(request)))
    unusable = read_plan("".join(ended.outputs), 3)
    assert isinstance(unusable, Unusable)
    repaired = await run(provider, repair_call(request, cuts_of(request), unusable))
    assert isinstance(read_plan("".join(repaired.outputs), 3), PlannedVideo)


async def test_an_address_that_has_expired_has_nothing(provider: ReplicateProvider, simulated: Simulated) -> None:
    await simulated.tell("expires=0", count=1)
    ended = await run(provider, a_clip(8))
    with pytest.raises(OutputGoneError, match="HTTP 4"):
        await provider.download(ended.outputs[0], io.BytesIO())


async def test_a_wrong_input_and_a_wrong_token_are_refused(simulated: Simulated, provider: ReplicateProvider) -> None:
    call = a_clip(9)
    with pytest.raises(ProviderRefusedError, match="422"):
        await provider.create(call.model, {**call.input, "duration": 99}, 600)
    async with a_client(simulated.url, "r8_wrong") as stranger:
        with pytest.raises(ProviderRefusedError, match="401"):
            await stranger.create(call.model, call.input, 600)


@pytest.mark.parametrize("fault", ["down", "unreachable"])
async def test_a_provider_that_is_down_tells_nothing(
    provider: ReplicateProvider, simulated: Simulated, fault: str
) -> None:
    await simulated.tell(fault)
    with pytest.raises(ProviderUnreachableError):
        await provider.get("p1")
    with pytest.raises(ProviderSilentError):
        await provider.create(a_clip(10).model, a_clip(10).input, 600)


async def test_what_is_canceled_ends_at_once(provider: ReplicateProvider) -> None:
    call = a_clip(21)
    prediction = await provider.create(call.model, {**call.input, "prompt": "a lake [[sim:slow=60]]"}, 600)
    await provider.cancel(prediction.id)
    ended = await wait(provider, prediction)
    assert judge_end(ended) is not None


async def test_a_prediction_that_nobody_made_is_missing(provider: ReplicateProvider) -> None:
    with pytest.raises(PredictionMissingError):
        await provider.get("nobodymadethisone")
    with pytest.raises(ProviderUnreachableError):
        await provider.cancel("nobodymadethisone")


async def test_what_takes_too_long_is_ended_by_the_provider(provider: ReplicateProvider) -> None:
    call = a_clip(22)
    prediction = await provider.create(call.model, {**call.input, "prompt": "a lake [[sim:slow=60]]"}, 1)
    ended = await wait(provider, prediction)
    assert ended.status in {PredictionStatus.ABORTED, PredictionStatus.CANCELED}
