"""What the provider's client makes of every kind of answer, and of none."""

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from tests.fakes.scripted_server import Answer, ScriptedServer, answer, dawdle, hang_up, open_server, raw

from omnigen_generator.clients.provider import ReplicateProvider
from omnigen_generator.domain.errors import (
    OutputGoneError,
    PredictionMissingError,
    ProviderError,
    ProviderRefusedError,
    ProviderSilentError,
    ProviderThrottledError,
    ProviderUnreachableError,
)
from omnigen_generator.domain.predictions import PredictionStatus

MODEL = "bytedance/seedance-1-pro-fast"
NOW = "2026-11-24T12:00:00.123456Z"
NOBODY = "http://127.0.0.1:9"
INPUT = {"prompt": "a cup", "seed": 7}


def a_prediction(**news: Any) -> dict[str, Any]:
    plain = {"id": "p1", "model": MODEL, "status": "starting", "input": INPUT, "output": None, "created_at": NOW}
    return {**plain, "error": None, "logs": "", "version": "hidden", "urls": {}, **news}


def a_page(*predictions: dict[str, Any], following: str | None = None) -> Answer:
    return answer({"results": list(predictions), "next": following, "previous": None})


def a_provider(url: str, **limits: Any) -> ReplicateProvider:
    plain = {"timeout_s": 2, "download_timeout_s": 2, "max_bytes": 1000}
    return ReplicateProvider(url, "r8_secret", **{**plain, **limits})


@pytest_asyncio.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with open_server() as opened:
        yield opened


@pytest_asyncio.fixture
async def provider(server: ScriptedServer) -> AsyncIterator[ReplicateProvider]:
    async with a_provider(server.url) as opened:
        yield opened


async def test_a_create_sends_the_input_and_the_token(server: ScriptedServer, provider: ReplicateProvider) -> None:
    server.tell(answer(a_prediction(), 201))
    prediction = await provider.create(MODEL, INPUT, 60)
    assert (prediction.id, prediction.status, prediction.model) == ("p1", PredictionStatus.STARTING, MODEL)
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", f"/v1/models/{MODEL}/predictions")
    assert asked.headers["authorization"] == "Bearer r8_secret"
    assert asked.headers["cancel-after"] == "60s"
    assert asked.body == {"input": INPUT}


async def test_a_create_may_ask_to_be_called_back(server: ScriptedServer, provider: ReplicateProvider) -> None:
    server.tell(answer(a_prediction(), 201))
    await provider.create(MODEL, INPUT, 60, "https://omnigen.test/hook")
    told = {"webhook": "https://omnigen.test/hook", "webhook_events_filter": ["start", "completed"]}
    assert server.asked[0].body == {"input": INPUT, **told}


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 422])
async def test_a_4xx_is_a_definite_no(server: ScriptedServer, provider: ReplicateProvider, status: int) -> None:
    server.tell(answer({"title": "Nope", "detail": "no such input"}, status))
    with pytest.raises(ProviderRefusedError, match="no such input") as caught:
        await provider.create(MODEL, INPUT, 60)
    assert caught.value.status == status
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("told", "hint_s"),
    [
        (answer({"detail": "Request was throttled. Your rate limit resets in ~30s."}, 429), 30),
        (answer({"detail": "slow down"}, 429, Retry_After="7"), 7),
        (answer({"detail": "Your rate limit resets in ~30s."}, 429, Retry_After="5"), 5),
        (answer({"detail": "slow down"}, 429), None),
    ],
)
async def test_a_throttled_create_tells_how_long(
    server: ScriptedServer, provider: ReplicateProvider, told: Answer, hint_s: int | None
) -> None:
    server.tell(told)
    with pytest.raises(ProviderThrottledError) as caught:
        await provider.create(MODEL, INPUT, 60)
    assert caught.value.retry_after_s == hint_s


@pytest.mark.parametrize(
    "told",
    [
        answer({"detail": "oops"}, 500),
        answer({"detail": "bad gateway"}, 502),
        raw(b"<html>", 504, "text/html"),
        answer(None, 302, Location="/elsewhere"),
        answer({"status": "starting"}, 201),
        answer({"id": "", "created_at": NOW}, 201),
        raw(b"{", 201, "application/json"),
        raw(b'{"id"', 201, "application/json", length=500),
        hang_up,
    ],
)
async def test_whatever_leaves_a_doubt_is_never_sent_again(
    server: ScriptedServer, provider: ReplicateProvider, told: Answer
) -> None:
    server.tell(told)
    with pytest.raises(ProviderSilentError):
        await provider.create(MODEL, INPUT, 60)
    assert len(server.asked) == 1


async def test_an_answer_that_does_not_come_in_time_leaves_a_doubt(server: ScriptedServer) -> None:
    server.tell(dawdle(0.5))
    async with a_provider(server.url, timeout_s=0.2) as provider:
        with pytest.raises(ProviderSilentError):
            await provider.create(MODEL, INPUT, 60)
    assert len(server.asked) == 1


@pytest.mark.parametrize("url", [NOBODY, "http://provider.invalid"])
async def test_a_connection_that_never_was_leaves_none(url: str) -> None:
    async with a_provider(url) as provider:
        with pytest.raises(ProviderUnreachableError):
            await provider.create(MODEL, INPUT, 60)


async def test_every_create_has_a_socket_of_its_own(server: ScriptedServer, provider: ReplicateProvider) -> None:
    server.tell(answer(a_prediction(), 201))
    for _ in range(3):
        await provider.create(MODEL, INPUT, 60)
    assert {asked.headers.get("connection", "").lower() for asked in server.asked} == {"close"}


@pytest.mark.parametrize(
    ("output", "outputs"),
    [
        ("https://x/1.mp4", ("https://x/1.mp4",)),
        (["a", "b"], ("a", "b")),
        ([], ()),
        ("", ()),
        (None, ()),
        ({"video": 1}, ()),
    ],
)
async def test_outputs_are_a_text_or_a_list(
    server: ScriptedServer, provider: ReplicateProvider, output: Any, outputs: tuple[str, ...]
) -> None:
    server.tell(answer(a_prediction(status="succeeded", output=output)))
    assert (await provider.get("p1")).outputs == outputs


async def test_a_prediction_is_read_tolerantly(server: ScriptedServer, provider: ReplicateProvider) -> None:
    odd = {"id": "p1", "created_at": "2026-11-24T12:00:00", "status": "dreaming", "model": f"{MODEL}:abc123"}
    server.tell(answer({**odd, "data_removed": True, "surprise": [1]}))
    prediction = await provider.get("p1")
    assert prediction.status.is_running
    assert prediction.model == MODEL
    assert prediction.created_at == datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


async def test_an_error_of_any_kind_is_text(server: ScriptedServer, provider: ReplicateProvider) -> None:
    server.tell(answer(a_prediction(status="failed", error={"code": 5})))
    assert (await provider.get("p1")).error == "{'code': 5}"


@pytest.mark.parametrize(
    "told", [answer({"detail": "gone"}, 410), answer({}, 500), answer({}, 429), answer([]), hang_up]
)
async def test_what_cannot_be_learnt_now_is_asked_later(
    server: ScriptedServer, provider: ReplicateProvider, told: Answer
) -> None:
    server.tell(told)
    with pytest.raises(ProviderUnreachableError):
        await provider.get("p1")
    with pytest.raises(ProviderUnreachableError):
        await provider.list_since(datetime(2026, 11, 24, tzinfo=UTC))


async def test_the_list_is_paged_back_to_the_instant(server: ScriptedServer, provider: ReplicateProvider) -> None:
    newest = a_prediction(id="p3", created_at="2026-11-24T12:02:00Z")
    middle = a_prediction(id="p2", created_at="2026-11-24T12:01:00Z")
    oldest = a_prediction(id="p1", created_at="2026-11-24T12:00:00Z")
    server.tell(
        a_page(newest, following="https://elsewhere.test/v1/predictions?cursor=c2"),
        a_page(middle, oldest, following="https://elsewhere.test/v1/predictions?cursor=c3"),
        a_page(),
    )
    found = await provider.list_since(datetime(2026, 11, 24, 12, 0, 30, tzinfo=UTC))
    assert [prediction.id for prediction in found] == ["p3", "p2"]
    assert [asked.path for asked in server.asked] == ["/v1/predictions", "/v1/predictions?cursor=c2"]


async def test_the_whole_list_is_read_when_nothing_is_old(server: ScriptedServer, provider: ReplicateProvider) -> None:
    server.tell(a_page(a_prediction(id="p2"), following="/v1/predictions?cursor=c2"), a_page(a_prediction(id="p1")))
    found = await provider.list_since(datetime(2026, 11, 24, tzinfo=UTC))
    assert [prediction.id for prediction in found] == ["p2", "p1"]


async def test_a_list_without_an_end_is_not_taken_for_complete(
    server: ScriptedServer, provider: ReplicateProvider
) -> None:
    server.tell(a_page(a_prediction(), following="/v1/predictions?cursor=again"))
    with pytest.raises(ProviderUnreachableError, match="50 pages"):
        await provider.list_since(datetime(2026, 11, 24, tzinfo=UTC))


async def test_an_output_is_copied_whole_and_without_the_token(
    server: ScriptedServer, provider: ReplicateProvider
) -> None:
    server.tell(raw(b"x" * 1000))
    target = io.BytesIO(b"what an earlier try has left behind" * 100)
    assert await provider.download(f"{server.url}/1.mp4?sig=1", target) == "video/mp4"
    assert target.getvalue() == b"x" * 1000
    assert "authorization" not in server.asked[0].headers


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (raw(b"x" * 1001), OutputGoneError),
        (raw(b""), OutputGoneError),
        (answer({}, 404), OutputGoneError),
        (answer({}, 403), OutputGoneError),
        (answer(None, 302, Location="/again"), OutputGoneError),
        (answer({}, 503), ProviderUnreachableError),
        (answer({}, 429), ProviderUnreachableError),
        (raw(b"x" * 10, length=500), ProviderUnreachableError),
        (hang_up, ProviderUnreachableError),
    ],
)
async def test_an_output_that_is_not_whole_is_none(
    server: ScriptedServer, told: Answer, error: type[ProviderError]
) -> None:
    server.tell(told)
    async with a_provider(server.url) as provider:
        with pytest.raises(error):
            await provider.download(f"{server.url}/1.mp4", io.BytesIO())


async def test_an_output_that_does_not_come_is_given_up(server: ScriptedServer) -> None:
    server.tell(dawdle(0.5))
    async with a_provider(server.url, download_timeout_s=0.3) as provider:
        with pytest.raises(ProviderUnreachableError):
            await provider.download(f"{server.url}/1.mp4", io.BytesIO())


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://x/1.mp4", "data:video/mp4;base64,AA", "", "http://"])
async def test_only_web_addresses_are_fetched(provider: ReplicateProvider, address: str) -> None:
    with pytest.raises(OutputGoneError):
        await provider.download(address, io.BytesIO())


async def test_outside_of_its_context_the_client_does_nothing() -> None:
    with pytest.raises(RuntimeError, match="outside of its context"):
        await a_provider(NOBODY).get("p1")


async def test_a_prediction_that_the_provider_does_not_know_is_no_silence(
    server: ScriptedServer, provider: ReplicateProvider
) -> None:
    server.tell(answer({"detail": "Prediction not found"}, 404))
    with pytest.raises(PredictionMissingError, match="not found"):
        await provider.get("p1")


async def test_a_cancel_names_the_prediction(server: ScriptedServer, provider: ReplicateProvider) -> None:
    server.tell(answer(a_prediction(status="canceled")), answer({"detail": "busy"}, 503))
    await provider.cancel("p/1")
    assert [(asked.method, asked.path) for asked in server.asked] == [("POST", "/v1/predictions/p%2F1/cancel")]
    with pytest.raises(ProviderUnreachableError, match="503"):
        await provider.cancel("p1")
