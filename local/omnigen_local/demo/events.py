"""Server-sent events: parsed line by line, and followed over lost connections by Last-Event-ID."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from typing import Any, Final

import orjson

LOSSES_IN_A_ROW: Final = 8
END_EVENT: Final = "end"

Connect = Callable[[str], AbstractAsyncContextManager[AsyncIterator[bytes]]]
"""Opens the stream after the event with the given id ("" for the first); its lines, or ConnectionLostError."""


class ConnectionLostError(Exception):
    """The stream broke off, or could not be opened."""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event. Those that are not stored have an empty id."""

    id: str
    type: str
    data: dict[str, Any]


class EventParser:
    """Lines in, events out, as in the HTML standard's section on server-sent events."""

    def __init__(self) -> None:
        self._id = ""
        self._type = ""
        self._data: list[str] = []

    def feed(self, line: bytes) -> ServerEvent | None:
        """The event that this line closes, if it closes one. ValueError for data that is no JSON object."""
        text = line.decode().rstrip("\r\n")
        if not text:
            return self._dispatch()
        field, _, value = text.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self._data.append(value)
        elif field == "event":
            self._type = value
        elif field == "id":
            self._id = value
        return None

    def _dispatch(self) -> ServerEvent | None:
        data, kind, event_id = "\n".join(self._data), self._type, self._id
        self._id, self._type, self._data = "", "", []
        if not kind:
            return None
        content = orjson.loads(data) if data else {}
        if not isinstance(content, dict):
            raise ValueError(f"event {kind} carries no JSON object")  # noqa: TRY004 - it is the text that is wrong
        return ServerEvent(event_id, kind, content)


async def follow_events(
    connect: Connect, pause: Callable[[float], Awaitable[object]] = asyncio.sleep
) -> AsyncGenerator[ServerEvent, None]:
    """Every event until the server says `end`; a stream that breaks off is opened again where it broke.

    ConnectionLostError after LOSSES_IN_A_ROW attempts that brought no event.
    """
    last_id, losses = "", 0
    while losses <= LOSSES_IN_A_ROW:
        with suppress(ConnectionLostError):
            async with connect(last_id) as lines:
                parser = EventParser()
                async for line in lines:
                    event = parser.feed(line)
                    if event is None:
                        continue
                    if event.type == END_EVENT:
                        return
                    last_id, losses = event.id or last_id, 0
                    yield event
        losses += 1
        await pause(min(0.1 * 2**losses, 3.0))
    raise ConnectionLostError(f"the stream of events was lost {losses} times in a row")
