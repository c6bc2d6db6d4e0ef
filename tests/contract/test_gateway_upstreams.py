"""A service behind the gateway: the fake that the unit tests use and the real adapter keep the same promises."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from tests.fakes.loopback import listen, serve_app, serve_raw, url_of
from tests.fakes.services import ScriptedService
from tests.fakes.upstreams import FakeAnswer, FakeUpstream

from omnigen_gateway.clients.session import open_session
from omnigen_gateway.clients.upstream import HttpUpstream
from omnigen_gateway.ports import Upstream, UpstreamAnswer, UpstreamError, UpstreamRequest

Make = Callable[[str], Awaitable[Upstream]]
JOB = "/api/v1/jobs/job_1"
HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"


async def read(answer: UpstreamAnswer) -> bytes:
    parts = []
    while part := await answer.read_chunk():
        parts.append(part)
    return b"".join(parts)


def make_fake(situation: str) -> Upstream:
    redirect = FakeAnswer(status=302, headers=[(b"Location", b"https://bucket.example/clip.mp4?X-Amz-Signature=1")])
    outcomes: dict[str, UpstreamAnswer | Exception] = {
        "serving": FakeAnswer(b"x" * 3_000_000),
        "redirecting": redirect,
        "gone": UpstreamError("ClientConnectorError"),
        "hanging up": UpstreamError("ServerDisconnectedError"),
        "talking nonsense": UpstreamError("ClientResponseError"),
        "breaking off": FakeAnswer(b"half", error=UpstreamError("ClientPayloadError")),
    }
    upstream = FakeUpstream(outcomes[situation])
    upstream.is_healthy = situation == "serving"
    return upstream


async def make_real(situation: str, stack: AsyncExitStack) -> Upstream:
    session = await stack.enter_async_context(open_session())
    if situation in {"serving", "redirecting"}:
        return HttpUpstream(session, await stack.enter_async_context(serve_app(ScriptedService().app)))
    if situation == "gone":
        with listen() as sock:
            return HttpUpstream(session, url_of(sock))
    raw = {"hanging up": None, "talking nonsense": b"SSH-2.0-OpenSSH\r\n\r\n", "breaking off": HALF}[situation]
    url, _ = await stack.enter_async_context(serve_raw(raw))
    return HttpUpstream(session, url)


@pytest.fixture(params=["fake", "real"])
async def make(request: pytest.FixtureRequest) -> AsyncIterator[Make]:
    """Makes an upstream that is in a situation, of either kind."""
    async with AsyncExitStack() as stack:

        async def make_one(situation: str) -> Upstream:
            return make_fake(situation) if request.param == "fake" else await make_real(situation, stack)

        yield make_one


def get(target: str = JOB) -> UpstreamRequest:
    return UpstreamRequest("GET", target, [])


async def test_an_answer_is_read_to_its_end(make: Make) -> None:
    answer = await (await make("serving")).open(get(f"{JOB}/receipt"))
    assert answer.status == 200
    assert len(await read(answer)) == 3_000_000
    assert await answer.read_chunk() == b""
    answer.close()


async def test_a_redirect_is_an_answer(make: Make) -> None:
    answer = await (await make("redirecting")).open(get(f"{JOB}/video"))
    headers = {name.lower(): value for name, value in answer.headers}
    assert (answer.status, headers[b"location"][:22]) == (302, b"https://bucket.example")
    answer.close()


@pytest.mark.parametrize("situation", ["gone", "hanging up", "talking nonsense"])
async def test_no_answer_is_an_error(make: Make, situation: str) -> None:
    upstream = await make(situation)
    with pytest.raises(UpstreamError) as error:
        await upstream.open(get())
    assert not error.value.is_timeout
    assert error.value.reason.isidentifier()


async def test_an_answer_that_breaks_off_is_an_error(make: Make) -> None:
    answer = await (await make("breaking off")).open(get())
    with pytest.raises(UpstreamError):
        await read(answer)
    answer.close()


async def test_health_is_checked(make: Make) -> None:
    await (await make("serving")).check()
    with pytest.raises(Exception):  # noqa: B017, PT011 - readiness shows any error
        await (await make("gone")).check()
