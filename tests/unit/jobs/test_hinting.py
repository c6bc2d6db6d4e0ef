"""The provider's webhooks: signed, placed, and then only a hint."""

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest
from pydantic import SecretStr
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import (
    CLIP,
    FINGERPRINT,
    JOB,
    USER,
    JobsBench,
    make_job,
    make_plan,
    make_problem,
    make_settings,
)

from omnigen_jobs.domain.hints import Delivery
from omnigen_jobs.domain.records import ClaimState, Intent
from omnigen_jobs.service.operating import Operator
from omnigen_shared.contracts.base import IntentId
from omnigen_shared.contracts.callbacks import callback_url
from omnigen_shared.contracts.job import IntentStatus
from omnigen_shared.errors import NotFoundError, UnauthenticatedError

SECRET = "whsec_" + base64.b64encode(b"a provider's secret").decode()
OUTPUT = f"u/{USER}/clips/{FINGERPRINT}.mp4"
HINT: dict[str, Any] = {"id": "p-1", "model": "m", "input": {"seed": 1, "scale": 7.0, "fps": 24}, "status": "starting"}


@pytest.fixture
async def bench() -> JobsBench:
    """A call is being sent."""
    made = JobsBench(settings=make_settings(replicate_webhook_secret=SecretStr(SECRET)))
    seed(made.store, make_job(made.clock))
    await made.plan()
    await made.move("planned", "reserved")
    await made.move("reserved", "sending", owner="w1")
    return made


def token_for(intent: str = CLIP, secret: str = SECRET) -> str:
    return callback_url("https://x", secret, JOB, IntentId(intent)).partition("call=")[2]


def deliver(bench: JobsBench, secret: str = SECRET, age_s: float = 0, **news: Any) -> Delivery:
    body = orjson.dumps({**HINT, **news})
    timestamp = str(int((bench.clock.now() - timedelta(seconds=age_s)).timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    code = hmac.new(key, f"msg_1.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return Delivery("msg_1", timestamp, f"v1,b3RoZXI= v1,{base64.b64encode(code).decode()}", body)


async def take(bench: JobsBench, token: str | None = None, **news: Any) -> Intent:
    await bench.uses.hinting.take(token or token_for(), deliver(bench, **news))
    return bench.store.intents[(JOB, CLIP)]  # type: ignore[no-any-return]


async def test_one_that_comes_before_the_reply_binds_and_the_reply_is_no_surprise(bench: JobsBench) -> None:
    intent = await take(bench)
    assert (intent.status, intent.provider_id) == (IntentStatus.CREATED, "p-1")
    assert bench.store.bindings["p-1"].intent_id == CLIP
    assert bench.store.sends == {}
    again = await bench.move("sending", "created", provider_id="p-1")
    assert again == intent


async def test_a_late_one_finds_what_was_given_up_and_the_job_is_looked_at_at_once(bench: JobsBench) -> None:
    await bench.move("sending", "unknown")
    await bench.uses.ending.fail(USER, JOB, 1, make_problem())
    bench.clock.advance(1)
    await bench.reaper.sweep()
    intent = await take(bench)
    assert intent.status is IntentStatus.CREATED
    assert bench.store.claims[(USER, FINGERPRINT)].state is ClaimState.HELD
    bench.clock.advance(1)
    await bench.reaper.sweep()
    assert len(bench.workflow.settling) == 2


async def test_twice_or_replayed_changes_nothing(bench: JobsBench) -> None:
    first = await take(bench)
    version = (await bench.read()).job.version
    assert await take(bench, age_s=200) == first
    assert (await bench.read()).job.version == version


@pytest.mark.parametrize(
    "news",
    [{"model": "other"}, {"input": {"seed": 2, "scale": 7.0}}, {"input": {}}, {"input": None}],
)
async def test_another_call_is_not_bound(bench: JobsBench, news: dict[str, Any]) -> None:
    assert (await take(bench, **news)).status is IntentStatus.SENDING
    assert bench.store.bindings == {}
    assert list(bench.store.strays) == ["msg_1"]


@pytest.mark.parametrize("token", ["", "nonsense", token_for("scene-09.1"), token_for(secret="whsec_b3RoZXI=")])
async def test_what_cannot_be_placed_is_taken_and_changes_nothing(bench: JobsBench, token: str) -> None:
    for _ in range(2):
        await bench.uses.hinting.take(token, deliver(bench))
    assert bench.store.intents[(JOB, CLIP)].status is IntentStatus.SENDING
    [stray] = await Operator(bench.store, bench.quota, bench.clock).list_strays()
    assert (stray.message_id, stray.provider_id, stray.received_at) == ("msg_1", "p-1", bench.clock.now())
    assert orjson.loads(stray.body) == HINT


async def test_a_kept_one_says_which_call_its_address_named(bench: JobsBench) -> None:
    await take(bench, token_for("scene-09.1"))
    assert (bench.store.strays["msg_1"].job_id, bench.store.strays["msg_1"].intent_id) == (JOB, "scene-09.1")


async def test_what_nobody_can_read_is_kept_as_it_came(bench: JobsBench) -> None:
    await bench.uses.hinting.take(token_for(), deliver(bench, id=None, model=None, input=7))
    stray = bench.store.strays["msg_1"]
    assert (stray.reason, stray.provider_id) == ("no call of ours", "")
    assert '"input":7' in stray.body


async def test_a_prediction_of_another_call_is_never_taken(bench: JobsBench) -> None:
    other = IntentId("scene-02.1")
    await bench.plan(intent=other, fingerprint="e" * 64, input={"seed": 5})
    await bench.send("p-1", intent=other)
    assert (await take(bench)).status is IntentStatus.SENDING


@pytest.mark.parametrize("forgery", [{"secret": "whsec_b3RoZXI="}, {"age_s": 301}, {"age_s": -301}])
async def test_what_the_provider_has_not_signed_lately_is_refused(bench: JobsBench, forgery: dict[str, Any]) -> None:
    with pytest.raises(UnauthenticatedError):
        await take(bench, **forgery)


async def test_without_a_secret_there_are_no_webhooks() -> None:
    bench = JobsBench()
    with pytest.raises(NotFoundError):
        await bench.uses.hinting.take(token_for(), deliver(bench))


async def test_over_http_the_bytes_are_what_was_signed(http: httpx.AsyncClient, bench: JobsBench) -> None:
    delivery = deliver(bench, input=make_plan().input)
    headers = {
        "webhook-id": delivery.message_id,
        "webhook-timestamp": delivery.timestamp,
        "webhook-signature": delivery.signatures,
        "content-type": "application/json",
    }
    path = f"/api/v1/webhooks/replicate?call={token_for()}"
    refused = await http.post(path, content=delivery.body + b" ", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")
    assert (await http.post(path, content=delivery.body, headers=headers)).status_code == 204
    assert bench.store.intents[(JOB, CLIP)].status is IntentStatus.CREATED


async def test_the_end_of_a_call_that_is_waited_for_is_looked_at_at_once(bench: JobsBench) -> None:
    await take(bench, status="processing")
    assert bench.workflow.looked_at == []
    await take(bench, status="succeeded")
    assert bench.workflow.looked_at == [(JOB, 1, CLIP)]
    assert bench.workflow.started == []


@pytest.mark.parametrize("status", ["failed", "canceled", "aborted", "something new"])
async def test_so_is_any_other_end(bench: JobsBench, status: str) -> None:
    await take(bench, status=status)
    assert bench.workflow.looked_at == [(JOB, 1, CLIP)]


async def test_what_has_been_collected_is_not_looked_at_again(bench: JobsBench) -> None:
    await take(bench)
    await bench.move("created", "ingested", output_key=OUTPUT)
    await take(bench, status="succeeded")
    assert bench.workflow.looked_at == []


async def test_nor_is_a_call_of_a_job_that_has_ended(bench: JobsBench) -> None:
    await take(bench)
    await bench.uses.ending.fail(USER, JOB, 1, make_problem())
    await take(bench, status="succeeded")
    assert bench.workflow.looked_at == []


async def test_another_prediction_under_the_name_of_a_call_is_nothing_to_look_at(bench: JobsBench) -> None:
    await take(bench)
    await take(bench, id="p-2", status="succeeded")
    assert bench.workflow.looked_at == []


async def test_sound_holds_nothing_up_and_is_not_looked_at(bench: JobsBench) -> None:
    await bench.plan(intent="music.1", fingerprint="e" * 64, input=HINT["input"], model="m")
    await bench.move("planned", "reserved", intent="music.1")
    await take(bench)
    await bench.move("reserved", "sending", intent="music.1", owner="w2")
    await bench.uses.hinting.take(token_for("music.1"), deliver(bench, id="p-3", status="succeeded"))
    assert bench.store.bindings["p-3"].intent_id == "music.1"
    assert bench.workflow.looked_at == []


async def test_a_hint_is_taken_whether_or_not_a_look_can_be_started(bench: JobsBench) -> None:
    bench.workflow.is_down = True
    assert (await take(bench, status="succeeded")).status is IntentStatus.CREATED
