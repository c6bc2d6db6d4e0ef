"""A request through the whole gateway, with fakes where the sockets would be."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.fakes.gateway import PUBLIC_KEY, GatewayBench, bearer, open_gateway
from tests.fakes.tokens import USER_ID
from tests.fakes.upstreams import FakeAnswer
from tests.fakes.visitors import Answer

from omnigen_gateway.domain.framing import MAX_HEAD_BYTES, MAX_TARGET_BYTES
from omnigen_gateway.domain.standing import Standing
from omnigen_gateway.ports import UpstreamError
from omnigen_gateway.routes import door as door_module
from omnigen_gateway.routes import leash as leash_module
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.identity import IdentityVerifier

JOB = "/api/v1/jobs/job_1"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def bench() -> AsyncIterator[GatewayBench]:
    async with open_gateway() as opened:
        yield opened


def check_problem(answer: Answer, status: int, code: str) -> None:
    """It is a complete problem of this kind, and nothing an attacker or a cache could use."""
    assert answer.is_complete
    assert (answer.status, answer.json["code"], answer.json["status"]) == (status, code, status)
    assert answer.header("content-type") == "application/problem+json"
    assert answer.header("cache-control") == "no-store"
    assert answer.header("x-request-id") == answer.json["request_id"]
    assert answer.header("x-content-type-options") == "nosniff"


async def test_an_answer_comes_back_as_it_is(bench: GatewayBench) -> None:
    headers = [(b"Content-Type", b"application/json"), (b"Content-Length", b"14"), (b"ETag", b'"1"')]
    bench.jobs.will(FakeAnswer(b'{"job_id"', b":1}  ", status=200, headers=headers))
    answer = await bench.ask("GET", f"{JOB}?fields=a%20b&x=1")
    assert (answer.status, answer.parts, answer.is_complete) == (200, [b'{"job_id"', b":1}  "], True)
    assert answer.header("etag") == '"1"'
    request = bench.jobs.requests[0]
    assert (request.method, request.target, request.body) == ("GET", f"{JOB}?fields=a%20b&x=1", None)


async def test_usage_is_quotas(bench: GatewayBench) -> None:
    assert (await bench.ask("GET", "/api/v1/usage")).status == 200
    assert len(bench.quota.requests) == 1
    assert bench.jobs.requests == []


async def test_a_body_goes_through(bench: GatewayBench) -> None:
    bench.jobs.will(FakeAnswer(b"{}", status=202, headers=[(b"Location", JOB.encode())]))
    answer = await bench.ask("POST", "/api/v1/jobs", {**bearer(), **JSON, "Content-Length": "2"}, [b"{}"])
    assert (answer.status, answer.header("location")) == (202, JOB)
    assert bench.jobs.bodies == [b"{}"]
    assert ("Content-Length", "2") in bench.jobs.requests[0].headers


async def test_a_body_in_pieces_goes_through(bench: GatewayBench) -> None:
    headers = {**bearer(), **JSON, "Transfer-Encoding": "chunked"}
    assert (await bench.ask("POST", "/api/v1/jobs", headers, [b'{"a"', b":", b"1}"])).status == 200
    assert bench.jobs.bodies == [b'{"a":1}']


async def test_a_post_without_a_body_needs_no_media_type(bench: GatewayBench) -> None:
    assert (await bench.ask("POST", f"{JOB}/cancel", {**bearer(), "Content-Length": "0"})).status == 200
    assert (await bench.ask("POST", f"{JOB}/cancel", {**bearer(), "Transfer-Encoding": "chunked"})).status == 200
    assert [request.body for request in bench.jobs.requests] == [None, None]


async def test_a_redirect_is_the_clients_to_follow(bench: GatewayBench) -> None:
    bench.jobs.will(FakeAnswer(status=302, headers=[(b"Location", b"https://bucket.example/clip.mp4?X-Amz=1")]))
    answer = await bench.ask("GET", f"{JOB}/video")
    assert (answer.status, answer.header("location")) == (302, "https://bucket.example/clip.mp4?X-Amz=1")


async def test_head_has_a_length_and_no_body(bench: GatewayBench) -> None:
    bench.jobs.will(FakeAnswer(headers=[(b"Content-Length", b"99")]))
    answer = await bench.ask("HEAD", JOB)
    assert (answer.header("content-length"), answer.parts, answer.is_complete) == ("99", [b""], True)


async def test_the_service_is_told_who_asks_and_nothing_the_client_claims(bench: GatewayBench) -> None:
    forged = {
        "Cookie": "session=1",
        "X-OmniGen-Identity": "forged",
        "X-OmniGen-Timeout-S": "9999",
        "X-Forwarded-For": "10.0.0.1",
        "Host": "internal",
    }
    bench.identity.directory.standing = Standing(is_enabled=True, plan=PlanName.PRO)
    token = bearer(**{"cognito:groups": ["enterprise"]})
    await bench.ask("GET", JOB, {**token, **forged, "Accept": "application/json"})
    sent = bench.jobs.requests[0].headers
    names = [name.lower() for name, _ in sent]
    assert sorted(names) == ["accept", "traceparent", "x-omnigen-identity", "x-omnigen-timeout-s", "x-request-id"]
    values = dict(sent)
    caller = IdentityVerifier("jobs", {"gateway": [PUBLIC_KEY]}).verify(values["X-OmniGen-Identity"])
    assert (caller.issuer, caller.subject, caller.plan) == ("gateway", USER_ID, "pro")
    assert values["X-OmniGen-Timeout-S"] != "9999"


async def test_a_stream_is_given_no_deadline(bench: GatewayBench) -> None:
    await bench.ask("GET", f"{JOB}/events")
    assert "X-OmniGen-Timeout-S" not in dict(bench.jobs.requests[0].headers)


async def test_a_request_id_is_passed_on_or_made(bench: GatewayBench) -> None:
    given = await bench.ask("GET", JOB, {**bearer(), "X-Request-Id": "my-request-1"})
    made = await bench.ask("GET", JOB, {**bearer(), "X-Request-Id": "no\tgood"})
    assert given.header("x-request-id") == "my-request-1"
    sent = [dict(request.headers)["X-Request-Id"] for request in bench.jobs.requests]
    assert sent == ["my-request-1", made.header("x-request-id")]
    assert sent[1].startswith("req_")


async def test_a_trace_goes_through(bench: GatewayBench) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    await bench.ask("GET", JOB, {**bearer(), "traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    assert dict(bench.jobs.requests[0].headers)["traceparent"].split("-")[1] == trace


async def test_no_token_is_401(bench: GatewayBench) -> None:
    answer = await bench.ask("GET", JOB, {})
    check_problem(answer, 401, "unauthenticated")
    assert answer.header("www-authenticate") == 'Bearer realm="omnigen"'
    assert bench.jobs.requests == []


async def test_an_expired_token_says_so(bench: GatewayBench) -> None:
    check_problem(await bench.ask("GET", JOB, bearer(exp=1)), 401, "token_expired")


async def test_two_tokens_are_none(bench: GatewayBench) -> None:
    one = bearer()["Authorization"]
    check_problem(await bench.ask("GET", JOB, [("Authorization", one), ("Authorization", one)]), 401, "unauthenticated")


async def test_a_token_in_the_query_or_a_cookie_is_none(bench: GatewayBench) -> None:
    token = bearer()["Authorization"].removeprefix("Bearer ")
    check_problem(await bench.ask("GET", f"{JOB}?access_token={token}", {}), 401, "unauthenticated")
    check_problem(await bench.ask("GET", JOB, {"Cookie": f"access_token={token}"}), 401, "unauthenticated")


@pytest.mark.parametrize("path", ["/", "/api/v1/nothing", "/api/v1/jobs/", "/API/v1/jobs"])
async def test_other_paths_are_404_even_with_a_token(bench: GatewayBench, path: str) -> None:
    check_problem(await bench.ask("GET", path), 404, "not_found")
    assert bench.jobs.requests == bench.quota.requests == []


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", JOB, "DELETE, GET, HEAD"),
        ("OPTIONS", f"{JOB}/cancel", "POST"),
        ("TRACE", "/api/v1/jobs", "GET, HEAD, POST"),
        ("POST", "/api/v1/usage", "GET, HEAD"),
        ("POST", f"{JOB}/events", "GET"),
    ],
)
async def test_other_methods_are_405(bench: GatewayBench, method: str, path: str, allow: str) -> None:
    answer = await bench.ask(method, path)
    check_problem(answer, 405, "method_not_allowed")
    assert answer.header("allow") == allow


async def test_no_other_origin_is_let_in(bench: GatewayBench) -> None:
    bench.jobs.will(FakeAnswer(headers=[(b"Access-Control-Allow-Origin", b"*")]))
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    for method in ("OPTIONS", "GET"):
        answer = await bench.ask(method, JOB, {**bearer(), **asked})
        assert not [name for name, _ in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_a_body_that_is_no_json_is_415(bench: GatewayBench, media_type: str) -> None:
    headers = {**bearer(), "Content-Type": media_type, "Content-Length": "2"}
    check_problem(await bench.ask("POST", "/api/v1/jobs", headers, [b"{}"]), 415, "unsupported_media_type")
    assert bench.jobs.requests == []


async def test_a_declared_body_that_is_too_large_is_413_unread(bench: GatewayBench) -> None:
    headers = {**bearer(), **JSON, "Content-Length": "1001"}
    answer = await bench.ask("POST", "/api/v1/jobs", headers, [b"x" * 1001])
    check_problem(answer, 413, "payload_too_large")
    assert answer.json["details"] == {"limit_bytes": 1000}
    assert bench.jobs.requests == []


async def test_an_undeclared_body_that_is_too_large_is_413_on_the_way(bench: GatewayBench) -> None:
    headers = {**bearer(), **JSON, "Transfer-Encoding": "chunked"}
    check_problem(await bench.ask("POST", "/api/v1/jobs", headers, [b"x" * 600] * 2), 413, "payload_too_large")
    assert len(bench.jobs.requests) == 1
    assert (await bench.ask("POST", "/api/v1/jobs", headers, [b"x" * 500] * 2)).status == 200


async def test_headers_that_are_too_large_are_431(bench: GatewayBench) -> None:
    check_problem(await bench.ask("GET", JOB, {**bearer(), "X": "x" * MAX_HEAD_BYTES}), 431, "headers_too_large")


async def test_an_address_that_is_too_long_is_414(bench: GatewayBench) -> None:
    check_problem(await bench.ask("GET", f"{JOB}?q={'x' * MAX_TARGET_BYTES}"), 414, "uri_too_long")


@pytest.mark.parametrize("query", ["q=\xe4", "q=\x01", "q=a\r\nX: 1", "q=\x7f"])
async def test_a_query_that_is_not_encoded_is_400(bench: GatewayBench, query: str) -> None:
    check_problem(await bench.ask("GET", f"{JOB}?{query}"), 400, "malformed_request")


async def test_a_service_that_is_down_is_503(bench: GatewayBench) -> None:
    bench.jobs.will(UpstreamError("ClientConnectorError"))
    answer = await bench.ask("POST", "/api/v1/jobs", {**bearer(), **JSON, "Content-Length": "2"}, [b"{}"])
    check_problem(answer, 503, "dependency_unavailable")
    assert answer.header("retry-after") == "2"
    assert "ClientConnectorError" not in str(answer.json)


async def test_what_nobody_foresaw_is_500_and_tells_nothing(bench: GatewayBench) -> None:
    bench.jobs.will(ZeroDivisionError("secret"))
    answer = await bench.ask("GET", JOB)
    check_problem(answer, 500, "internal_error")
    assert "secret" not in str(answer.json)


async def test_an_answer_that_breaks_off_is_not_completed(bench: GatewayBench) -> None:
    broken = FakeAnswer(b"half", error=UpstreamError("ClientPayloadError"))
    bench.jobs.will(broken)
    answer = await bench.ask("GET", JOB)
    assert (answer.parts, answer.is_complete, broken.closed) == ([b"half"], False, 1)


async def test_what_nobody_foresaw_in_the_middle_cuts_the_answer(bench: GatewayBench) -> None:
    bench.jobs.will(FakeAnswer(b"half", error=ZeroDivisionError("secret")))
    answer = await bench.ask("GET", JOB)
    assert (answer.status, answer.parts, answer.is_complete) == (200, [b"half"], False)


async def test_a_stream_that_has_begun_may_take_long(bench: GatewayBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leash_module, "WATCH_AFTER_S", 0)
    monkeypatch.setattr(door_module, "ANSWER_WITHIN_S", 0)

    async def live() -> AsyncIterator[bytes]:
        await asyncio.sleep(0.02)
        yield b"late"

    bench.jobs.will(FakeAnswer(live=live()))
    answer = await bench.ask("GET", f"{JOB}/events")
    assert (answer.parts, answer.is_complete) == ([b"late", b""], True)


async def test_a_slow_body_is_read_by_one_reader(bench: GatewayBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leash_module, "WATCH_AFTER_S", 0)
    headers = {**bearer(), **JSON, "Transfer-Encoding": "chunked"}
    visitor = bench.visitor("POST", "/api/v1/jobs", headers, [])
    visitor.forget_body()
    call = asyncio.create_task(visitor.call(bench.app))
    for part in (b"[", b"1", b"]"):
        await asyncio.sleep(0.01)
        visitor.send_part(part, more=part != b"]")
    assert (await call).status == 200
    assert bench.jobs.bodies == [b"[1]"]


async def test_a_body_that_never_comes_is_not_waited_for(bench: GatewayBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leash_module, "WATCH_AFTER_S", 0)
    monkeypatch.setattr(door_module, "ANSWER_WITHIN_S", 0)
    visitor = bench.visitor("POST", "/api/v1/jobs", {**bearer(), **JSON, "Content-Length": "9"}, [])
    visitor.forget_body()
    check_problem(await visitor.call(bench.app), 504, "deadline_exceeded")
    assert bench.jobs.requests == []


async def test_a_stream_arrives_part_by_part_and_is_cut_when_its_reader_leaves(
    bench: GatewayBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leash_module, "WATCH_AFTER_S", 0)
    events: asyncio.Queue[bytes] = asyncio.Queue()
    ended = asyncio.Event()

    async def live() -> AsyncIterator[bytes]:
        try:
            while True:
                yield await events.get()
        finally:
            ended.set()

    stream = FakeAnswer(live=live(), headers=[(b"Content-Type", b"text/event-stream")])
    bench.jobs.will(stream)
    visitor = bench.visitor("GET", f"{JOB}/events")
    call = asyncio.create_task(visitor.call(bench.app))
    for number in (1, 2):
        visitor.arrived.clear()
        events.put_nowait(b"id: %d\n\n" % number)
        while len(visitor.answer.parts) < number:
            await visitor.arrived.wait()
            visitor.arrived.clear()
    assert visitor.answer.parts == [b"id: 1\n\n", b"id: 2\n\n"]
    visitor.leave()
    answer = await call
    await ended.wait()
    assert (stream.closed, answer.is_complete) == (1, False)


async def test_a_client_that_leaves_while_it_sends_is_answered_nothing(bench: GatewayBench) -> None:
    visitor = bench.visitor("POST", "/api/v1/jobs", {**bearer(), **JSON, "Content-Length": "9"}, [])
    visitor.forget_body()
    visitor.send_part(b"{", more=True)
    visitor.leave()
    assert (await visitor.call(bench.app)).status == 0


async def test_the_providers_callbacks_need_no_token_and_keep_what_signs_them(bench: GatewayBench) -> None:
    headers = {**JSON, "Webhook-Id": "m", "Webhook-Timestamp": "1", "Webhook-Signature": "v1,x", "Content-Length": "2"}
    answer = await bench.ask("POST", "/api/v1/webhooks/replicate?call=a~b~c", headers, [b"{}"])
    assert answer.status == 200
    (request,) = bench.jobs.requests
    assert request.target == "/api/v1/webhooks/replicate?call=a~b~c"
    assert {("Webhook-Id", "m"), ("Webhook-Timestamp", "1"), ("Webhook-Signature", "v1,x")} <= set(request.headers)
    check_problem(await bench.ask("GET", "/api/v1/webhooks/replicate"), 405, "method_not_allowed")
