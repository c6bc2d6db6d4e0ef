"""Webhooks as the provider sends them: signed, without following redirects, tried again a few times."""

import asyncio
import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import aiohttp
import structlog

from omnigen_local.simulator.store import Message, MessageStore

TIMEOUT_S: Final = 10
_LOG: Final = structlog.get_logger()


def sign(secret: str, message_id: str, timestamp: int, body: str) -> str:
    """`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body` with the key after `whsec_`."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message_id}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def new_message_id() -> str:
    """Stable over redelivery of one message."""
    return f"msg_{secrets.token_hex(13)}"


class WebhookSender:
    """Sends what the store holds; what a killed process left unsent goes out after the restart."""

    def __init__(self, store: MessageStore, secret: str, retry_delays_s: Sequence[float]) -> None:
        self._store = store
        self._secret = secret
        self._delays_s = (*retry_delays_s,)
        self._tasks: set[asyncio.Task[None]] = set()
        self._early: dict[str, asyncio.Event] = {}
        self._session: aiohttp.ClientSession | None = None

    def start(self) -> None:
        """Take up what is waiting. Call on the running loop."""
        self.send(self._store.waiting())

    def send(self, messages: Sequence[Message]) -> None:
        """Begin to deliver; returns at once."""
        for message in messages:
            task = asyncio.create_task(self._deliver(message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def wait_for_early(self, prediction_id: str, timeout_s: float) -> None:
        """Until the first webhook of a prediction with the fault webhook_early has arrived, at most timeout_s."""
        arrived = self._early.setdefault(prediction_id, asyncio.Event())
        with suppress(TimeoutError):
            await asyncio.wait_for(arrived.wait(), timeout_s)

    async def close(self) -> None:
        """Stop; what is unsent stays in the store."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _deliver(self, message: Message) -> None:
        faults = message.faults
        await asyncio.sleep(max(0.0, message.due_at - time.time()))
        timestamp = await self._try(message)
        if "webhook_early" in faults:
            self._early.setdefault(message.prediction_id, asyncio.Event()).set()
        if timestamp and "webhook_twice" in faults:
            await self._post(message, int(time.time()))
        if timestamp and "webhook_replayed" in faults:
            await asyncio.sleep(faults["webhook_replayed"])
            await self._post(message, timestamp)
        self._store.finish(message.id)

    async def _try(self, message: Message) -> int:
        """The timestamp of the attempt that was answered with 2xx; 0 when none was."""
        for delay_s in (0.0, *self._delays_s):
            await asyncio.sleep(delay_s)
            timestamp = int(time.time())
            if await self._post(message, timestamp):
                return timestamp
        _LOG.warning("webhook_given_up", webhook_id=message.id, prediction_id=message.prediction_id)
        return 0

    async def _post(self, message: Message, timestamp: int) -> bool:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))
        headers = {
            "content-type": "application/json",
            "webhook-id": message.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(self._secret, message.id, timestamp, message.body),
        }
        try:
            async with self._session.post(
                message.url, data=message.body.encode(), headers=headers, allow_redirects=False
            ) as answer:
                return answer.ok and answer.status < 300  # noqa: PLR2004 - a redirect is no delivery
        except (aiohttp.ClientError, TimeoutError):
            return False
