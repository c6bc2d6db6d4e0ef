"""The bucket, as far as users write into it themselves."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import aiohttp
from botocore.exceptions import BotoCoreError, ClientError

from omnigen_jobs.ports.assets import UploadForm
from omnigen_shared.contracts.stills import StillType
from omnigen_shared.errors import DependencyUnavailableError
from omnigen_shared.patience import within_reason

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client
    from types_aiobotocore_s3.type_defs import ObjectIdentifierTypeDef

REMOVED_WITHIN_S: Final = 8.0
"""Up to a thousand objects. Whoever waits for it has asked the table before, and will after."""


@dataclass(frozen=True, slots=True)
class S3Box:
    """The UploadBox port. A form contains the host that browsers reach S3 by: `public` has S3_PUBLIC_URL's."""

    client: "S3Client"
    public: "S3Client"
    bucket: str

    async def open_form(self, key: str, media_type: StillType, most_bytes: int, lasts: timedelta) -> UploadForm:
        """Signed here; nobody is asked."""
        kind = {"Content-Type": media_type.value}
        form = await self.public.generate_presigned_post(
            self.bucket,
            key,
            Fields=kind,
            Conditions=[kind, ["content-length-range", 1, most_bytes]],
            ExpiresIn=round(lasts.total_seconds()),
        )
        return UploadForm(form["url"], form["fields"])

    async def remove_all(self, keys: Sequence[str]) -> None:
        if not keys:
            return
        wanted: list[ObjectIdentifierTypeDef] = [{"Key": key} for key in keys]
        async with _translated(), within_reason("S3", REMOVED_WITHIN_S):
            answer = await self.client.delete_objects(Bucket=self.bucket, Delete={"Objects": wanted, "Quiet": True})
        if answer.get("Errors"):
            raise DependencyUnavailableError(f"S3 has not removed {len(answer['Errors'])} objects.")

    async def list_older(self, prefix: str, before: datetime) -> Sequence[str]:
        return [key async for old in self._pages_of_older(prefix, before) for key in old]

    async def remove_older(self, prefix: str, before: datetime) -> int:
        removed = 0
        async for old in self._pages_of_older(prefix, before):
            await self.remove_all(old)
            removed += len(old)
        return removed

    async def _pages_of_older(self, prefix: str, before: datetime) -> AsyncIterator[list[str]]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        async with _translated():
            async for page in pages:
                yield [entry["Key"] for entry in page.get("Contents", ()) if entry["LastModified"] < before]


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError, aiohttp.ClientError, TimeoutError) as error:
        raise DependencyUnavailableError(f"S3 does not answer: {type(error).__name__}.") from error
