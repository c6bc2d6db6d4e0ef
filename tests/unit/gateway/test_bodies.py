"""A request's body on its way through."""

from collections import deque

import pytest
from starlette.types import Message

from omnigen_gateway.routes.bodies import ClientLeftError, RequestBody
from omnigen_shared.errors import PayloadTooLargeError


def body_of(*parts: bytes, limit: int = 10, leaves: bool = False) -> RequestBody:
    messages: deque[Message] = deque(
        {"type": "http.request", "body": part, "more_body": leaves or number < len(parts)}
        for number, part in enumerate(parts, 1)
    )
    if leaves:
        messages.append({"type": "http.disconnect"})

    async def receive() -> Message:
        return messages.popleft()

    return RequestBody(receive, limit)


async def read(body: RequestBody) -> list[bytes]:
    await body.read_first()
    return [part async for part in body]


async def test_parts_come_through_as_they_came() -> None:
    body = body_of(b"abc", b"", b"def")
    assert await read(body) == [b"abc", b"", b"def"]
    assert body.finished.is_set()
    assert body.fault is None


async def test_a_small_body_is_finished_by_its_first_part() -> None:
    body = body_of(b"abc")
    assert await body.read_first() == b"abc"
    assert body.finished.is_set()


async def test_the_limit_is_a_limit_on_all_parts() -> None:
    assert await read(body_of(b"12345", b"67890")) == [b"12345", b"67890"]
    body = body_of(b"12345", b"67890", b"1")
    with pytest.raises(PayloadTooLargeError) as problem:
        await read(body)
    assert body.fault is problem.value
    assert body.finished.is_set()
    assert problem.value.details == {"limit_bytes": 10}


async def test_a_first_part_over_the_limit_is_refused_at_once() -> None:
    with pytest.raises(PayloadTooLargeError):
        await body_of(b"12345678901").read_first()


async def test_a_client_that_leaves_is_the_fault() -> None:
    body = body_of(b"123", leaves=True)
    with pytest.raises(ClientLeftError):
        await read(body)
    assert isinstance(body.fault, ClientLeftError)
    assert body.finished.is_set()
