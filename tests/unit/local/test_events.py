from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from omnigen_local.demo.events import LOSSES_IN_A_ROW, ConnectionLostError, EventParser, ServerEvent, follow_events

STORED = [
    b": heartbeat\n",
    b"\n",
    b"id: 1\r\n",
    b"event: job.created\r\n",
    b'data: {"job_id": "job_1"}\r\n',
    b"\r\n",
]
SECOND = [b"id: 2\n", b"event:job.planned\n", b'data:{"title":\n', b'data: "Dawn"}\n', b"\n"]
PROGRESS = [b"event: job.progress\n", b'data: {"fraction": 0.5}\n', b"\n"]
END = [b"event: end\n", b"data: {}\n", b"\n"]


def parse(lines: Sequence[bytes]) -> list[ServerEvent]:
    parser = EventParser()
    return [event for event in map(parser.feed, lines) if event is not None]


class Streams:
    """One list of lines per connection; a stream whose last entry is None breaks off there."""

    def __init__(self, *streams: list[bytes | None] | None) -> None:
        self.streams = list(streams)
        self.asked: list[str] = []
        self.pauses: list[float] = []

    @asynccontextmanager
    async def connect(self, last_id: str) -> AsyncIterator[AsyncIterator[bytes]]:
        self.asked.append(last_id)
        lines = self.streams.pop(0) if self.streams else None
        if lines is None:
            raise ConnectionLostError("refused")
        yield self._read(lines)

    async def _read(self, lines: list[bytes | None]) -> AsyncIterator[bytes]:
        for line in lines:
            if line is None:
                raise ConnectionLostError("broken")
            yield line

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    async def follow(self) -> list[ServerEvent]:
        return [event async for event in follow_events(self.connect, self.pause)]


def test_lines_become_events() -> None:
    assert parse([*STORED, *SECOND, *PROGRESS]) == [
        ServerEvent("1", "job.created", {"job_id": "job_1"}),
        ServerEvent("2", "job.planned", {"title": "Dawn"}),
        ServerEvent("", "job.progress", {"fraction": 0.5}),
    ]


@pytest.mark.parametrize("data", [b"data: [1]\n", b"data: {\n"])
def test_data_that_is_no_object_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"no JSON object|unexpected"):
        parse([b"event: odd\n", data, b"\n"])


async def test_following_stops_at_the_servers_end() -> None:
    streams = Streams([*STORED, *END, *SECOND])
    assert [event.id for event in await streams.follow()] == ["1"]
    assert streams.asked == [""]


async def test_a_broken_stream_is_resumed_after_the_last_stored_event() -> None:
    streams = Streams([*STORED, *PROGRESS, *SECOND[:3], None], None, [*SECOND, *END])
    assert [event.type for event in await streams.follow()] == ["job.created", "job.progress", "job.planned"]
    assert streams.asked == ["", "1", "1"]


async def test_a_stream_that_just_ends_is_opened_again() -> None:
    streams = Streams([*STORED], [*SECOND], [*END])
    assert [event.id for event in await streams.follow()] == ["1", "2"]
    assert streams.asked == ["", "1", "2"]


async def test_it_gives_up_when_nothing_answers_for_long() -> None:
    streams = Streams()
    with pytest.raises(ConnectionLostError):
        await streams.follow()
    assert len(streams.asked) == LOSSES_IN_A_ROW + 1
    assert streams.pauses == sorted(streams.pauses)


async def test_an_event_makes_up_for_earlier_losses() -> None:
    lost: list[list[bytes | None] | None] = [None] * LOSSES_IN_A_ROW
    streams = Streams(*lost, [*STORED], *lost[1:], [*END])
    assert [event.id for event in await streams.follow()] == ["1"]
