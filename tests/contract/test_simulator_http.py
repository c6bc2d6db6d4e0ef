"""The simulator behind real sockets: cut connections, links that expire, webhooks, and a process that is killed."""

import asyncio
import base64
import hashlib
import hmac
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from tests.fakes.loopback import listen, serve_app, url_of
from tests.fakes.scripted_server import Asked, ScriptedServer, answer, hang_up, open_server
from tests.fakes.simulator import INSTANT, LANGUAGE, SECRET, TINY, TOKEN, a_settings
from tests.fakes.waiting import wait_until

from omnigen_local.simulator.app import create_app
from omnigen_local.simulator.server import CuttableProtocol
from omnigen_local.simulator.webhooks import sign

HEADERS = {"authorization": f"Bearer {TOKEN}"}
TALK = f"/v1/models/{LANGUAGE}/predictions"
FILM = f"/v1/models/{TINY}/predictions"


@asynccontextmanager
async def served(folder: Path, **changes: Any) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(a_settings(folder, **changes))
    async with (
        serve_app(app, http=CuttableProtocol) as url,
        httpx.AsyncClient(base_url=url, headers=HEADERS, timeout=30) as client,
    ):
        yield client


@pytest_asyncio.fixture
async def provider(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with served(tmp_path, webhook_retry_delays_s=[0.01, 0.01, 0.01]) as client:
        yield client


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[ScriptedServer]:
    async with open_server() as server:
        server.tell(answer())
        yield server


async def end_of(client: httpx.AsyncClient, prediction_id: str) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while True:
            shown: dict[str, Any] = (await client.get(f"/v1/predictions/{prediction_id}")).json()
            if shown["status"] not in {"starting", "processing"}:
                return shown
            await asyncio.sleep(0.02)


def path_of(url: str) -> str:
    return url.removeprefix("http://provider.test")


async def test_a_lost_reply_is_a_connection_that_just_ends(provider: httpx.AsyncClient) -> None:
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        await provider.post(TALK, json={"input": {"prompt": "x [[sim:reply_lost]]"}})
    (made,) = (await provider.get("/v1/predictions")).json()["results"]
    assert (await end_of(provider, made["id"]))["status"] == "succeeded"


async def test_an_unreachable_provider_answers_nobody(provider: httpx.AsyncClient) -> None:
    await provider.post("/_simulator/faults", json={"faults": "unreachable", "count": 1})
    with pytest.raises(httpx.RemoteProtocolError):
        await provider.get("/v1/predictions")
    assert (await provider.get("/v1/predictions")).status_code == 200


async def test_an_output_needs_no_token_and_can_be_had_in_parts(provider: httpx.AsyncClient) -> None:
    created = (await provider.post(FILM, json={"input": {"prompt": "a lake", "duration": 1}})).json()
    link = path_of((await end_of(provider, created["id"]))["output"])
    async with httpx.AsyncClient(base_url=provider.base_url) as stranger:
        whole = await stranger.get(link)
        part = await stranger.get(link, headers={"range": "bytes=4-7"})
        forged = await stranger.get(link[:-1] + ("0" if link[-1] != "0" else "1"))
    assert (whole.status_code, whole.headers["content-type"]) == (200, "video/mp4")
    assert (part.status_code, part.content) == (206, whole.content[4:8])
    assert forged.status_code == 403


@pytest.mark.parametrize("marker", [" [[sim:expires=0]]", ""])
async def test_an_output_expires(tmp_path: Path, marker: str) -> None:
    lifetime_s = 3600 if marker else 0.001
    async with served(tmp_path, output_lifetime_s=lifetime_s) as provider:
        created = (await provider.post(FILM, json={"input": {"prompt": f"a lake{marker}", "duration": 1}})).json()
        ended = await end_of(provider, created["id"])
        if marker:
            assert (await provider.get(path_of(ended["output"]))).status_code == 403
        else:
            await asyncio.sleep(2 * lifetime_s)
            shown = (await provider.get(f"/v1/predictions/{created['id']}")).json()
            assert (shown["data_removed"], shown["output"], shown["input"]) == (True, None, {})


async def call_back(provider: httpx.AsyncClient, receiver: ScriptedServer, prompt: str, *events: str) -> str:
    body = {"input": {"prompt": prompt}, "webhook": f"{receiver.url}/hook?intent=1"}
    answered = await provider.post(TALK, json={**body, "webhook_events_filter": list(events or ("completed",))})
    assert answered.status_code == 201, answered.text
    return str(answered.json()["id"])


def is_signed(asked: Asked) -> bool:
    """Checked from the description of the scheme, not with the code that signs."""
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    content = f"{asked.headers['webhook-id']}.{asked.headers['webhook-timestamp']}.".encode() + asked.raw
    expected = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return expected in asked.headers["webhook-signature"].split(" ")


async def test_a_webhook_is_signed_and_carries_the_prediction(
    provider: httpx.AsyncClient, receiver: ScriptedServer
) -> None:
    made = await call_back(provider, receiver, "rivers", "start", "completed")
    await wait_until(lambda: len(receiver.asked) == 2)
    assert {asked.path for asked in receiver.asked} == {"/hook?intent=1"}
    assert all(is_signed(asked) for asked in receiver.asked)
    statuses = {asked.body["status"]: asked for asked in receiver.asked}
    assert set(statuses) == {"processing", "succeeded"}
    assert statuses["succeeded"].body == await end_of(provider, made)
    assert len({asked.headers["webhook-id"] for asked in receiver.asked}) == 2


def test_the_signature_of_a_known_message() -> None:
    """The example of the Standard Webhooks specification."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", '{"test": 2432232314}'
    signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == signature


@pytest.mark.parametrize("refusal", [answer(status=500), answer(status=302, Location="/elsewhere"), hang_up])
async def test_a_webhook_is_tried_again_under_the_same_id(
    provider: httpx.AsyncClient, receiver: ScriptedServer, refusal: Any
) -> None:
    receiver.tell(refusal, refusal, answer())
    await call_back(provider, receiver, "rivers")
    await wait_until(lambda: len(receiver.asked) == 3)
    assert len({asked.headers["webhook-id"] for asked in receiver.asked}) == 1
    assert {asked.path for asked in receiver.asked} == {"/hook?intent=1"}


async def test_a_webhook_is_given_up_after_a_few_tries(provider: httpx.AsyncClient, receiver: ScriptedServer) -> None:
    receiver.tell(answer(status=500))
    await call_back(provider, receiver, "rivers")
    await wait_until(lambda: len(receiver.asked) == 4)
    await asyncio.sleep(0.1)
    assert len(receiver.asked) == 4


async def test_a_webhook_twice_and_a_replayed_one(provider: httpx.AsyncClient, receiver: ScriptedServer) -> None:
    await call_back(provider, receiver, "rivers [[sim:webhook_twice, webhook_replayed=0.05]]")
    await wait_until(lambda: len(receiver.asked) == 3)
    first, twice, replayed = receiver.asked
    assert first.headers["webhook-id"] == twice.headers["webhook-id"]
    assert (replayed.headers["webhook-timestamp"], replayed.headers["webhook-signature"], replayed.raw) == (
        first.headers["webhook-timestamp"],
        first.headers["webhook-signature"],
        first.raw,
    )


async def test_an_early_webhook_is_there_before_the_reply(
    provider: httpx.AsyncClient, receiver: ScriptedServer
) -> None:
    made = await call_back(provider, receiver, "rivers [[sim:webhook_early]]", "start")
    assert [asked.body["id"] for asked in receiver.asked] == [made]


async def test_a_webhook_that_was_not_sent_goes_out_after_the_restart(tmp_path: Path, receiver: ScriptedServer) -> None:
    async with served(tmp_path) as before:
        made = await call_back(before, receiver, "rivers [[sim:webhook_late=1]]")
        await end_of(before, made)
    assert receiver.asked == []
    async with served(tmp_path):
        await wait_until(lambda: len(receiver.asked) == 1)
    assert receiver.asked[0].body["id"] == made


@asynccontextmanager
async def own_process(folder: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    settings = {"PUBLIC_URL": "http://provider.test", "STATE_DIR": str(folder), "API_TOKEN": TOKEN, "PORT": str(port)}
    values = {**settings, "WEBHOOK_SECRET": SECRET, "HAS_TINY_MODEL": "true"}
    values |= {name.upper(): str(value) for name, value in INSTANT.items()}
    environment = {**os.environ, **{f"SIMULATOR_{name}": value for name, value in values.items()}}
    arguments = (sys.executable, "-m", "omnigen_local.simulator")
    process = await asyncio.create_subprocess_exec(*arguments, env=environment, stdout=asyncio.subprocess.DEVNULL)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until_healthy(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                if (await client.get("/health")).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.05)


async def test_a_killed_process_loses_nothing_and_bills_once(tmp_path: Path) -> None:
    with listen() as sock:
        url, port = url_of(sock), sock.getsockname()[1]
    async with httpx.AsyncClient(base_url=url, headers=HEADERS, timeout=30) as client:
        async with own_process(tmp_path, port) as process:
            await until_healthy(client)
            done = (await client.post(TALK, json={"input": {"prompt": "a"}}, headers={"prefer": "wait"})).json()
            body = {"input": {"prompt": "a lake [[sim:slow=2]]", "duration": 1}}
            running = (await client.post(FILM, json=body)).json()
            process.send_signal(signal.SIGKILL)
            await process.wait()
        async with own_process(tmp_path, port) as process:
            await until_healthy(client)
            ended = await end_of(client, running["id"])
            bill = (await client.get("/_simulator/bill")).json()
            process.terminate()
            async with asyncio.timeout(10):
                await process.wait()
    assert ended["status"] == "succeeded"
    assert {row["prediction_id"] for row in bill["rows"]} == {done["id"], running["id"]}
    assert bill["total_microusd"] == 10_000 + 1_000
