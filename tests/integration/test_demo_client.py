"""The demo's client against a gateway that misbehaves, over real connections."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from omnigen_local.demo.client import GatewayClient, RefusedError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
OLD = b"the file of the run before"


@asynccontextmanager
async def gateway_with(**handlers: Handler) -> AsyncIterator[GatewayClient]:
    """A client of a server that answers GET /<name> with each handler."""
    app = web.Application()
    for name, handler in handlers.items():
        app.router.add_get(f"/{name}", handler)
    async with TestServer(app) as server, GatewayClient(str(server.make_url("")).rstrip("/"), "secret-token") as client:
        yield client


async def redirect_to_store(request: web.Request) -> web.Response:
    assert request.headers["Authorization"] == "Bearer secret-token"
    raise web.HTTPFound("/store?signature=1")


async def send_nothing(_request: web.Request) -> web.Response:
    return web.Response(body=b"")


async def send_half(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Length": "1000"})
    await answer.prepare(request)
    await answer.write(b"x" * 500)
    assert request.transport is not None
    request.transport.close()
    return answer


@pytest.fixture
def out(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(OLD)
    return path


def look_into(out: Path) -> tuple[bytes, list[str]]:
    """The file's content, and what lies in its folder."""
    return out.read_bytes(), [entry.name for entry in out.parent.iterdir()]


async def test_a_file_is_fetched_from_the_signed_link_without_the_token(out: Path) -> None:
    async def send_film(request: web.Request) -> web.Response:
        assert "Authorization" not in request.headers
        return web.Response(body=b"film" * 1000)

    async with gateway_with(video=redirect_to_store, store=send_film) as client:
        assert await client.download("/video", out) == 4000
    assert look_into(out) == (b"film" * 1000, ["film.mp4"])


@pytest.mark.parametrize("store", [send_nothing, send_half], ids=["empty", "cut off"])
async def test_a_download_that_fails_leaves_what_was_there(out: Path, store: Handler) -> None:
    async with gateway_with(video=redirect_to_store, store=store) as client:
        with pytest.raises(Exception, match=r"empty|payload"):
            await client.download("/video", out)
    assert look_into(out) == (OLD, ["film.mp4"])


async def test_a_link_that_is_not_given_says_why(out: Path) -> None:
    async def refuse(_request: web.Request) -> web.Response:
        problem = {"code": "not_ready", "detail": "It is being made.", "remedy": "Wait for its end."}
        return web.json_response(problem, status=409)

    async with gateway_with(video=refuse) as client:
        with pytest.raises(RefusedError) as caught:
            await client.download("/video", out)
    assert str(caught.value) == "HTTP 409 not_ready; It is being made.; Wait for its end."


async def test_a_refused_order_names_its_fields() -> None:
    async def refuse(_request: web.Request) -> web.Response:
        fields = [{"field": "prompt", "message": "too short"}, {"field": "seed", "message": "too small"}]
        return web.json_response(
            {"code": "invalid_request", "detail": "No.", "details": {"fields": fields}}, status=422
        )

    async with gateway_with(job=refuse) as client:
        with pytest.raises(RefusedError, match=r"HTTP 422 invalid_request; No.; prompt: too short; seed: too small"):
            await client.get_json("/job")


async def test_an_answer_that_is_no_problem_is_shown_as_it_is() -> None:
    async def fail(_request: web.Request) -> web.Response:
        return web.Response(status=502, text="<h1>Bad gateway</h1>")

    async with gateway_with(job=fail) as client:
        with pytest.raises(RefusedError, match="HTTP 502; <h1>Bad gateway</h1>"):
            await client.get_json("/job")


async def test_events_are_resumed_after_a_cut_and_after_an_unwell_gateway() -> None:
    asked: list[str | None] = []

    async def stream(request: web.Request) -> web.StreamResponse:
        asked.append(request.headers.get("Last-Event-ID"))
        if len(asked) == 2:
            return web.Response(status=503)
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        if len(asked) == 1:
            await answer.write(b"id: 1\nevent: job.created\ndata: {}\n\nid: 2\nevent: half")
            assert request.transport is not None
            request.transport.close()
            return answer
        await answer.write(b"id: 2\nevent: job.planned\ndata: {}\n\nevent: end\ndata: {}\n\n")
        return answer

    async with gateway_with(events=stream) as client:
        events = [(event.id, event.type) async for event in client.follow("/events")]
    assert events == [("1", "job.created"), ("2", "job.planned")]
    assert asked == [None, "1", "1"]


async def test_events_of_a_job_that_is_not_ones_own_are_not_asked_for_again() -> None:
    asked = []

    async def refuse(_request: web.Request) -> web.Response:
        asked.append(1)
        return web.json_response({"code": "not_found", "detail": "There is no such job."}, status=404)

    async with gateway_with(events=refuse) as client:
        with pytest.raises(RefusedError, match="HTTP 404 not_found"):
            [event async for event in client.follow("/events")]
    assert len(asked) == 1


async def test_one_event_may_be_long() -> None:
    async def stream(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        await answer.write(b'id: 1\nevent: job.planned\ndata: {"title": "' + b"x" * 200_000 + b'"}\n\nevent: end\n\n')
        return answer

    async with gateway_with(events=stream) as client:
        (event,) = [event async for event in client.follow("/events")]
    assert len(event.data["title"]) == 200_000
