"""S3: artefacts by key, large ones in parts, and notes by conditional writes (If-None-Match, If-Match)."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import structlog
from botocore.exceptions import BotoCoreError, ClientError

from omnigen_composer.ports import MissingObjectError, Note, StoredObject
from omnigen_shared.aws.clients import error_code
from omnigen_shared.errors import DependencyUnavailableError
from omnigen_shared.together import run_all

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client
    from types_aiobotocore_s3.type_defs import CompletedPartTypeDef

_log = structlog.get_logger()
_CHUNK_BYTES: Final = 1 << 20
PART_BYTES: Final = 8 << 20
_PARTS_AT_ONCE: Final = 4
_GONE: Final = frozenset({"404", "NoSuchKey", "NotFound"})
_REFUSED: Final = frozenset({"412", "PreconditionFailed", "ConditionalRequestConflict", "409"}) | _GONE


class S3Store:
    """One bucket. What is larger than `part_bytes` is uploaded in parts of that size; S3 takes none below 5 MiB."""

    def __init__(self, client: "S3Client", bucket: str, part_bytes: int = PART_BYTES) -> None:
        self._client = client
        self._bucket = bucket
        self._part_bytes = part_bytes

    async def check(self) -> None:
        """Readiness: the bucket answers."""
        await self._client.head_bucket(Bucket=self._bucket)

    async def find(self, key: str) -> StoredObject | None:
        async with _translated(key):
            head = await self._unless(_GONE, self._client.head_object(Bucket=self._bucket, Key=key))
        return None if head is None else StoredObject(head["ContentLength"], head["Metadata"])

    async def download(self, key: str, path: Path) -> None:
        async with _translated(key):
            answer = await self._unless(_GONE, self._client.get_object(Bucket=self._bucket, Key=key))
            if answer is None:
                raise MissingObjectError(key)
            file = await asyncio.to_thread(path.open, "wb")
            try:
                async with answer["Body"] as body:
                    while chunk := await body.read(_CHUNK_BYTES):
                        await asyncio.to_thread(file.write, chunk)
            finally:
                await asyncio.to_thread(file.close)

    async def upload(self, path: Path, key: str, content_type: str, metadata: Mapping[str, str]) -> None:
        about: dict[str, Any] = {"ContentType": content_type, "Metadata": dict(metadata)}
        size_bytes = (await asyncio.to_thread(path.stat)).st_size
        async with _translated(key):
            if size_bytes > self._part_bytes:
                await self._upload_parts(path, size_bytes, key, about)
            else:
                body = await asyncio.to_thread(path.read_bytes)
                await self._client.put_object(Bucket=self._bucket, Key=key, Body=body, **about)

    async def _upload_parts(self, path: Path, size_bytes: int, key: str, about: Mapping[str, Any]) -> None:
        slots = asyncio.Semaphore(_PARTS_AT_ONCE)
        async with self._opened_upload(key, about) as upload:

            async def send(number: int) -> "CompletedPartTypeDef":
                async with slots:
                    body = await asyncio.to_thread(_read_part, path, (number - 1) * self._part_bytes, self._part_bytes)
                    answer = await self._client.upload_part(**upload, PartNumber=number, Body=body)
                return {"PartNumber": number, "ETag": answer["ETag"]}

            numbers = range(1, -(-size_bytes // self._part_bytes) + 1)
            parts = await run_all(map(send, numbers))
            await self._client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})

    @asynccontextmanager
    async def _opened_upload(self, key: str, about: Mapping[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """An upload that is given up, with its parts, unless the block ends well: also when it is cancelled at once."""
        target: dict[str, Any] = {"Bucket": self._bucket, "Key": key}
        creating = asyncio.ensure_future(self._client.create_multipart_upload(**target, **about))
        try:
            answer = await asyncio.shield(creating)
            yield {**target, "UploadId": answer["UploadId"]}
        except BaseException:
            await asyncio.shield(asyncio.create_task(self._give_up(creating, target)))
            raise

    async def _give_up(self, creating: "asyncio.Future[Any]", target: dict[str, Any]) -> None:
        try:
            upload_id = (await creating)["UploadId"]
            await self._client.abort_multipart_upload(**target, UploadId=upload_id)
        except (ClientError, BotoCoreError, aiohttp.ClientError, TimeoutError) as error:
            # The bucket forgets it after a day; what has failed before is the error to be told.
            _log.warning("upload_left", key=target["Key"], reason=type(error).__name__)

    async def find_note(self, key: str) -> Note | None:
        async with _translated(key):
            answer = await self._unless(_GONE, self._client.get_object(Bucket=self._bucket, Key=key))
            if answer is None:
                return None
            async with answer["Body"] as body:
                return Note(await body.read(), answer["ETag"])

    async def create_note(self, key: str, body: bytes) -> str | None:
        return await self._put_note(key, body, IfNoneMatch="*")

    async def replace_note(self, key: str, body: bytes, etag: str) -> str | None:
        return await self._put_note(key, body, IfMatch=etag)

    async def remove_note(self, key: str, etag: str) -> bool:
        async with _translated(key):
            call = self._client.delete_object(Bucket=self._bucket, Key=key, IfMatch=etag)
            return await self._unless(_REFUSED, call) is not None

    async def _put_note(self, key: str, body: bytes, **condition: Any) -> str | None:
        async with _translated(key):
            call = self._client.put_object(
                Bucket=self._bucket, Key=key, Body=body, ContentType="application/json", **condition
            )
            answer = await self._unless(_REFUSED, call)
            return None if answer is None else str(answer["ETag"])

    @staticmethod
    async def _unless(codes: frozenset[str], call: Any) -> Any:
        """The call's answer, or None when it was refused with one of these codes."""
        try:
            return await call
        except ClientError as error:
            if error_code(error) in codes:
                return None
            raise


def _read_part(path: Path, start: int, length: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(length)


@asynccontextmanager
async def _translated(key: str) -> AsyncIterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError, aiohttp.ClientError, TimeoutError) as error:
        raise DependencyUnavailableError(f"S3 did not serve {key}: {type(error).__name__}.") from error
