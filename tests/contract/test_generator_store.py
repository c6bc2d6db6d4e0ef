"""S3 and Secrets Manager without an SDK, against the emulator and against an S3 that misbehaves."""

import io
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiobotocore.session import get_session
from tests.fakes.scripted_server import Answer, answer, hang_up, open_server

from omnigen_generator.signing import Credentials
from omnigen_generator.store import ATTEMPTS, AwsHttp, AwsStatusError, S3Assets, read_secret
from omnigen_local.addresses import REGION
from omnigen_local.provisioning import client_options
from omnigen_shared.clock import SystemClock
from omnigen_shared.errors import DependencyUnavailableError

BUCKET = "generator-store"
KEY = "u/ada/clips/a b.mp4"
CREDENTIALS = Credentials("test", "test")


def an_aws(url: str | None) -> AwsHttp:
    return AwsHttp(REGION, url, CREDENTIALS, SystemClock())


@pytest_asyncio.fixture
async def assets(emulator_url: str) -> AsyncIterator[S3Assets]:
    async with get_session().create_client("s3", **client_options(emulator_url)) as s3:
        await s3.create_bucket(Bucket=BUCKET)
    async with an_aws(emulator_url) as aws:
        yield S3Assets(aws, BUCKET)


async def read_object(emulator_url: str, key: str) -> tuple[bytes, str]:
    async with get_session().create_client("s3", **client_options(emulator_url)) as s3:
        found = await s3.get_object(Bucket=BUCKET, Key=key)
        return await found["Body"].read(), found["ContentType"]


async def test_a_file_is_stored_whole_with_its_type(assets: S3Assets, emulator_url: str) -> None:
    content = bytes(range(256)) * 4096 * 3
    file = io.BytesIO(content)
    file.seek(100)
    await assets.put(KEY, file, "video/mp4")
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


async def test_the_secret_is_a_json_document(emulator_url: str) -> None:
    document = {"identity_private_key": "pem", "replicate_api_token": "r8"}
    async with get_session().create_client("secretsmanager", **client_options(emulator_url)) as secrets:
        created = await secrets.create_secret(Name="generator-store", SecretString=json.dumps(document))
    async with an_aws(emulator_url) as aws:
        assert await read_secret(aws, created["ARN"]) == document
        with pytest.raises(AwsStatusError, match="400"):
            await read_secret(aws, created["ARN"] + "x")


async def test_a_passing_refusal_is_tried_again_with_the_whole_file() -> None:
    async with open_server() as server, an_aws(server.url) as aws:
        server.tell(answer({}, 503), hang_up, answer({}))
        await S3Assets(aws, BUCKET).put(KEY, io.BytesIO(b"x" * 1000), "video/mp4")
        assert [len(asked.raw) for asked in server.asked] == [1000] * ATTEMPTS
        assert {asked.headers["content-length"] for asked in server.asked} == {"1000"}


@pytest.mark.parametrize("told", [answer({}, 503), answer({}, 429), hang_up])
async def test_an_s3_that_is_away_is_said_to_be(told: Answer) -> None:
    async with open_server() as server, an_aws(server.url) as aws:
        server.tell(told)
        with pytest.raises(DependencyUnavailableError, match="s3"):
            await S3Assets(aws, BUCKET).put(KEY, io.BytesIO(b"x"), "video/mp4")
        assert len(server.asked) == ATTEMPTS


async def test_a_refusal_for_good_is_not_tried_again() -> None:
    async with open_server() as server, an_aws(server.url) as aws:
        server.tell(answer({"Code": "AccessDenied"}, 403))
        with pytest.raises(AwsStatusError, match="AccessDenied"):
            await S3Assets(aws, BUCKET).put(KEY, io.BytesIO(b"x"), "video/mp4")
        assert len(server.asked) == 1


def test_addresses_are_virtual_hosted_in_aws_and_by_path_where_it_is_emulated() -> None:
    real, emulated = an_aws(None), an_aws("http://127.0.0.1:4566/")
    assert real.object_url("b", "u/ada/a b") == "https://b.s3.us-east-1.amazonaws.com/u/ada/a%20b"
    assert emulated.object_url("b", "u/ada/x") == "http://127.0.0.1:4566/b/u/ada/x"
    assert real.service_url("secretsmanager") == "https://secretsmanager.us-east-1.amazonaws.com/"
    assert emulated.service_url("secretsmanager") == "http://127.0.0.1:4566/"


async def test_outside_of_its_context_nothing_is_sent() -> None:
    with pytest.raises(RuntimeError, match="outside of its context"):
        await an_aws("http://127.0.0.1:9").send("s3", "GET", "http://127.0.0.1:9/b/k")
