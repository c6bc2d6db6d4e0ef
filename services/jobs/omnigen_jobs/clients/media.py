"""Links to stored objects, signed for a while: by CloudFront's key where it stands in front, else by S3's own way."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Self
from urllib.parse import quote, urlencode

from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from omnigen_shared.clock import Clock

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client


@dataclass(frozen=True, slots=True)
class PresignedLinks:
    """The MediaLinks port over S3. The host is part of the signature: the client has S3_PUBLIC_URL's."""

    client: "S3Client"
    bucket: str
    lifetime_s: int

    async def link(self, key: str, filename: str, media_type: str, *, is_saved: bool = False) -> str:
        return await self.client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self.bucket,
                "Key": key,
                "ResponseContentDisposition": _disposition(filename, is_saved=is_saved),
                "ResponseContentType": media_type,
            },
            ExpiresIn=self.lifetime_s,
        )


@dataclass(frozen=True, slots=True)
class CloudFrontLinks:
    """The MediaLinks port over a distribution that serves the bucket below `base_url` to whoever has a signed link."""

    base_url: str
    signer: CloudFrontSigner
    lifetime: timedelta
    clock: Clock

    @classmethod
    def with_key(cls, base_url: str, key_id: str, private_key: str, lifetime: timedelta, clock: Clock) -> Self:
        """`private_key` is PEM of the RSA key that the distribution knows as `key_id`. ValueError if it is none."""
        key = load_pem_private_key(private_key.encode(), None)
        if not isinstance(key, RSAPrivateKey):
            raise ValueError("links of CloudFront are signed with an RSA key")  # noqa: TRY004 - its content is wrong
        signer = CloudFrontSigner(key_id, lambda message: _sign(key, message))
        return cls(base_url, signer, lifetime, clock)

    async def link(self, key: str, filename: str, media_type: str, *, is_saved: bool = False) -> str:
        about = {
            "response-content-disposition": _disposition(filename, is_saved=is_saved),
            "response-content-type": media_type,
        }
        url = f"{self.base_url}/{quote(key)}?{urlencode(about, quote_via=quote)}"
        signed: str = self.signer.generate_presigned_url(url, date_less_than=self.clock.now() + self.lifetime)
        return signed


def _disposition(filename: str, *, is_saved: bool) -> str:
    return f'{"attachment" if is_saved else "inline"}; filename="{filename}"'


def _sign(key: RSAPrivateKey, message: bytes) -> bytes:
    return key.sign(message, PKCS1v15(), SHA1())  # noqa: S303 - what CloudFront checks; only our own texts are signed
