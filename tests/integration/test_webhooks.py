"""A real receiver on this machine hears of every event, at least once and verifiably, however it behaves."""

import asyncio
from collections.abc import Iterator
from typing import Any

import orjson
from standardwebhooks import Webhook
from tests.fakes.scripted_server import Asked, ScriptedServer, answer, dawdle, hang_up, open_server, raw
from tests.integration.visitors import Visitor

EVENTS = ["job.created", "job.canceled"]


async def listen(visitor: Visitor, server: ScriptedServer, *events: str) -> dict[str, Any]:
    """The webhook with its secret."""
    reply = await visitor.call("POST", "/api/v1/webhooks", {"url": f"{server.url}/hook", "events": events or EVENTS})
    assert reply.status == 201, reply.raw
    return dict(reply.body)


async def wait_for_deliveries(visitor: Visitor, webhook_id: str, count: int) -> list[dict[str, Any]]:
    """Once so many are there, and none of them is under way."""
    while True:
        reply = await visitor.call("GET", f"/api/v1/webhooks/{webhook_id}/deliveries")
        found: list[dict[str, Any]] = reply.body["deliveries"]
        if len(found) >= count and all(delivery["state"] != "pending" for delivery in found):
            return found
        await asyncio.sleep(0.1)


def read(asked: list[Asked], secret: str) -> Iterator[tuple[str, Any]]:
    """Id and content of each message; WebhookVerificationError for one that the secret has not signed."""
    for request in asked:
        yield request.headers["webhook-id"], Webhook(secret).verify(request.raw, request.headers)


async def test_whatever_a_receiver_does_it_gets_each_event_signed_in_the_end(visitor: Visitor) -> None:
    async with open_server() as server:
        elsewhere = answer(status=302, Location=f"{server.url}/elsewhere")
        short = raw(b"{", length=100, media_type="application/json")
        server.tell(dawdle(60), hang_up, elsewhere, short, answer(status=500), answer())
        webhook = await listen(visitor, server)
        job = (await visitor.order(prompt="a slow film about a lighthouse")).body
        canceled = await visitor.call("POST", f"/api/v1/jobs/{job['job_id']}/cancel")
        assert canceled.status == 200, canceled.raw
        deliveries = await wait_for_deliveries(visitor, webhook["webhook_id"], 2)

        assert {delivery["type"]: delivery["state"] for delivery in deliveries} == dict.fromkeys(EVENTS, "delivered")
        problems = [attempt["problem"] for delivery in deliveries for attempt in delivery["attempts"]]
        assert set(problems) == {"timed_out", "closed_early", "redirected", "refused", None}
        assert {request.path for request in server.asked} == {"/hook"}
        told = list(read(server.asked, webhook["secret"]))
        assert len(told) == len(problems) >= 7
        assert {message_id: body["type"] for message_id, body in told} == {
            delivery["delivery_id"]: delivery["type"] for delivery in deliveries
        }
        assert {body["data"]["job_id"] for _, body in told} == {job["job_id"]}
        stream = await visitor.call("GET", f"/api/v1/jobs/{job['job_id']}/events")
        for _, body in told:
            assert orjson.dumps({key: value for key, value in body["data"].items() if key != "seq"}) in stream.raw


async def test_a_rotated_secret_and_the_former_one_both_verify(visitor: Visitor) -> None:
    async with open_server() as server:
        server.tell(answer())
        webhook = await listen(visitor, server)
        path = f"/api/v1/webhooks/{webhook['webhook_id']}"
        rotated = (await visitor.call("POST", f"{path}/rotate")).body
        tested = (await visitor.call("POST", f"{path}/test")).body
        assert (tested["state"], tested["attempts"][0]["status"]) == ("delivered", 200)
        for secret in (webhook["secret"], rotated["secret"]):
            ((message_id, body),) = read(server.asked, secret)
            assert (message_id, body["type"]) == (tested["delivery_id"], "webhook.test")
        assert (await visitor.call("DELETE", path)).status == 204
        assert (await visitor.call("POST", f"{path}/test")).status == 404
        assert len(server.asked) == 1


async def test_only_what_is_allowed_here_is_reached_of_what_is_not_public(visitor: Visitor) -> None:
    for url in ("http://169.254.169.254/latest", "http://127.0.0.2/", "http://[::1]/", "http://2130706433/"):
        refused = await visitor.call("POST", "/api/v1/webhooks", {"url": url})
        assert (refused.status, refused.body["details"]["fields"][0]["field"]) == (422, "url")
