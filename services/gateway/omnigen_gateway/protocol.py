"""uvicorn's HTTP protocol with bounds on what a request may have besides its body, and on how long its head takes."""

import asyncio
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from omnigen_gateway.holding import HeadHolder

MAX_UNFINISHED_HEAD_BYTES: Final = 65_536
"""Above the door's own limit, which answers with a problem; this one only keeps memory bounded, also of what stands
between and behind the chunks of a body."""
HEAD_WITHIN_S: Final = 15.0
"""From the connection, or from what comes after an answer. uvicorn limits only how long nothing at all comes."""
_TOO_LARGE: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TOO_LATE: Final = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedHeadProtocol(HttpToolsProtocol):
    """Hangs up on a head that does not end, and on what stands around a body in chunks and does not end either.

    Trailers are read and left: uvicorn would add them to the headers of a request that was let in already.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_head = False
        self._in_body = False
        self._bare_bytes = 0
        """What has come of the head; then what has come around the body, less the body."""
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast("asyncio.Transport", HeadHolder(transport, self.loop)))
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._bare_bytes = True, 0

    def on_headers_complete(self) -> None:
        self._in_head, self._in_body, self._bare_bytes = False, True, 0
        self._stop_waiting()
        super().on_headers_complete()
        self.headers = []  # the request keeps the one that it was given

    def on_body(self, body: bytes) -> None:
        self._bare_bytes -= 2 * len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body = False
        super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head or self._in_body:
            self._bare_bytes += len(data)
            if self._bare_bytes > MAX_UNFINISHED_HEAD_BYTES:
                self._hang_up(_TOO_LARGE)
        # Before the first request there is no cycle.
        if self._timer is None and (self._in_head or getattr(self.cycle, "response_complete", True)):
            self._await_head()

    def _await_head(self) -> None:
        self._timer = self.loop.call_later(HEAD_WITHIN_S, self._hang_up, _TOO_LATE)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _hang_up(self, last_words: bytes) -> None:
        if not self.transport.is_closing():
            if not (self._in_body and self.cycle.response_started):
                self.transport.write(last_words)
            self.transport.close()
