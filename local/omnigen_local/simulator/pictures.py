"""Input pictures: fetched once when the work begins, as the provider does."""

import asyncio
import base64
import binascii
import hashlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

import aiohttp

LARGEST_BYTES = 30_000_000
TIMEOUT_S = 30


class PictureError(Exception):
    """An input file that cannot be had; the message is the prediction's error."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The file and the hash of its content."""

    path: Path
    content_hash: str


class PictureLoader:
    """Brings HTTP and data URLs to files in `folder`, named by content."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def load(self, url: str) -> Picture:
        """The picture; PictureError when there is none at that address."""
        content = decode_data_url(url) if url.startswith("data:") else await self._download(url)
        content_hash = hashlib.sha256(content).hexdigest()
        path = self._folder / content_hash
        await asyncio.to_thread(path.write_bytes, content)
        return Picture(path, content_hash)

    async def _download(self, url: str) -> bytes:
        try:
            timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
            async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
                answer.raise_for_status()
                content = await answer.content.read(LARGEST_BYTES + 1)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise PictureError(f"Failed to download input file: {type(error).__name__}") from error
        if len(content) > LARGEST_BYTES:
            raise PictureError("Input file is too large")
        return content


def decode_data_url(url: str) -> bytes:
    """What a data URL holds; PictureError if it is malformed."""
    head, comma, body = url.partition(",")
    try:
        if not comma:
            raise PictureError("Malformed data URL")
        return base64.b64decode(body, validate=True) if head.endswith(";base64") else unquote_to_bytes(body)
    except binascii.Error as error:
        raise PictureError("Malformed data URL") from error
