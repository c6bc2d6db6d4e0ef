"""One suite for the fake store and for S3."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.object_store import MemoryStore

from omnigen_composer.ports import MissingObjectError, Store
from omnigen_composer.store import S3Store
from omnigen_shared.aws.clients import open_client
from omnigen_shared.errors import DependencyUnavailableError
from omnigen_shared.settings import BaseUnitSettings

BUCKET = "composer-contract"
PART_BYTES = 5 << 20


@pytest.fixture(params=["memory", "s3"])
def endpoint(request: pytest.FixtureRequest) -> str | None:
    return str(request.getfixturevalue("emulator_url")) if request.param == "s3" else None


@pytest.fixture
async def store(endpoint: str | None) -> AsyncIterator[Store]:
    if endpoint is None:
        yield MemoryStore()
        return
    settings = BaseUnitSettings(aws_endpoint_url=endpoint)
    async with open_client("s3", settings) as client:
        await client.create_bucket(Bucket=BUCKET)
        yield S3Store(client, BUCKET, part_bytes=PART_BYTES)


@pytest.fixture
def key() -> str:
    return f"u/ada/{secrets.token_hex(8)}.mp4"


async def test_what_was_uploaded_is_found_and_downloaded(store: Store, key: str, tmp_path: Path) -> None:
    sent, received = tmp_path / "sent", tmp_path / "received"
    sent.write_bytes(secrets.token_bytes(3_000_000))
    await store.upload(sent, key, "video/mp4", {"result": '{"frames": 1}'})
    found = await store.find(key)
    assert found is not None
    assert (found.size_bytes, dict(found.metadata)) == (3_000_000, {"result": '{"frames": 1}'})
    await store.download(key, received)
    assert received.read_bytes() == sent.read_bytes()


async def test_an_upload_replaces(store: Store, key: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    for body in (b"first", b"second!"):
        path.write_bytes(body)
        await store.upload(path, key, "image/jpeg", {})
    found = await store.find(key)
    assert found is not None
    assert found.size_bytes == len(b"second!")


async def test_what_is_not_there(store: Store, key: str, tmp_path: Path) -> None:
    assert await store.find(key) is None
    assert await store.find_note(key) is None
    with pytest.raises(MissingObjectError) as missing:
        await store.download(key, tmp_path / "file")
    assert missing.value.key == key
    assert not (tmp_path / "file").exists()


async def test_one_of_many_creates_a_note(store: Store, key: str) -> None:
    bodies = [f"writer {number}".encode() for number in range(20)]
    etags = await asyncio.gather(*(store.create_note(key, body) for body in bodies))
    [winner] = [body for body, etag in zip(bodies, etags, strict=True) if etag is not None]
    note = await store.find_note(key)
    assert note is not None
    assert note.body == winner


async def test_one_of_many_replaces_a_version(store: Store, key: str) -> None:
    etag = await store.create_note(key, b"old")
    assert etag is not None
    etags = await asyncio.gather(*(store.replace_note(key, f"new {n}".encode(), etag) for n in range(20)))
    [winner] = [etag for etag in etags if etag is not None]
    note = await store.find_note(key)
    assert note is not None
    assert note.etag == winner


async def test_only_the_present_version_is_removed(store: Store, key: str) -> None:
    old = await store.create_note(key, b"old")
    assert old is not None
    new = await store.replace_note(key, b"new", old)
    assert new is not None
    assert not await store.remove_note(key, old)
    assert await store.remove_note(key, new)
    assert await store.find_note(key) is None


async def test_a_note_that_is_gone_is_not_replaced(store: Store, key: str) -> None:
    etag = await store.create_note(key, b"old")
    assert etag is not None
    assert await store.remove_note(key, etag)
    assert await store.replace_note(key, b"new", etag) is None
    assert await store.create_note(key, b"again") is not None


async def test_it_says_that_it_answers(store: Store) -> None:
    await store.check()


async def test_a_store_that_is_away_is_a_problem(key: str, unused_tcp_port: int) -> None:
    settings = BaseUnitSettings(aws_endpoint_url=f"http://127.0.0.1:{unused_tcp_port}")
    async with open_client("s3", settings) as client:
        with pytest.raises(DependencyUnavailableError):
            await S3Store(client, BUCKET).find(key)


async def test_a_large_file_arrives_whole_and_with_its_metadata(store: Store, key: str, tmp_path: Path) -> None:
    sent, received = tmp_path / "sent", tmp_path / "received"
    sent.write_bytes(secrets.token_bytes(2 * PART_BYTES + 1))
    await store.upload(sent, key, "video/mp4", {"result": "{}"})
    found = await store.find(key)
    assert found is not None
    assert (found.size_bytes, dict(found.metadata)) == (2 * PART_BYTES + 1, {"result": "{}"})
    await store.download(key, received)
    assert received.read_bytes() == sent.read_bytes()


@pytest.mark.parametrize("is_canceled", [True, False])
async def test_an_upload_that_does_not_end_leaves_no_part(
    emulator_url: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_canceled: bool
) -> None:
    async with open_client("s3", BaseUnitSettings(aws_endpoint_url=emulator_url)) as client:
        await client.create_bucket(Bucket=BUCKET)
        upload_part, second_began = client.upload_part, asyncio.Event()

        async def send(**part: Any) -> Any:
            if part["PartNumber"] == 2:
                second_began.set()
                if not is_canceled:
                    raise TimeoutError
                await asyncio.Event().wait()
            return await upload_part(**part)

        monkeypatch.setattr(client, "upload_part", send)
        path = tmp_path / "large"
        path.write_bytes(bytes(PART_BYTES + 1))
        uploading = asyncio.create_task(S3Store(client, BUCKET, PART_BYTES).upload(path, key, "video/mp4", {}))
        await second_began.wait()
        if is_canceled:
            uploading.cancel()
        with pytest.raises((asyncio.CancelledError, DependencyUnavailableError)):
            await uploading
        assert (await client.list_multipart_uploads(Bucket=BUCKET)).get("Uploads", []) == []
        assert await S3Store(client, BUCKET).find(key) is None
