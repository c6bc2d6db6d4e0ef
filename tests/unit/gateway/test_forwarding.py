"""Asking a service: who is named, what is tried again, when it is no longer asked."""

import asyncio

import pytest
from starlette.types import Message
from tests.fakes.gateway import PRIVATE_KEY, PUBLIC_KEY
from tests.fakes.upstreams import FakeAnswer, FakeUpstream

from omnigen_gateway.domain.breaker import FAILURES_TO_OPEN, OPEN_S
from omnigen_gateway.domain.claims import Caller
from omnigen_gateway.ports import UpstreamError, UpstreamRequest
from omnigen_gateway.routes.bodies import ClientLeftError, RequestBody
from omnigen_gateway.service.forwarding import RETRY_AFTER_S, Forwarder
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.errors import DependencyUnavailableError
from omnigen_shared.identity import IDENTITY_HEADER, IdentitySigner, IdentityVerifier

ALICE = Caller(UserId("alice"), PlanName.PRO, 2**40)
REFUSED = UpstreamError("ClientConnectorError")
SILENT = UpstreamError("SocketTimeoutError", is_timeout=True)


class Bench:
    """A forwarder before two fakes, with a clock that is moved by hand."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.jobs = FakeUpstream()
        self.quota = FakeUpstream()
        signer = IdentitySigner("gateway", PRIVATE_KEY)
        self.forwarder = Forwarder({"jobs": self.jobs, "quota": self.quota}, signer, lambda: self.now_s)

    async def ask(self, method: str = "GET", name: str = "jobs", body: bytes | RequestBody | None = None) -> int:
        request = UpstreamRequest(method, "/api/v1/jobs", [], body)
        return (await self.forwarder.open(name, ALICE, request)).status

    async def fail(self, times: int) -> None:
        self.jobs.will(REFUSED)
        for _ in range(times):
            with pytest.raises(DependencyUnavailableError):
                await self.ask("POST")


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between tries, which no test has to sit through."""
    waited: list[float] = []

    async def note(wait_s: float) -> None:
        waited.append(wait_s)

    monkeypatch.setattr(asyncio, "sleep", note)
    return waited


async def test_the_caller_is_named_to_that_service_only() -> None:
    bench = Bench()
    await bench.ask(name="quota")
    (token,) = [value for name, value in bench.quota.requests[0].headers if name == IDENTITY_HEADER]
    caller = IdentityVerifier("quota", {"gateway": [PUBLIC_KEY]}).verify(token)
    assert (caller.issuer, caller.subject, caller.plan) == ("gateway", "alice", "pro")
    assert bench.jobs.requests == []


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_safe_request_is_tried_three_times(method: str, waits: list[float]) -> None:
    bench = Bench()
    bench.jobs.will(REFUSED, REFUSED, FakeAnswer(status=204))
    assert await bench.ask(method) == 204
    assert len(bench.jobs.requests) == 3
    assert waits == sorted(waits)


async def test_after_three_tries_it_is_unavailable() -> None:
    bench = Bench()
    bench.jobs.will(REFUSED)
    with pytest.raises(DependencyUnavailableError) as problem:
        await bench.ask("GET")
    assert len(bench.jobs.requests) == 3
    assert problem.value.retry_after_s == RETRY_AFTER_S
    assert problem.value.details == {"service": "jobs"}


@pytest.mark.parametrize(("method", "body"), [("POST", b"{}"), ("POST", None), ("DELETE", None), ("GET", b"{}")])
async def test_what_might_have_been_done_is_not_tried_again(method: str, body: bytes | None) -> None:
    bench = Bench()
    bench.jobs.will(REFUSED, FakeAnswer())
    with pytest.raises(DependencyUnavailableError):
        await bench.ask(method, body=body)
    assert len(bench.jobs.requests) == 1


async def test_silence_is_not_tried_again() -> None:
    bench = Bench()
    bench.jobs.will(SILENT, FakeAnswer())
    with pytest.raises(DependencyUnavailableError) as problem:
        await bench.ask("GET")
    assert problem.value.retry_after_s == 2
    assert len(bench.jobs.requests) == 1


@pytest.mark.parametrize("status", [302, 404, 429, 500, 503])
async def test_any_answer_is_an_answer(status: int) -> None:
    bench = Bench()
    bench.jobs.will(FakeAnswer(status=status))
    for _ in range(FAILURES_TO_OPEN + 1):
        assert await bench.ask() == status


async def test_a_service_that_keeps_failing_is_not_asked() -> None:
    bench = Bench()
    await bench.fail(FAILURES_TO_OPEN)
    bench.jobs.will(FakeAnswer())
    with pytest.raises(DependencyUnavailableError) as problem:
        await bench.ask()
    assert len(bench.jobs.requests) == FAILURES_TO_OPEN
    assert problem.value.retry_after_s == OPEN_S


async def test_one_service_down_does_not_stop_the_other() -> None:
    bench = Bench()
    await bench.fail(FAILURES_TO_OPEN)
    assert await bench.ask(name="quota") == 200


async def test_a_service_that_is_back_is_asked_again() -> None:
    bench = Bench()
    await bench.fail(FAILURES_TO_OPEN)
    bench.jobs.will(FakeAnswer())
    bench.now_s += OPEN_S
    assert [await bench.ask() for _ in range(2)] == [200, 200]


async def test_silence_opens_the_breaker_too() -> None:
    bench = Bench()
    bench.jobs.will(SILENT)
    for _ in range(FAILURES_TO_OPEN):
        with pytest.raises(DependencyUnavailableError):
            await bench.ask()
    bench.jobs.will(FakeAnswer())
    with pytest.raises(DependencyUnavailableError):
        await bench.ask()


async def test_a_clients_fault_is_not_the_services() -> None:
    bench = Bench()

    async def hang_up() -> Message:
        return {"type": "http.disconnect"}

    for _ in range(FAILURES_TO_OPEN + 1):
        with pytest.raises(ClientLeftError):
            await bench.ask("POST", body=RequestBody(hang_up, 100))
    assert await bench.ask() == 200
