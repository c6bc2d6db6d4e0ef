"""The head of an answer and the first of its body in one piece."""

import asyncio
from typing import Any, Final

_STATUS_LINE: Final = b"HTTP/1.1 "
_INTERIM: Final = b"HTTP/1.1 1"
_END_OF_HEAD: Final = b"\r\n\r\n"


class HeadHolder:
    """A transport that keeps an answer's head for what is written right after it: both are one call of the kernel.

    If nothing is, it goes by itself in the loop's next turn.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held = b""
        self.is_closing = transport.is_closing

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send this, after the head that was held."""
        if self._held:
            held, self._held = self._held, b""
            self._transport.write(held + data)
        elif data.startswith(_STATUS_LINE) and data.endswith(_END_OF_HEAD) and not data.startswith(_INTERIM):
            self._held = data
            self._loop.call_soon(self.flush)
        else:
            self._transport.write(data)

    def flush(self) -> None:
        """Send what is held, if anything is."""
        if self._held:
            held, self._held = self._held, b""
            self._transport.write(held)

    def close(self) -> None:
        """Send what is held and close."""
        self.flush()
        self._transport.close()
