"""The provider's own client (PyPI's `replicate`) against the simulator: what it understands, the provider says so too.

Its base URL and its token come from its environment variables, as in anybody's program.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from replicate.client import Client
from replicate.exceptions import ModelError, ReplicateError
from replicate.helpers import FileOutput
from replicate.prediction import Prediction
from replicate.webhook import InvalidSignatureError, InvalidTimestampError, Webhooks
from tests.fakes.scripted_server import Asked, ScriptedServer, answer, open_server
from tests.fakes.simulated import TOKEN, Simulated, run_simulator
from tests.fakes.threaded import opened
from tests.fakes.waiting import wait_until

TALK = "openai/gpt-4o-mini"
FILM = "bytedance/seedance-1-pro-fast"
SPEECH = "minimax/speech-02-turbo"
SHORT = {"prompt": "a lake at dawn", "duration": 2, "resolution": "480p"}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    with opened(run_simulator(tmp_path_factory.mktemp("simulator"))) as running:
        yield running


@asynccontextmanager
async def a_client(monkeypatch: pytest.MonkeyPatch, url: str, token: str) -> AsyncIterator[Client]:
    monkeypatch.setenv("REPLICATE_BASE_URL", url)
    monkeypatch.setenv("REPLICATE_API_TOKEN", token)
    monkeypatch.setenv("REPLICATE_POLL_INTERVAL", "0.05")
    client = Client()
    try:
        yield client
    finally:
        await client._async_client.aclose()


@pytest_asyncio.fixture
async def client(monkeypatch: pytest.MonkeyPatch, simulated: Simulated) -> AsyncIterator[Client]:
    async with a_client(monkeypatch, simulated.url, TOKEN) as opened_client:
        yield opened_client


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[ScriptedServer]:
    async with open_server() as server:
        server.tell(answer())
        yield server


async def create(client: Client, model: str = TALK, **params: Any) -> Prediction:
    given = {"input": {"prompt": "rivers"}, **params}
    return await client.models.predictions.async_create(model=model, **given)


async def test_a_prediction_is_created_and_waited_for(client: Client) -> None:
    made = await create(client, FILM, input=SHORT)
    assert (made.status, made.model, made.output, made.input) == ("starting", FILM, None, SHORT)
    await made.async_wait()
    assert made.status == "succeeded"
    assert made.metrics is not None
    assert made.metrics["predict_time"] > 0


async def test_it_is_found_by_its_id(client: Client) -> None:
    made = await create(client)
    await made.async_wait()
    found = await client.predictions.async_get(made.id)
    assert found.dict() == made.dict()
    assert isinstance(found.output, list)
    assert set(found.urls or {}) >= {"get", "cancel"}


async def test_all_are_listed_page_by_page(client: Client) -> None:
    made = [(await create(client, input={"prompt": f"river {number}"})).id for number in range(101)]
    first = await client.predictions.async_list()
    assert (len(first), first.previous) == (100, None)
    assert first.next is not None
    second = await client.predictions.async_list(first.next)
    listed = [entry.id for entry in (*first.results, *second.results)]
    assert listed[:101] == made[::-1]
    assert second.previous is not None
    assert [entry.id for entry in await client.predictions.async_list(second.previous)] == listed[:100]


async def test_a_running_one_is_canceled(client: Client) -> None:
    made = await create(client, input={"prompt": "rivers [[sim:stuck]]"})
    await made.async_cancel()
    assert made.status == "canceled"
    assert (await client.predictions.async_get(made.id)).status == "canceled"


async def test_a_reply_that_waits_brings_the_output(client: Client) -> None:
    made = await create(client, wait=True)
    assert made.status == "succeeded"
    assert made.output


async def test_a_reply_that_has_waited_long_enough_shows_no_end(client: Client) -> None:
    """The client takes any other word than `starting` for the end."""
    made = await create(client, input={"prompt": "rivers [[sim:slow=1.5]]"}, wait=1)
    assert (made.status, made.output) == ("starting", None)


async def test_a_model_is_run_to_its_output(client: Client) -> None:
    output: Any = await client.async_run(TALK, input={"prompt": "rivers"})
    assert "".join(output)


@pytest.mark.parametrize("wait", [True, 1, False])
async def test_a_file_is_run_for_and_read(client: Client, wait: bool | int) -> None:
    text = f"Rivers run. [[sim:slow={1.5 if wait == 1 else 0.2}]]"
    output: Any = await client.async_run(SPEECH, input={"text": text}, wait=wait)
    file = FileOutput(output, client)  # it makes one itself of https addresses only
    assert len(await file.aread()) > 1_000


async def test_a_failure_is_told_by_the_models_error(client: Client) -> None:
    with pytest.raises(ModelError, match="flagged as sensitive"):
        await client.async_run(TALK, input={"prompt": "rivers [[sim:moderated]]"})


async def test_refusals_are_understood(client: Client) -> None:
    with pytest.raises(ReplicateError) as missing:
        await client.predictions.async_get("unheard-of")
    assert missing.value.status == 404
    with pytest.raises(ReplicateError) as unknown:
        await create(client, FILM, input={**SHORT, "colour": "blue"})
    assert (unknown.value.status, "colour" in str(unknown.value.detail)) == (422, True)


async def test_a_stranger_is_refused(monkeypatch: pytest.MonkeyPatch, simulated: Simulated) -> None:
    async with a_client(monkeypatch, simulated.url, "r8_other") as stranger:
        with pytest.raises(ReplicateError) as refusal:
            await stranger.predictions.async_list()
    assert refusal.value.status == 401


async def called_back(client: Client, receiver: ScriptedServer) -> Asked:
    await create(client, webhook=f"{receiver.url}/hook", webhook_events_filter=["completed"])
    await wait_until(lambda: len(receiver.asked) == 1)
    return receiver.asked[0]


async def test_a_webhook_is_valid_to_it(client: Client, receiver: ScriptedServer) -> None:
    asked = await called_back(client, receiver)
    secret = await client.webhooks.default.async_secret()
    Webhooks.validate(headers=asked.headers, body=asked.raw.decode(), secret=secret, tolerance=300)
    assert Prediction(**asked.body).status == "succeeded"


async def test_a_webhook_that_was_changed_is_not(client: Client, receiver: ScriptedServer) -> None:
    asked = await called_back(client, receiver)
    secret, body = await client.webhooks.default.async_secret(), asked.raw.decode()
    with pytest.raises(InvalidSignatureError):
        Webhooks.validate(headers=asked.headers, body=body.replace("succeeded", "failed"), secret=secret)
    old = {**asked.headers, "webhook-timestamp": "1000000000"}
    with pytest.raises(InvalidTimestampError):
        Webhooks.validate(headers=old, body=body, secret=secret, tolerance=300)
