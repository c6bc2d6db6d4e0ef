"""Requests and answers stream through the gateway, both ways, and end when one side leaves."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.fakes.served_gateway import JOB, JSON, ServedGateway, serve_gateway
from tests.fakes.waiting import wait_until
from yarl import URL


@pytest.fixture
async def gateway() -> AsyncIterator[ServedGateway]:
    async with serve_gateway() as served:
        yield served


async def test_a_request_arrives_as_it_was_meant(gateway: ServedGateway) -> None:
    forged = {"X-OmniGen-Identity": "forged", "Cookie": "a=b", "Accept": "application/json"}
    async with gateway.client.get(URL(f"{gateway.url}{JOB}?a=%2F&b=c+d", encoded=True), headers=forged) as answer:
        seen = await answer.json()
    assert (seen["path"], seen["query"]) == (JOB, "a=%2F&b=c+d")
    assert {"authorization", "cookie"}.isdisjoint(seen["headers"])
    assert seen["headers"]["accept"] == "application/json"
    assert seen["headers"]["x-omnigen-identity"].count(".") == 2
    assert answer.headers["X-Request-Id"] == seen["headers"]["x-request-id"]
    assert {"X-Hop", "Set-Cookie"}.isdisjoint(answer.headers)
    assert len(answer.headers.getall("Date")) == 1


async def test_a_redirect_passes_through(gateway: ServedGateway) -> None:
    async with gateway.client.get(f"{JOB}/video", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"][:22]) == (302, "https://bucket.example")


async def test_a_large_answer_passes_through(gateway: ServedGateway) -> None:
    async with gateway.client.get(f"{JOB}/receipt") as answer:
        assert len(await answer.read()) == 3_000_000
        assert answer.headers["Content-Length"] == "3000000"


async def test_a_packed_answer_stays_packed(gateway: ServedGateway) -> None:
    async with gateway.client.get(f"{JOB}/captions") as answer:
        assert (await answer.read(), answer.headers["Content-Encoding"]) == (b"packed", "gzip")


@pytest.mark.parametrize("is_chunked", [True, False])
async def test_a_body_streams_in(gateway: ServedGateway, *, is_chunked: bool) -> None:
    go_on = asyncio.Event()

    async def parts() -> AsyncIterator[bytes]:
        yield b"[1,"
        await go_on.wait()
        yield b"2]"

    length = {} if is_chunked else {"Content-Length": "5"}
    posting = asyncio.create_task(gateway.client.post("/api/v1/jobs", data=parts(), headers={**JSON, **length}))
    await wait_until(lambda: gateway.service.parts == [b"[1,"])
    go_on.set()
    async with await posting as answer:
        seen = await answer.json()
    assert (answer.status, seen["size"], answer.headers["Location"]) == (202, 5, JOB)
    assert ("content-length" in seen["headers"]) is not is_chunked


async def test_events_arrive_one_by_one(gateway: ServedGateway) -> None:
    async with gateway.client.get(f"{JOB}/events") as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert await answer.content.readuntil(b"\n\n") == b": hello\n\n"
        for number in range(3):
            gateway.service.events.put_nowait(b"id: %d\n\n" % number)
            assert await answer.content.readuntil(b"\n\n") == b"id: %d\n\n" % number
        gateway.service.events.put_nowait(b"")
        assert await answer.content.read() == b""
    await wait_until(lambda: gateway.service.streams == 0)


async def test_streams_are_cut_when_their_readers_leave(gateway: ServedGateway) -> None:
    answers = [await gateway.client.get(f"{JOB}/events") for _ in range(20)]
    for answer in answers:
        await answer.content.readuntil(b"\n\n")
    assert gateway.service.streams == 20
    for answer in answers:
        answer.close()
    await wait_until(lambda: gateway.service.streams == 0)


async def test_a_request_that_waits_is_cut_when_its_client_leaves(gateway: ServedGateway) -> None:
    asking = asyncio.create_task(gateway.client.get(f"{JOB}/preview"))
    await wait_until(lambda: gateway.service.calls == 1)
    asking.cancel()
    await wait_until(lambda: gateway.service.hang_ups == 1)


async def test_an_upload_that_stops_is_cut(gateway: ServedGateway) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"[1,"
        await asyncio.Event().wait()

    posting = asyncio.create_task(gateway.client.post("/api/v1/jobs", data=parts(), headers=JSON))
    await wait_until(lambda: gateway.service.parts == [b"[1,"])
    posting.cancel()
    await wait_until(lambda: gateway.service.hang_ups == 1)


async def test_a_chunked_body_that_grows_too_large_is_413(gateway: ServedGateway) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 10_000
            await asyncio.sleep(0)

    async with gateway.client.post("/api/v1/jobs", data=parts(), headers=JSON) as answer:
        assert (answer.status, (await answer.json())["code"]) == (413, "payload_too_large")
    await wait_until(lambda: gateway.service.hang_ups == 1)


async def test_a_declared_body_that_is_too_large_never_reaches_the_service(gateway: ServedGateway) -> None:
    async with gateway.client.post("/api/v1/jobs", data=b"x" * 200_001, headers=JSON) as answer:
        assert answer.status == 413
    assert gateway.service.parts == []


async def test_ready_shows_each_dependency(gateway: ServedGateway) -> None:
    async with gateway.client.get("/ready") as answer:
        assert (answer.status, (await answer.json())["status"]) == (200, "ok")
