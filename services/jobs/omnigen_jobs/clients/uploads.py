"""The bucket, as far as users write into it themselves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp
from botocore.exceptions import BotoCoreError, ClientError

from omnigen_jobs.ports.assets import UploadForm
from omnigen_shared.contracts.stills import StillType
from omnigen_shared.errors import DependencyUnavailableError

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client


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

    async def remove(self, key: str) -> None:
        async with _translated():
            await self.client.delete_object(Bucket=self.bucket, Key=key)


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError, aiohttp.ClientError, TimeoutError) as error:
        raise DependencyUnavailableError(f"S3 does not answer: {type(error).__name__}.") from error
