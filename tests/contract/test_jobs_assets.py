"""Users' own files: one suite for both stores of what is known of them; what a form lets in, and what not."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from tests.fakes.assets import LOGO, PICTURE, FakeAssetStore, make_share, make_upload
from tests.fakes.emulated_jobs import open_jobs_table
from tests.fakes.job_store import FakeJobStore
from tests.fakes.jobs_bench import JOB, USER, make_batch, make_job

from omnigen_jobs.clients.uploads import S3Box
from omnigen_jobs.domain.batches import BatchId
from omnigen_jobs.domain.changes import bumped, change_job
from omnigen_jobs.domain.chores import BatchChore, MediaChore, UploadsChore
from omnigen_jobs.domain.records import Claim, ClaimState, Money
from omnigen_jobs.domain.shares import Shares
from omnigen_jobs.domain.uploads import Purpose, Upload, Uploads
from omnigen_jobs.ports import WriteConflictError
from omnigen_jobs.ports.assets import UploadForm
from omnigen_jobs.store.assets import AssetTable
from omnigen_jobs.store.batches import BatchTable
from omnigen_jobs.store.records import RecordTable
from omnigen_jobs.store.shares import ShareTable
from omnigen_local.provisioning import StackOutputs
from omnigen_shared.aws.clients import open_client
from omnigen_shared.contracts.base import IntentId, UserId
from omnigen_shared.contracts.job import JobStatus
from omnigen_shared.contracts.stills import StillType
from omnigen_shared.settings import BaseUnitSettings
from omnigen_shared.testing.clock import FrozenClock

CLOCK = FrozenClock()
NOW = CLOCK.now()
LATER = NOW + timedelta(hours=1)


@pytest.fixture(params=["fake", "dynamodb"])
def endpoint(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "fake" else request.getfixturevalue("emulator_url")


@pytest.fixture
async def store(endpoint: str | None) -> AsyncIterator[Any]:
    if endpoint is None:
        yield Together(FakeAssetStore(jobs := FakeJobStore()), jobs)
        return
    async with open_jobs_table(endpoint) as access:
        yield Together(AssetTable(access), ShareTable(access), BatchTable(access), RecordTable(access))


class Together:
    """All stores over one table in one object."""

    def __init__(self, *parts: Any) -> None:
        self._parts = parts

    def __getattr__(self, name: str) -> Any:
        return next(getattr(part, name) for part in self._parts if hasattr(part, name))


def awaited() -> Upload:
    return Upload(
        upload_id=LOGO, purpose=Purpose.LOGO, media_type=StillType.PNG, created_at=NOW, raw_until=LATER, is_deleted=True
    )


async def test_uploads_come_back_as_they_were_written(store: Any) -> None:
    assert await store.get_uploads(USER) == Uploads(user_id=USER)
    ready = make_upload(CLOCK, PICTURE, Purpose.REFERENCE_IMAGE, USER)
    uploads = Uploads(user_id=USER, uploads=(ready, awaited()))
    await store.put_uploads(uploads)
    assert await store.get_uploads(USER) == bumped(uploads)
    with pytest.raises(WriteConflictError):
        await store.put_uploads(uploads)


async def test_they_are_due_when_the_first_file_has_to_go(store: Any) -> None:
    await store.put_uploads(Uploads(user_id=USER, uploads=(awaited(),)))
    assert await store.list_chores(LATER, 25) == []
    assert await store.list_chores(LATER + timedelta(seconds=1), 25) == [UploadsChore(USER)]
    await store.put_uploads(Uploads(user_id=USER, version=1))
    assert await store.list_chores(LATER + timedelta(seconds=1), 25) == []


async def test_a_link_is_found_by_its_token_until_it_is_revoked(store: Any) -> None:
    assert await store.get_shares(JOB) == Shares(job_id=JOB)
    share = make_share(CLOCK, JOB, USER)
    shares = Shares(job_id=JOB, shares=(share,))
    await store.put_shares(shares, added=share)
    assert await store.get_shares(JOB) == bumped(shares)
    assert await store.find_share(share.digest) == share
    with pytest.raises(WriteConflictError):
        await store.put_shares(shares, added=replace(share, digest="0" * 64))
    assert await store.find_share("0" * 64) is None
    for version in (1, 2):
        await store.put_shares(Shares(job_id=JOB, version=version), removed=share)
        assert await store.find_share(share.digest) is None


async def test_a_job_whose_files_have_to_go_is_found_by_its_own_time(store: Any) -> None:
    ended = {"status": JobStatus.COMPLETED, "money": Money.CLOSED, "lease_until": None, "version": 0}
    job = make_job(CLOCK, media_until=LATER, media_removed_at=NOW, **ended)
    await store.commit(change_job(job))
    assert await store.find_job(JOB) == bumped(job)
    after = LATER + timedelta(seconds=1)
    assert (await store.list_chores(LATER, 25), await store.list_chores(after, 25)) == ([], [MediaChore(JOB)])
    assert await store.list_due(after, 25) == []
    await store.commit(change_job(replace(bumped(job), lease_until=NOW)))
    assert (await store.list_chores(after, 25), await store.list_due(after, 25)) == ([], [JOB])


async def test_a_claim_is_written_alone_on_top_of_its_version(store: Any) -> None:
    claim = Claim(
        user_id=USER,
        fingerprint="f" * 64,
        job_id=JOB,
        intent_id=IntentId("scene-01.1"),
        state=ClaimState.LEAVING,
        output_key="u/x",
        users=(JOB,),
    )
    await store.put_claim(claim)
    assert await store.find_claim(USER, claim.fingerprint) == bumped(claim)
    with pytest.raises(WriteConflictError):
        await store.put_claim(claim)


async def test_batches_come_back_newest_first_and_are_due_while_something_waits(store: Any) -> None:
    first, second = (make_batch(CLOCK, batch_id=BatchId(f"bat_{number:032x}"), version=0) for number in (1, 2))
    waiting = replace(second, due_at=LATER, canceled_at=NOW)
    for batch in (first, waiting):
        await store.put_batch(batch)
    assert await store.find_batch(USER, first.batch_id) == bumped(first)
    assert await store.find_batch(UserId("eve"), first.batch_id) is None
    assert await store.list_batches(USER, None, 9) == [bumped(waiting), bumped(first)]
    assert await store.list_batches(USER, waiting.batch_id, 9) == [bumped(first)]
    after = LATER + timedelta(seconds=1)
    assert await store.list_chores(after, 25) == [BatchChore(USER, waiting.batch_id)]
    with pytest.raises(WriteConflictError):
        await store.put_batch(first)


async def test_what_is_older_goes_and_nothing_beside_it(stack_outputs: StackOutputs, emulator_url: str) -> None:
    bucket, folder = stack_outputs.assets_bucket_name, f"u/{USER}/segments"
    async with open_client("s3", BaseUnitSettings(aws_endpoint_url=emulator_url)) as client:
        box = S3Box(client, client, bucket)
        for key in (f"{folder}/a", f"{folder}/r/b", f"{folder}2/c"):
            await client.put_object(Bucket=bucket, Key=key, Body=b"x")
        soon = datetime.now(UTC) + timedelta(hours=1)
        assert await box.list_older(f"{folder}/", soon - timedelta(hours=2)) == []
        assert sorted(await box.list_older(f"{folder}/", soon)) == [f"{folder}/a", f"{folder}/r/b"]
        assert await box.remove_older(f"{folder}/", soon - timedelta(hours=2)) == 0
        assert await box.remove_older(f"{folder}/", soon) == 2
        assert await box.remove_older(f"{folder}/", soon) == 0
        left = await client.list_objects_v2(Bucket=bucket, Prefix=folder)
        assert [entry["Key"] for entry in left["Contents"]] == [f"{folder}2/c"]
        await box.remove_all([])


async def post(form: UploadForm, content: bytes, **changes: str) -> int:
    body = aiohttp.FormData()
    for name, value in {**form.fields, **changes}.items():
        body.add_field(name, value)
    body.add_field("file", content, filename="x.png", content_type="image/png")
    async with aiohttp.ClientSession() as session, session.post(form.url, data=body) as answer:
        return answer.status


async def test_the_store_takes_what_the_form_says_and_nothing_else(
    stack_outputs: StackOutputs, emulator_url: str
) -> None:
    bucket, key = stack_outputs.assets_bucket_name, f"u/{USER}/uploads/{PICTURE}"
    async with open_client("s3", BaseUnitSettings(aws_endpoint_url=emulator_url)) as client:
        box = S3Box(client, client, bucket)
        form = await box.open_form(key, StillType.PNG, 100, timedelta(minutes=15))
        wrongs: dict[str, tuple[bytes, dict[str, str]]] = {
            "too large": (bytes(101), {}),
            "empty": (b"", {}),
            "another type": (b"x", {"Content-Type": "text/html"}),
            "another key": (b"x", {"key": f"u/somebody/uploads/{PICTURE}"}),
        }
        for name, (content, changes) in wrongs.items():
            assert 400 <= await post(form, content, **changes) < 500, name
        assert await post(form, b"a picture") in {200, 204}
        found = await client.get_object(Bucket=bucket, Key=key)
        assert (await found["Body"].read(), found["ContentType"]) == (b"a picture", "image/png")
        await box.remove_all([key])
        await box.remove_all([key])
        left = await client.list_objects_v2(Bucket=bucket, Prefix=key)
        assert left["KeyCount"] == 0
