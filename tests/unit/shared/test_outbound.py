"""Nothing is connected to that is not public, whatever a name says; and no answer takes or holds more than it may."""

import asyncio
import gzip
from collections.abc import Callable, Sequence
from ipaddress import ip_network
from typing import Any

import aiohttp
import pytest
from aiohttp.client_proto import ResponseHandler
from tests.fakes.outbound import FakeResolver, NoSockets, ScriptedConnector, says
from tests.unit.shared.test_outbound_addresses import CLOSED

from omnigen_shared.outbound.addresses import AddressRule
from omnigen_shared.outbound.client import Failure, OutboundAnswer, OutboundClient, OutboundError
from omnigen_shared.outbound.connecting import AddressRefusedError, guarded_connector
from omnigen_shared.outbound.urls import UrlRule
from omnigen_shared.settings import OutboundSettings

URL = "https://hook.example/in"
PUBLIC = "93.184.215.14"
LOOPBACK = AddressRule((ip_network("127.0.0.1/32"),))
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


async def reach(
    *answers: Sequence[str], url: str = URL, rule: AddressRule | None = None, times: int = 1
) -> tuple[list[Failure], list[str]]:
    """What becomes of requests to a name with these addresses in turn, and what was to be connected to."""
    sockets, kept = NoSockets(), rule or AddressRule()
    resolver = FakeResolver(hook_example=answers)

    def connector() -> aiohttp.BaseConnector:
        return guarded_connector(kept, resolver, sockets)

    failures = []
    async with OutboundClient(UrlRule(kept, allows_http=True), 5, make_connector=connector) as client:
        for _ in range(times):
            with pytest.raises(OutboundError) as refused:
                await client.post(url, b"{}", {})
            failures.append(refused.value.failure)
    return failures, sockets.wanted


async def test_a_public_address_is_connected_to_as_it_was_resolved() -> None:
    assert await reach([PUBLIC]) == ([Failure.NOT_CONNECTED], [PUBLIC])
    assert await reach(["2606:4700::1", PUBLIC]) == ([Failure.NOT_CONNECTED], ["2606:4700::1", PUBLIC])


@pytest.mark.parametrize("address", CLOSED)
async def test_a_name_that_leads_to_a_closed_address_is_not_connected_to(address: str) -> None:
    assert await reach([address]) == ([Failure.ADDRESS_REFUSED], [])
    assert await reach([PUBLIC, address]) == ([Failure.ADDRESS_REFUSED], [])


@pytest.mark.parametrize("address", [address for address in CLOSED if "%" not in address])
async def test_an_address_in_the_place_of_a_name_is_no_way_round(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    assert await reach(url=f"http://{host}:8080/") == ([Failure.ADDRESS_REFUSED], [])


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "localhost", "[::1]"])
async def test_nor_is_another_spelling_of_one(host: str) -> None:
    assert await reach(url=f"http://{host}/") == ([Failure.ADDRESS_REFUSED], [])


async def test_a_name_that_changes_is_looked_at_at_each_connection() -> None:
    failures, wanted = await reach([PUBLIC], ["127.0.0.1"], ["10.0.0.1"], [PUBLIC], times=4)
    assert failures == [
        Failure.NOT_CONNECTED,
        Failure.ADDRESS_REFUSED,
        Failure.ADDRESS_REFUSED,
        Failure.NOT_CONNECTED,
    ]
    assert wanted == [PUBLIC, PUBLIC]


async def test_a_name_is_resolved_once_for_what_is_checked_and_connected_to() -> None:
    """Were the name asked again after the check, the second answer would be connected to."""
    sockets, resolver = NoSockets(), FakeResolver(hook_example=[[PUBLIC], ["127.0.0.1"]])
    connector = guarded_connector(AddressRule(), resolver, sockets)
    async with OutboundClient(UrlRule(), 5, make_connector=lambda: connector) as client:
        with pytest.raises(OutboundError):
            await client.post(URL, b"", {})
    assert (resolver.asked, sockets.wanted) == (["hook.example"], [PUBLIC])


async def test_even_a_resolver_that_is_not_guarded_leads_to_nothing_closed() -> None:
    sockets = NoSockets()
    connector = guarded_connector(AddressRule(), FakeResolver(hook_example=[["127.0.0.1"]]), sockets)
    connector._resolver = FakeResolver(hook_example=[["127.0.0.1"]])
    async with aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(AddressRefusedError):
            await session.get(URL)
        with pytest.raises(AddressRefusedError):
            await session.get("http://127.0.0.1/")
    assert sockets.wanted == []


async def test_what_is_allowed_locally_is_reached_and_nothing_beside_it() -> None:
    assert await reach(["127.0.0.1"], rule=LOOPBACK) == ([Failure.NOT_CONNECTED], ["127.0.0.1"])
    assert await reach(["127.0.0.2"], rule=LOOPBACK) == ([Failure.ADDRESS_REFUSED], [])


async def test_a_name_that_is_not_there_is_told() -> None:
    assert await reach(url="https://nowhere.example/") == ([Failure.NAME_UNKNOWN], [])


async def ask(answer: Callable[[ResponseHandler], None], timeout_s: float = 5, **client: Any) -> OutboundAnswer:
    connector = ScriptedConnector(answer)
    async with OutboundClient(UrlRule(), timeout_s, make_connector=lambda: connector, **client) as outbound:
        return await outbound.post(URL, b'{"a":1}', {"Webhook-Id": "m"})


async def test_what_is_sent_is_what_was_given() -> None:
    connector = ScriptedConnector(says(OK))
    async with OutboundClient(UrlRule(), 5, make_connector=lambda: connector) as client:
        assert await client.post(URL, b'{"a":1}', {"Webhook-Id": "m"}) == OutboundAnswer(200, b"hi")
    head, _, body = connector.wires[0].sent.partition(b"\r\n\r\n")
    assert (head.split(b"\r\n")[0], body) == (b"POST /in HTTP/1.1", b'{"a":1}')
    assert {b"Webhook-Id: m", b"Host: hook.example", b"User-Agent: OmniGen/1"} < set(head.split(b"\r\n"))
    assert connector.wires[0].is_closing()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(status: int) -> None:
    head = b"HTTP/1.1 %d Gone Elsewhere\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n" % status
    connector = ScriptedConnector(says(head))
    async with OutboundClient(UrlRule(), 5, make_connector=lambda: connector) as client:
        assert (await client.post(URL, b"", {})).status == status
    assert len(connector.wires) == 1


async def test_of_a_long_answer_only_the_beginning_is_read() -> None:
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n" + b"x" * 50_000
    assert await ask(says(endless), max_answer_bytes=100) == OutboundAnswer(200, b"x" * 100)


async def test_a_packed_answer_is_not_unpacked() -> None:
    packed = gzip.compress(b"\0" * 1_000_000)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    assert (await ask(says(head + packed))).body == packed[:4096]


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (says(hangs_up=True), Failure.CLOSED_EARLY),
        (says(b"HTTP/1.1 200 OK\r\nConte", hangs_up=True), Failure.CLOSED_EARLY),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", hangs_up=True), Failure.CLOSED_EARLY),
        (says(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), Failure.NOT_HTTP),
        (says(b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 20_000 + b"\r\n\r\n"), Failure.NOT_HTTP),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), Failure.NOT_HTTP),
    ],
)
async def test_what_is_no_whole_answer_is_none(answer: Any, failure: Failure) -> None:
    with pytest.raises(OutboundError) as refused:
        await ask(answer)
    assert refused.value.failure is failure
    assert refused.value.detail.endswith(".")


@pytest.mark.parametrize(
    "begun", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", b"HTTP/1.1 100 Continue\r\n\r\n"]
)
async def test_who_keeps_silent_is_not_waited_for(begun: bytes) -> None:
    with pytest.raises(OutboundError) as refused:
        await ask(says(*filter(None, [begun])), timeout_s=0.01)
    assert refused.value.failure is Failure.TIMED_OUT


async def test_a_slow_name_counts_too() -> None:
    resolver = FakeResolver()
    resolver.resolve = lambda *_: asyncio.sleep(3600)  # type: ignore[method-assign,assignment]
    connector = guarded_connector(AddressRule(), resolver, NoSockets())
    async with OutboundClient(UrlRule(), 0.01, make_connector=lambda: connector) as client:
        with pytest.raises(OutboundError) as refused:
            await client.post(URL, b"", {})
    assert refused.value.failure is Failure.TIMED_OUT


def test_the_environment_opens_only_a_local_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert OutboundSettings().outbound_allow_cidrs == ()
    assert not OutboundSettings().outbound_allow_http
    monkeypatch.setenv("OUTBOUND_ALLOW_CIDRS", '["127.0.0.1/32"]')
    monkeypatch.setenv("OUTBOUND_ALLOW_HTTP", "true")
    assert [str(network) for network in OutboundSettings().outbound_allow_cidrs] == ["127.0.0.1/32"]
    monkeypatch.setenv("ENVIRONMENT_NAME", "prod")
    with pytest.raises(ValueError, match="ENVIRONMENT_NAME=local"):
        OutboundSettings()
