"""Links to S3 objects, signed for a while. The host is part of the signature: the client has S3_PUBLIC_URL's."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client


@dataclass(frozen=True, slots=True)
class PresignedLinks:
    """The MediaLinks port. Signing calls nobody."""

    client: "S3Client"
    bucket: str
    lifetime_s: int

    async def link(self, key: str, filename: str, media_type: str) -> str:
        return await self.client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self.bucket,
                "Key": key,
                "ResponseContentDisposition": f'inline; filename="{filename}"',
                "ResponseContentType": media_type,
            },
            ExpiresIn=self.lifetime_s,
        )
