"""S3: artefacts by key, and notes by conditional writes (If-None-Match, If-Match)."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import aiohttp
from botocore.exceptions import BotoCoreError, ClientError

from omnigen_composer.ports import MissingObjectError, Note, StoredObject
from omnigen_shared.aws.clients import error_code
from omnigen_shared.errors import DependencyUnavailableError

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client

_CHUNK_BYTES: Final = 1 << 20
_GONE: Final = frozenset({"404", "NoSuchKey", "NotFound"})
_REFUSED: Final = frozenset({"412", "PreconditionFailed", "ConditionalRequestConflict", "409"}) | _GONE


class S3Store:
    """One bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

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
        file = await asyncio.to_thread(path.open, "rb")
        try:
            async with _translated(key):
                await self._client.put_object(
                    Bucket=self._bucket, Key=key, Body=file, ContentType=content_type, Metadata=dict(metadata)
                )
        finally:
            await asyncio.to_thread(file.close)

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


@asynccontextmanager
async def _translated(key: str) -> AsyncIterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError, aiohttp.ClientError, TimeoutError) as error:
        raise DependencyUnavailableError(f"S3 did not serve {key}: {type(error).__name__}.") from error
