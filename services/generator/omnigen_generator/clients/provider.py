"""Replicate's HTTP API. Its own client re-sends creates on time-outs and 5xx, which pays twice: this one never does.

Fields and limits: https://replicate.com/docs/reference/http.
"""

from collections.abc import Mapping
from datetime import datetime
from types import TracebackType
from typing import IO, Any, Final, Self
from urllib.parse import quote, urlsplit

import aiohttp
import orjson

from omnigen_generator.clients.downloading import download
from omnigen_generator.clients.predictions import PredictionAnswer, PredictionPage, find_throttle_hint_s
from omnigen_generator.domain.errors import (
    PredictionMissingError,
    ProviderRefusedError,
    ProviderSilentError,
    ProviderThrottledError,
    ProviderUnreachableError,
)
from omnigen_generator.domain.predictions import MAX_DETAIL, Prediction
from omnigen_generator.ports import Provider
from omnigen_shared.signals import MODEL
from omnigen_shared.tracing import annotate, traced

MAX_PAGES: Final = 50
THROTTLED: Final = 429
MISSING: Final = 404
WEBHOOK_EVENTS: Final = ("start", "completed")
KEEPALIVE_S: Final = 4
"""Shorter than any server's: a frozen Lambda wakes to sockets that the other side has closed."""


class ReplicateProvider(Provider):
    """Use as an async context manager. `timeout_s` bounds each call, `max_bytes` and `download_timeout_s` an output."""

    def __init__(self, base_url: str, token: str, timeout_s: float, download_timeout_s: float, max_bytes: int) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}", "User-Agent": "omnigen"}
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, connect=min(timeout_s, 5))
        self._download_timeout = aiohttp.ClientTimeout(total=download_timeout_s, connect=5)
        self._max_bytes = max_bytes
        self._session: aiohttp.ClientSession | None = None
        self._creating: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            timeout=self._timeout, connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_S)
        )
        # A create goes over a socket of its own: on a reused one a hang-up would leave open whether it was heard.
        self._creating = aiohttp.ClientSession(
            timeout=self._timeout, connector=aiohttp.TCPConnector(limit=0, force_close=True)
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in (self._session, self._creating):
            if session is not None:
                await session.close()

    @traced("provider.create")
    async def create(
        self, model: str, call_input: Mapping[str, Any], cancel_after_s: int, webhook: str | None = None
    ) -> Prediction:
        annotate({MODEL: model})
        path = f"/v1/models/{quote(model)}/predictions"
        callback = {} if webhook is None else {"webhook": webhook, "webhook_events_filter": WEBHOOK_EVENTS}
        try:
            async with _opened(self._creating).post(
                self._base_url + path,
                data=orjson.dumps({"input": call_input, **callback}),
                headers={**self._headers, "Content-Type": "application/json", "Cancel-After": f"{cancel_after_s}s"},
                allow_redirects=False,
            ) as answer:
                return _read_created(answer, await answer.read())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise ProviderUnreachableError(_name(error)) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ProviderSilentError(_name(error)) from error

    @traced("provider.get")
    async def get(self, prediction_id: str) -> Prediction:
        body = await self._get(f"/v1/predictions/{quote(prediction_id, safe='')}")
        try:
            return PredictionAnswer.model_validate_json(body).to_prediction()
        except ValueError as error:
            raise ProviderUnreachableError("a prediction without its fields") from error

    @traced("provider.cancel")
    async def cancel(self, prediction_id: str) -> None:
        path = f"/v1/predictions/{quote(prediction_id, safe='')}/cancel"
        try:
            async with _opened(self._session).post(self._base_url + path, headers=self._headers) as answer:
                if not answer.ok:
                    raise ProviderUnreachableError(f"HTTP {answer.status}: {_detail(await answer.read())}")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ProviderUnreachableError(_name(error)) from error

    @traced("provider.list")
    async def list_since(self, oldest: datetime) -> tuple[Prediction, ...]:
        found: list[Prediction] = []
        path = "/v1/predictions"
        for _ in range(MAX_PAGES):
            try:
                page = PredictionPage.model_validate_json(await self._get(path))
            except (ValueError, PredictionMissingError) as error:
                raise ProviderUnreachableError("a list without its fields") from error
            found += [answer.to_prediction() for answer in page.results]
            if not page.next or any(prediction.created_at < oldest for prediction in found):
                return tuple(prediction for prediction in found if prediction.created_at >= oldest)
            path = f"/v1/predictions?{urlsplit(page.next).query}"
        raise ProviderUnreachableError(f"more than {MAX_PAGES} pages of predictions since {oldest}")

    @traced("provider.download")
    async def download(self, address: str, target: IO[bytes]) -> str:
        session = _opened(self._session)
        return await download(session, address, target, max_bytes=self._max_bytes, timeout=self._download_timeout)

    async def _get(self, path: str) -> bytes:
        try:
            async with _opened(self._session).get(self._base_url + path, headers=self._headers) as answer:
                body = await answer.read()
                if answer.status == MISSING:
                    raise PredictionMissingError(_detail(body))
                if not answer.ok:
                    raise ProviderUnreachableError(f"HTTP {answer.status}: {_detail(body)}")
                return body
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ProviderUnreachableError(_name(error)) from error


def _read_created(answer: aiohttp.ClientResponse, body: bytes) -> Prediction:
    """4xx is a definite no; anything else that is no prediction leaves open whether one was made."""
    if answer.status == THROTTLED:
        detail = _detail(body)
        raise ProviderThrottledError(detail, find_throttle_hint_s(answer.headers.get("Retry-After"), detail))
    if 400 <= answer.status < 500:  # noqa: PLR2004 - HTTP's own borders
        raise ProviderRefusedError(answer.status, _detail(body))
    if not 200 <= answer.status < 300:  # noqa: PLR2004
        raise ProviderSilentError(f"HTTP {answer.status}")
    try:
        return PredictionAnswer.model_validate_json(body).to_prediction()
    except ValueError as error:
        raise ProviderSilentError("an answer that is no prediction") from error


def _detail(body: bytes) -> str:
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body[:MAX_DETAIL].decode(errors="replace")
    detail = parsed.get("detail") if isinstance(parsed, dict) else parsed
    return str(detail)[:MAX_DETAIL]


def _name(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:MAX_DETAIL]


def _opened(session: aiohttp.ClientSession | None) -> aiohttp.ClientSession:
    if session is None:
        raise RuntimeError("ReplicateProvider is used outside of its context")
    return session
