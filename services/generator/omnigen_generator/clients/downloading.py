"""Copies an output of the provider into a file: http and https only, bounded, whole or not at all."""

from typing import IO, Final
from urllib.parse import urlsplit

import aiohttp

from omnigen_generator.domain.errors import OutputGoneError, ProviderUnreachableError

CHUNK_BYTES: Final = 256 * 1024
MAX_REDIRECTS: Final = 3
DEFAULT_TYPE: Final = "application/octet-stream"
_PASSING_4XX: Final = frozenset({408, 425, 429})


async def download(
    session: aiohttp.ClientSession,
    address: str,
    target: IO[bytes],
    *,
    max_bytes: int,
    timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's own bundle of limits
) -> str:
    """The media type. OutputGoneError for a bad address, a 4xx, too much or nothing; ProviderUnreachableError else.

    No credentials are sent: the address is signed. `target` is filled from its start; what it held is dropped.
    """
    if urlsplit(address).scheme not in {"http", "https"}:
        raise OutputGoneError("the output's address is neither http nor https")
    target.seek(0)
    target.truncate()
    try:
        async with session.get(address, timeout=timeout, max_redirects=MAX_REDIRECTS) as answer:
            _check_status(answer.status)
            await _copy(answer, target, max_bytes)
            return answer.content_type or DEFAULT_TYPE
    except (aiohttp.InvalidURL, aiohttp.TooManyRedirects) as error:
        raise OutputGoneError(type(error).__name__) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise ProviderUnreachableError(f"an output stopped on its way: {type(error).__name__}") from error


async def _copy(answer: aiohttp.ClientResponse, target: IO[bytes], max_bytes: int) -> None:
    copied = 0
    async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
        copied += len(chunk)
        if copied > max_bytes:
            raise OutputGoneError(f"the output is larger than {max_bytes} bytes")
        target.write(chunk)
    if copied == 0:
        raise OutputGoneError("the output is empty")


def _check_status(status: int) -> None:
    if status >= 500 or status in _PASSING_4XX:  # noqa: PLR2004 - HTTP's own border
        raise ProviderUnreachableError(f"an output answered HTTP {status}")
    if not 200 <= status < 300:  # noqa: PLR2004
        raise OutputGoneError(f"the output answered HTTP {status}")
