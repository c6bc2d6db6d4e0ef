"""S3 and Secrets Manager over plain signed HTTP.

An SDK client costs a cold Lambda more than everything else here together, and two operations are all that is needed.
"""

import hashlib
import io
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import IO, Any, Final, Self
from urllib.parse import quote

import aiohttp
import orjson
import stamina

from omnigen_generator.ports import Assets
from omnigen_generator.signing import Credentials, Signer
from omnigen_shared.clock import Clock
from omnigen_shared.errors import DependencyUnavailableError

ATTEMPTS: Final = 3
CHUNK_BYTES: Final = 256 * 1024
MISSING: Final = 404
EMPTY: Final[Mapping[str, str]] = {}
_SECRETS_TYPE: Final = "application/x-amz-json-1.1"


class AwsStatusError(Exception):
    """AWS answered, but not with 2xx. Passing ones (429, 5xx) are tried again."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"HTTP {status}: {detail}")
        self.status = status

    @property
    def is_passing(self) -> bool:
        return self.status >= 500 or self.status == 429  # noqa: PLR2004 - HTTP's own border


class AwsHttp:
    """Signed requests to AWS, or to what stands for it at `endpoint_url`. Use as an async context manager."""

    def __init__(self, region: str, endpoint_url: str | None, credentials: Credentials, clock: Clock) -> None:
        self._region = region
        self._endpoint_url = endpoint_url.rstrip("/") if endpoint_url else None
        self._credentials = credentials
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=30, connect=2, sock_read=10)
        self._session = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(keepalive_timeout=4))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    def object_url(self, bucket: str, key: str) -> str:
        """Virtual-hosted in AWS, by path where it is emulated."""
        if self._endpoint_url is not None:
            return f"{self._endpoint_url}/{bucket}/{quote(key)}"
        return f"https://{bucket}.s3.{self._region}.amazonaws.com/{quote(key)}"

    def service_url(self, service: str) -> str:
        """The regional endpoint."""
        return f"{self._endpoint_url or f'https://{service}.{self._region}.amazonaws.com'}/"

    async def send(
        self,
        service: str,
        method: str,
        url: str,
        content: IO[bytes] | None = None,
        headers: Mapping[str, str] = EMPTY,
    ) -> bytes:
        """The body of a 2xx. AwsStatusError for another status, DependencyUnavailableError when none comes."""
        try:
            async for attempt in stamina.retry_context(on=_is_passing, attempts=ATTEMPTS, timeout=None):
                with attempt:
                    return await self._send(service, method, url, content or io.BytesIO(), headers)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DependencyUnavailableError(f"{service} does not answer: {type(error).__name__}") from error
        except AwsStatusError as error:
            if error.is_passing:
                raise DependencyUnavailableError(f"{service} is out of order: {error}") from error
            raise
        raise AssertionError("stamina either returns or raises")

    async def _send(self, service: str, method: str, url: str, content: IO[bytes], headers: Mapping[str, str]) -> bytes:
        if self._session is None:
            raise RuntimeError("AwsHttp is used outside of its context")
        size = content.seek(0, io.SEEK_END)
        signer = Signer(self._credentials, self._region, service)
        plain = {**headers, "Content-Length": str(size)}
        signed = signer.sign(method, url, plain, _digest(content), self._clock.now())
        data = _read_chunks(content) if size else None
        async with self._session.request(method, url, data=data, headers=signed, allow_redirects=False) as answer:
            body = await answer.read()
            if not answer.ok:
                raise AwsStatusError(answer.status, body[:200].decode(errors="replace"))
            return body


class S3Assets(Assets):
    """The users' files, under u/<user>/ in one bucket."""

    def __init__(self, aws: AwsHttp, bucket: str) -> None:
        self._aws = aws
        self._bucket = bucket

    async def put(self, key: str, content: IO[bytes], media_type: str) -> None:
        url = self._aws.object_url(self._bucket, key)
        await self._aws.send("s3", "PUT", url, content, {"Content-Type": media_type})

    async def get_text(self, key: str) -> str:
        try:
            body = await self._aws.send("s3", "GET", self._aws.object_url(self._bucket, key))
        except AwsStatusError as error:
            if error.status == MISSING:
                raise KeyError(key) from error
            raise
        return body.decode()


async def read_secret(aws: AwsHttp, arn: str) -> Any:
    """The secret's JSON document."""
    answer = await aws.send(
        "secretsmanager",
        "POST",
        aws.service_url("secretsmanager"),
        io.BytesIO(orjson.dumps({"SecretId": arn})),
        {"X-Amz-Target": "secretsmanager.GetSecretValue", "Content-Type": _SECRETS_TYPE},
    )
    return orjson.loads(orjson.loads(answer)["SecretString"])


def _is_passing(error: Exception) -> bool:
    if isinstance(error, AwsStatusError):
        return error.is_passing
    return isinstance(error, aiohttp.ClientError | TimeoutError)


def _digest(content: IO[bytes]) -> str:
    content.seek(0)
    digest = hashlib.sha256()
    while chunk := content.read(CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


async def _read_chunks(content: IO[bytes]) -> AsyncIterator[bytes]:
    """From the start, so that a second try sends all of it; aiohttp would close a file that it is given."""
    content.seek(0)
    while chunk := content.read(CHUNK_BYTES):
        yield chunk
