"""S3 and Secrets Manager. Both clients are opened when they are needed: most calls of a warm worker need neither."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import IO, TYPE_CHECKING, Any, Final

import aiohttp
import orjson
from botocore.exceptions import BotoCoreError, ClientError

from omnigen_generator.ports import Assets
from omnigen_shared.aws.clients import error_code, open_client
from omnigen_shared.errors import DependencyUnavailableError
from omnigen_shared.settings import BaseUnitSettings

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client


LINK_TTL_S: Final = 2 * 3600
"""A prediction may wait in the provider's queue before it fetches its input."""


class S3Assets(Assets):
    """The users' files, under u/<user>/ in one bucket. `stack` closes the client, which the first use opens."""

    def __init__(self, settings: BaseUnitSettings, bucket: str, stack: AsyncExitStack) -> None:
        self._settings = settings
        self._bucket = bucket
        self._stack = stack
        self._client: S3Client | None = None
        self._opening = asyncio.Lock()

    async def open(self) -> None:
        async with _translated("s3"):
            await self._open()

    async def put(self, key: str, content: IO[bytes], media_type: str) -> None:
        content.seek(0)
        async with _translated("s3"):
            client = await self._open()
            await client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=media_type)

    async def link(self, key: str) -> str:
        async with _translated("s3"):
            client = await self._open()
            named = {"Bucket": self._bucket, "Key": key}
            return await client.generate_presigned_url("get_object", Params=named, ExpiresIn=LINK_TTL_S)

    async def get_text(self, key: str) -> str:
        async with _translated("s3"):
            client = await self._open()
            try:
                answer = await client.get_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if error_code(error) == "NoSuchKey":
                    raise KeyError(key) from error
                raise
            async with answer["Body"] as body:
                return (await body.read()).decode()

    async def _open(self) -> "S3Client":
        async with self._opening:
            if self._client is None:
                self._client = await self._stack.enter_async_context(open_client("s3", self._settings))
        return self._client


async def read_secret(settings: BaseUnitSettings, arn: str) -> Any:
    """The secret's JSON document. Once per cold start, so its client is closed again."""
    async with _translated("secretsmanager"), open_client("secretsmanager", settings) as client:
        answer = await client.get_secret_value(SecretId=arn)
    return orjson.loads(answer["SecretString"])


@asynccontextmanager
async def _translated(service: str) -> AsyncIterator[None]:
    """What may pass becomes DependencyUnavailableError; what AWS refuses for good stays botocore's ClientError."""
    try:
        yield
    except ClientError as error:
        if not _is_passing(error):
            raise
        raise DependencyUnavailableError(f"{service} is out of order: {error}") from error
    except (BotoCoreError, aiohttp.ClientError, TimeoutError) as error:
        raise DependencyUnavailableError(f"{service} does not answer: {type(error).__name__}") from error


def _is_passing(error: ClientError) -> bool:
    """Throttling comes with several codes and statuses; botocore notes that it gave up repeating one."""
    metadata = error.response["ResponseMetadata"]
    return metadata["HTTPStatusCode"] >= 500 or bool(metadata.get("MaxAttemptsReached"))  # noqa: PLR2004 - HTTP's border
