"""S3 and Secrets Manager, against the emulator and against an AWS that misbehaves."""

import asyncio
import io
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from botocore.exceptions import ClientError
from botocore.retries.standard import ExponentialBackoff
from tests.fakes.scripted_server import Answer, ScriptedServer, answer, hang_up, open_server, raw

from omnigen_generator.store import S3Assets, read_secret
from omnigen_local.addresses import CREDENTIALS
from omnigen_local.provisioning import client_options
from omnigen_shared.aws.clients import open_session
from omnigen_shared.errors import DependencyUnavailableError
from omnigen_shared.settings import BaseUnitSettings

BUCKET = "generator-store"
KEY = "u/ada/clips/a b.mp4"
SECRET = {"identity_private_key": "pem", "replicate_api_token": "r8"}
THROTTLED = answer({"__type": "ThrottlingException"}, 400)


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Lambda gives them to its function."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True)
def _no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore would wait seconds before it tries again."""
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda _self, _context: 0.0)


@asynccontextmanager
async def open_assets(url: str) -> AsyncIterator[S3Assets]:
    async with AsyncExitStack() as stack:
        yield S3Assets(settings_for(url), BUCKET, stack)


def settings_for(url: str) -> BaseUnitSettings:
    return BaseUnitSettings(aws_endpoint_url=url)


@pytest_asyncio.fixture
async def assets(emulator_url: str) -> AsyncIterator[S3Assets]:
    async with open_session().create_client("s3", **client_options(emulator_url)) as s3:
        await s3.create_bucket(Bucket=BUCKET)
    async with open_assets(emulator_url) as opened:
        yield opened


@pytest_asyncio.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with open_server() as opened:
        yield opened


async def read_object(emulator_url: str, key: str) -> tuple[bytes, str]:
    async with open_session().create_client("s3", **client_options(emulator_url)) as s3:
        found = await s3.get_object(Bucket=BUCKET, Key=key)
        return await found["Body"].read(), found["ContentType"]


@pytest.mark.parametrize("in_memory_bytes", [1, 1 << 30])
async def test_a_file_is_stored_whole_with_its_type_and_stays_open(
    assets: S3Assets, emulator_url: str, in_memory_bytes: int
) -> None:
    content = bytes(range(256)) * 4096 * 3
    with tempfile.SpooledTemporaryFile(max_size=in_memory_bytes) as file:
        file.write(content)
        file.seek(100)
        await assets.put(KEY, file, "video/mp4")
        assert not file.closed
    assert await read_object(emulator_url, KEY) == (content, "video/mp4")


async def test_a_text_is_read_back(assets: S3Assets) -> None:
    await assets.put("u/ada/plans/1.txt", io.BytesIO("über".encode()), "text/plain; charset=utf-8")
    assert await assets.get_text("u/ada/plans/1.txt") == "über"


async def test_an_empty_file_is_a_file(assets: S3Assets) -> None:
    await assets.put("u/ada/plans/empty.txt", io.BytesIO(), "text/plain")
    assert not await assets.get_text("u/ada/plans/empty.txt")


async def test_a_missing_text_is_a_key_error(assets: S3Assets) -> None:
    with pytest.raises(KeyError, match="nowhere"):
        await assets.get_text("u/ada/plans/nowhere.txt")


async def test_the_client_is_opened_once_by_many(assets: S3Assets) -> None:
    opened: list[object] = []
    with pytest.MonkeyPatch.context() as patch:
        enter = assets._stack.enter_async_context

        async def count(manager: Any) -> Any:
            opened.append(manager)
            await asyncio.sleep(0)
            return await enter(manager)

        patch.setattr(assets._stack, "enter_async_context", count)
        await asyncio.gather(assets.open(), assets.link(KEY), assets.open())
    assert len(opened) == 1


async def test_the_secret_is_a_json_document(emulator_url: str) -> None:
    async with open_session().create_client("secretsmanager", **client_options(emulator_url)) as secrets:
        created = await secrets.create_secret(Name="generator-store", SecretString=json.dumps(SECRET))
    assert await read_secret(settings_for(emulator_url), created["ARN"]) == SECRET
    with pytest.raises(ClientError, match="ResourceNotFound"):
        await read_secret(settings_for(emulator_url), created["ARN"] + "x")


async def test_a_passing_refusal_is_tried_again_with_the_whole_file(server: ScriptedServer) -> None:
    server.tell(answer(status=503), hang_up, answer())
    async with open_assets(server.url) as assets:
        await assets.put(KEY, io.BytesIO(b"x" * 1000), "video/mp4")
    assert [asked.raw for asked in server.asked] == [b"x" * 1000] * 3


async def test_every_use_shares_one_connection(server: ScriptedServer) -> None:
    server.tell(answer())
    async with open_assets(server.url) as assets:
        for _ in range(3):
            await assets.put(KEY, io.BytesIO(b"x"), "video/mp4")
    assert len({asked.port for asked in server.asked}) == 1


@pytest.mark.parametrize("told", [answer(status=503), answer(status=500), hang_up])
async def test_an_s3_that_is_away_is_tried_again_and_said_to_be(server: ScriptedServer, told: Answer) -> None:
    server.tell(told)
    async with open_assets(server.url) as assets:
        with pytest.raises(DependencyUnavailableError, match="s3"):
            await assets.put(KEY, io.BytesIO(b"x"), "video/mp4")
        tries = len(server.asked)
        with pytest.raises(DependencyUnavailableError, match="s3"):
            await assets.get_text(KEY)
    assert tries > 1


async def test_an_answer_that_breaks_off_is_an_s3_that_is_away(server: ScriptedServer) -> None:
    server.tell(raw(b"half", media_type="text/plain", length=100))
    async with open_assets(server.url) as assets:
        with pytest.raises(DependencyUnavailableError, match="s3 does not answer"):
            await assets.get_text(KEY)


@pytest.mark.parametrize("told", [THROTTLED, answer(status=503), hang_up])
async def test_a_secret_that_cannot_be_read_now_is_tried_again_and_said_to_be(
    server: ScriptedServer, told: Answer
) -> None:
    server.tell(told)
    with pytest.raises(DependencyUnavailableError, match="secretsmanager"):
        await read_secret(settings_for(server.url), "arn")
    assert len(server.asked) > 1


async def test_a_refusal_for_good_is_not_tried_again(server: ScriptedServer) -> None:
    server.tell(answer(status=403))
    async with open_assets(server.url) as assets:
        with pytest.raises(ClientError, match="403"):
            await assets.put(KEY, io.BytesIO(b"x"), "video/mp4")
    assert len(server.asked) == 1
