"""What is sent to a receiver verifies with the public library, and its answer is judged by its status alone."""

from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest
from aiohttp.client_proto import ResponseHandler
from standardwebhooks import Webhook, WebhookVerificationError
from tests.fakes.hooks_bench import SECRET, URL, make_message
from tests.fakes.outbound import ScriptedConnector, says

from omnigen_jobs.clients.receivers import SignedReceivers, judge
from omnigen_jobs.ports import Sent
from omnigen_shared.errors import InvalidRequestError
from omnigen_shared.outbound.addresses import AddressRule
from omnigen_shared.outbound.client import OutboundAnswer, OutboundClient
from omnigen_shared.outbound.urls import UrlRule
from omnigen_shared.testing.clock import FrozenClock

CLOCK = FrozenClock()
FORMER = "whsec_Zm9ybWVyLWZvcm1lci1mb3JtZXItZm9ybWVyLWY="
BODY = '{"type":"job.completed","data":{"title":"é"}}'


async def send(answer: Any, *secrets: str, url: str = URL) -> tuple[Sent, ScriptedConnector]:
    connector = ScriptedConnector(answer)
    rule = UrlRule()
    async with OutboundClient(rule, 5, make_connector=lambda: connector) as client:
        message = make_message(CLOCK, body=BODY)
        return await SignedReceivers(client, rule).send(url, secrets, message, datetime.now(UTC)), connector


def request_of(connector: ScriptedConnector) -> tuple[dict[str, str], bytes]:
    head, _, body = connector.wires[0].sent.partition(b"\r\n\r\n")
    lines = [line.decode().split(": ", 1) for line in head.split(b"\r\n")[1:]]
    return dict(lines), body


async def test_each_secret_that_is_valid_verifies_it_and_no_other_does() -> None:
    sent, connector = await send(says(b"HTTP/1.1 204 No Content\r\n\r\n"), SECRET.text, FORMER)
    assert (sent.attempt.status, sent.attempt.is_success) == (204, True)
    headers, body = request_of(connector)
    for secret in (SECRET.text, FORMER):
        assert Webhook(secret).verify(body, headers)["data"] == {"title": "é"}
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body.replace(b"completed", b"canceled"), headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, {**headers, "Webhook-Id": "msg_other"})
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_YW5vdGhlcg==").verify(body, headers)
    assert (headers["Content-Type"], len(headers["Webhook-Signature"].split(" "))) == ("application/json", 2)


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        *((status, None) for status in (200, 202, 204)),
        *((status, "redirected") for status in (301, 302, 307)),
        *((status, "refused") for status in (400, 404, 410, 429, 500, 503)),
    ],
)
def test_two_hundreds_are_well_and_nothing_else_is(status: int, problem: str | None) -> None:
    sent = judge(OutboundAnswer(status, b"ok\x00\xff"), CLOCK.now(), 3)
    assert (sent.attempt.problem, sent.attempt.status, sent.is_gone) == (problem, status, status == 410)
    assert sent.attempt.answer == "ok\ufffd"
    assert bool(sent.attempt.detail) == (problem is not None)


def test_only_who_refuses_may_wish_for_a_pause() -> None:
    assert judge(OutboundAnswer(503, b"", "120"), CLOCK.now(), 3).wish_s == 120
    for answer in (OutboundAnswer(200, b"", "120"), OutboundAnswer(503, b"", "soon"), OutboundAnswer(503, b"", "-5")):
        assert judge(answer, CLOCK.now(), 3).wish_s == 0


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (says(hangs_up=True), "closed_early"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", hangs_up=True), "closed_early"),
        (says(b"nonsense\r\n\r\n"), "not_http"),
    ],
)
async def test_what_is_no_answer_is_a_failure_that_is_told(answer: Any, problem: str) -> None:
    sent, _ = await send(answer, SECRET.text)
    assert (sent.attempt.problem, sent.attempt.status) == (problem, None)
    assert sent.attempt.detail


async def test_nothing_is_sent_to_an_address_that_is_not_public() -> None:
    def never(_: ResponseHandler) -> None:
        raise AssertionError

    sent, connector = await send(never, SECRET.text, url="https://[::ffff:169.254.169.254]/")
    assert (sent.attempt.problem, connector.wires) == ("address_refused", [])


def test_an_address_is_refused_when_it_is_registered() -> None:
    local = UrlRule(AddressRule((ip_network("127.0.0.1/32"),)), allows_http=True)
    client = OutboundClient(local, 5)
    SignedReceivers(client, local).check("http://127.0.0.1:8080/hook")
    for url in ("http://example.com/", "https://10.0.0.1/", "https://localhost/"):
        with pytest.raises(InvalidRequestError) as refused:
            SignedReceivers(client, UrlRule()).check(url)
        (field,) = refused.value.details["fields"]
        assert (field["field"], field["limits"]["schemes"]) == ("url", ["https"])
        assert field["message"].startswith("The address must")
