"""An answer's head goes out with the first of its body, or by itself, and always."""

import asyncio
from typing import cast

import pytest

from omnigen_gateway.holding import HeadHolder

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"


class FakeTransport:
    """`calls` are the kernel's."""

    def __init__(self) -> None:
        self.calls: list[bytes] = []
        self.is_closed = False

    def write(self, data: bytes) -> None:
        self.calls.append(data)

    def is_closing(self) -> bool:
        return self.is_closed

    def close(self) -> None:
        self.is_closed = True

    def pause_reading(self) -> None:
        self.calls.append(b"paused")


@pytest.fixture
def transport() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
async def holder(transport: FakeTransport) -> HeadHolder:
    return HeadHolder(cast("asyncio.Transport", transport), asyncio.get_running_loop())


async def test_head_and_body_are_one_call(holder: HeadHolder, transport: FakeTransport) -> None:
    holder.write(HEAD)
    holder.write(b"body")
    holder.write(b"more")
    await asyncio.sleep(0)
    assert transport.calls == [HEAD + b"body", b"more"]


async def test_a_head_does_not_wait_for_a_body(holder: HeadHolder, transport: FakeTransport) -> None:
    holder.write(HEAD)
    assert transport.calls == []
    await asyncio.sleep(0)
    assert transport.calls == [HEAD]
    holder.write(b"body")
    assert transport.calls == [HEAD, b"body"]


async def test_the_next_head_is_held_too(holder: HeadHolder, transport: FakeTransport) -> None:
    for _ in range(2):
        holder.write(HEAD)
        holder.write(b"body")
    await asyncio.sleep(0)
    assert transport.calls == [HEAD + b"body"] * 2


async def test_closing_sends_what_is_held(holder: HeadHolder, transport: FakeTransport) -> None:
    holder.write(HEAD)
    holder.close()
    await asyncio.sleep(0)
    assert transport.calls == [HEAD]
    assert holder.is_closing()


@pytest.mark.parametrize("data", [b"HTTP/1.1 100 Continue\r\n\r\n", b"4\r\nbody\r\n", HEAD + b"body"])
async def test_nothing_else_is_held(holder: HeadHolder, transport: FakeTransport, data: bytes) -> None:
    holder.write(data)
    assert transport.calls == [data]


async def test_whatever_else_a_transport_does_it_does(holder: HeadHolder, transport: FakeTransport) -> None:
    holder.pause_reading()
    assert transport.calls == [b"paused"]
