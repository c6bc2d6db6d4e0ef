"""The process itself: it is private, it keeps state, and it leaves nothing behind."""

import socket
from pathlib import Path

import pytest

from omnigen_local.emulator import Emulator
from omnigen_local.provisioning import client_options
from omnigen_shared.aws.clients import open_session

SOCKETS = Path("/proc/net/tcp")
ITEM = {"pk": {"S": "here"}, "sk": {"S": "still"}}


async def keep_something(url: str) -> None:
    key_types = {"pk": "HASH", "sk": "RANGE"}
    async with open_session().create_client("dynamodb", **client_options(url)) as tables:
        await tables.create_table(
            TableName="kept",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in key_types],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            BillingMode="PAY_PER_REQUEST",
        )
        await tables.put_item(TableName="kept", Item=ITEM)
    async with open_session().create_client("s3", **client_options(url)) as s3:
        await s3.create_bucket(Bucket="kept")
        await s3.put_object(Bucket="kept", Key="a/clip", Body=b"bytes")


async def list_tables(url: str) -> list[str]:
    async with open_session().create_client("dynamodb", **client_options(url)) as tables:
        return (await tables.list_tables())["TableNames"]


async def test_items_and_objects_are_there_again_after_a_restart(tmp_path: Path) -> None:
    async with Emulator(tmp_path / "state", tmp_path / "emulator.log") as emulator:
        await keep_something(emulator.url)
    async with Emulator(tmp_path / "state", tmp_path / "emulator.log") as emulator:
        async with open_session().create_client("dynamodb", **client_options(emulator.url)) as tables:
            assert (await tables.get_item(TableName="kept", Key=ITEM))["Item"] == ITEM
        async with open_session().create_client("s3", **client_options(emulator.url)) as s3:
            answer = await s3.get_object(Bucket="kept", Key="a/clip")
            assert await answer["Body"].read() == b"bytes"


async def test_without_a_folder_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    async with Emulator(None, tmp_path / "emulator.log") as emulator:
        await keep_something(emulator.url)
    async with Emulator(None, tmp_path / "emulator.log") as emulator:
        assert await list_tables(emulator.url) == []


async def test_it_ends_with_its_context_and_its_scratch_files_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("omnigen_local.emulator.mkdtemp", lambda prefix: str((tmp_path / prefix).absolute()))
    (tmp_path / "omnigen-emulator-").mkdir()
    async with Emulator(None, tmp_path / "emulator.log") as emulator:
        port = int(emulator.url.rpartition(":")[2])
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert list_names(tmp_path) == ["emulator.log"]


@pytest.mark.skipif(not SOCKETS.exists(), reason="only Linux lists its sockets there")
async def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    async with Emulator(None, tmp_path / "emulator.log") as emulator:
        port = int(emulator.url.rpartition(":")[2])
        addresses = find_listening(port)
    assert addresses == {f"0100007F:{port:04X}"}


def find_listening(port: int) -> set[str]:
    sockets = [line.split() for line in SOCKETS.read_text().splitlines()[1:]]
    return {fields[1] for fields in sockets if fields[3] == "0A" and fields[1].endswith(f":{port:04X}")}


def list_names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]
