import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import orjson
import pytest
import pytest_asyncio
from tests.fakes.simulator import FakeStudio, a_prediction
from tests.fakes.waiting import wait_until

from omnigen_local.simulator.database import Database
from omnigen_local.simulator.delivery import LinkSigner
from omnigen_local.simulator.engine import Engine, Pace
from omnigen_local.simulator.lifecycle import TIMED_OUT
from omnigen_local.simulator.models import Kind
from omnigen_local.simulator.pictures import PictureError
from omnigen_local.simulator.predictions import Prediction, Status
from omnigen_local.simulator.presentation import Presenter
from omnigen_local.simulator.rendering.ffmpeg import RenderError
from omnigen_local.simulator.store import Message, PredictionStore
from omnigen_local.simulator.studio import Studio
from omnigen_local.simulator.table import TINY
from omnigen_local.simulator.webhooks import WebhookSender

PRICE = 2 * 1_000


@dataclass
class KeptWebhooks:
    """Keeps what would be sent."""

    sent: list[Message] = field(default_factory=list)

    def send(self, messages: list[Message]) -> None:
        self.sent += messages


@dataclass
class Machine:
    """An engine whose studio works at a test's command."""

    database: Database
    latency_s: float = 0
    longest_run_s: float = 100
    studio: FakeStudio = field(default_factory=FakeStudio)
    webhooks: KeptWebhooks = field(default_factory=KeptWebhooks)

    def __post_init__(self) -> None:
        self.store = PredictionStore(self.database)
        self.engine = Engine(
            {TINY.name: TINY},
            self.store,
            cast("Studio", self.studio),
            cast("WebhookSender", self.webhooks),
            Presenter(LinkSigner("http://provider.test", b"key"), 3600),
            Pace({Kind.VIDEO: self.latency_s}, self.longest_run_s),
        )

    def get(self, prediction_id: str = "p1") -> Prediction:
        found = self.store.find(prediction_id)
        assert found is not None
        return found

    async def run(self, **changes: Any) -> Prediction:
        """One prediction to its end, the studio being quick."""
        self.studio.finish.set()
        self.engine.accept(now_accepted(**changes))
        await self.engine.wait("p1", 20)
        return self.get()

    async def wait_for(self, status: Status) -> None:
        await wait_until(lambda: self.get().status is status)

    def billed(self) -> list[object]:
        return [row["amount_microusd"] for row in self.store.bill()]


def now_accepted(**changes: Any) -> Prediction:
    return a_prediction(**{"created_at": time.time(), **changes})


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "simulator.sqlite3")


@pytest_asyncio.fixture
async def machine(database: Database) -> AsyncIterator[Machine]:
    built = Machine(database)
    yield built
    await built.engine.close()
    database.close()


async def test_a_prediction_runs_from_start_to_success(machine: Machine) -> None:
    machine.engine.accept(now_accepted())
    assert machine.get().status is Status.STARTING
    await machine.wait_for(Status.PROCESSING)
    assert machine.billed() == []
    machine.studio.finish.set()
    await machine.engine.wait("p1", 20)
    ended = machine.get()
    assert ended.status is Status.SUCCEEDED
    assert ended.output is not None
    assert ended.created_at <= (ended.started_at or 0) <= (ended.completed_at or 0)
    assert machine.billed() == [PRICE]


async def test_rendering_begins_at_acceptance(machine: Machine, database: Database) -> None:
    slow = Machine(database, latency_s=60)
    slow.engine.accept(now_accepted())
    await wait_until(lambda: slow.studio.begun == ["a lake"])
    assert slow.get().status is Status.STARTING
    await slow.engine.close()
    assert machine.studio.begun == []


async def test_success_waits_for_the_latency(database: Database) -> None:
    slow = Machine(database, latency_s=60)
    slow.studio.finish.set()
    slow.engine.accept(now_accepted(created_at=time.time() - 30))
    await slow.wait_for(Status.PROCESSING)
    await slow.engine.wait("p1", 0.05)
    assert slow.get().status is Status.PROCESSING
    await slow.engine.close()
    database.close()


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ("failed", Status.FAILED, "model returned an error"),
        ("failed_at_start", Status.FAILED, "could not be started"),
        ("moderated", Status.FAILED, "E005"),
        ("aborted", Status.ABORTED, ""),
    ],
)
async def test_bad_ends_cost_nothing_and_draw_nothing(machine: Machine, fault: str, status: Status, words: str) -> None:
    ended = await machine.run(faults={fault: 0})
    assert (ended.status, ended.output) == (status, None)
    assert words in (ended.error or "")
    assert machine.billed() == []
    assert machine.studio.begun == []


@pytest.mark.parametrize("error", [RenderError("no codec"), PictureError("no picture")])
async def test_what_cannot_be_made_fails_with_its_reason(machine: Machine, error: Exception) -> None:
    machine.studio.error = error
    ended = await machine.run()
    assert (ended.status, ended.error) == (Status.FAILED, str(error))
    assert machine.billed() == []


async def test_a_prediction_ends_also_when_the_machinery_breaks(machine: Machine) -> None:
    machine.studio.error = ZeroDivisionError("surprise")
    ended = await machine.run()
    assert (ended.status, ended.error) == (Status.FAILED, "Internal error: ZeroDivisionError")


async def test_a_cancel_after_the_start_is_charged_in_full(machine: Machine) -> None:
    machine.engine.accept(now_accepted())
    await machine.wait_for(Status.PROCESSING)
    await machine.engine.cancel(machine.get())
    assert machine.get().status is Status.CANCELED
    assert machine.billed() == [PRICE]
    assert machine.studio.stopped == ["a lake"]


async def test_a_cancel_before_the_start_is_free(database: Database) -> None:
    slow = Machine(database, latency_s=60)
    slow.engine.accept(now_accepted())
    await slow.engine.cancel(slow.get())
    assert (slow.get().status, slow.get().started_at) == (Status.CANCELED, None)
    assert slow.billed() == []
    database.close()


async def test_a_cancel_after_the_end_changes_nothing(machine: Machine) -> None:
    ended = await machine.run()
    await machine.engine.cancel(ended)
    assert machine.get() == ended
    assert machine.billed() == [PRICE]


async def test_a_deadline_cancels_what_runs_and_charges_it(machine: Machine, database: Database) -> None:
    machine.engine.accept(now_accepted(faults={"stuck": 0}))
    await machine.wait_for(Status.PROCESSING)
    await machine.engine.close()
    machine.store.change(replace(machine.get(), deadline_at=time.time()), None, [])
    after = Machine(database)
    after.engine.resume()
    await after.engine.wait("p1", 20)
    assert after.get().status is Status.CANCELED
    assert after.billed() == [PRICE]


async def test_a_deadline_aborts_what_has_not_started_and_does_not_charge_it(database: Database) -> None:
    slow = Machine(database, latency_s=60)
    slow.engine.accept(now_accepted(deadline_at=time.time() + 0.05))
    await slow.engine.wait("p1", 20)
    assert slow.get().status is Status.ABORTED
    assert slow.billed() == []
    database.close()


async def test_what_is_stuck_ends_at_the_hard_limit(database: Database) -> None:
    short = Machine(database, longest_run_s=0.3)
    ended = await short.run(faults={"stuck": 0})
    assert (ended.status, ended.error) == (Status.FAILED, TIMED_OUT)
    assert short.billed() == []
    database.close()


async def test_what_a_process_left_unfinished_goes_on_in_the_next(machine: Machine, database: Database) -> None:
    machine.engine.accept(now_accepted())
    await machine.wait_for(Status.PROCESSING)
    started_at = machine.get().started_at
    await machine.engine.close()
    assert machine.get().status is Status.PROCESSING
    after = Machine(database)
    after.studio.finish.set()
    after.engine.resume()
    await after.engine.wait("p1", 20)
    assert (after.get().status, after.get().started_at) == (Status.SUCCEEDED, started_at)
    assert after.billed() == [PRICE]
    events = [orjson.loads(message.body)["status"] for message in after.webhooks.sent]
    assert events == []


async def test_what_has_ended_is_not_run_again(machine: Machine, database: Database) -> None:
    await machine.run()
    after = Machine(database)
    after.engine.resume()
    await asyncio.sleep(0)
    assert after.studio.begun == []


async def test_webhooks_tell_start_and_end(machine: Machine) -> None:
    await machine.run(webhook="https://hooks.test/?intent=1", webhook_events=("start", "completed"))
    bodies = [orjson.loads(message.body) for message in machine.webhooks.sent]
    assert [body["status"] for body in bodies] == ["processing", "succeeded"]
    assert {message.url for message in machine.webhooks.sent} == {"https://hooks.test/?intent=1"}
    assert len({message.id for message in machine.webhooks.sent}) == 2


async def test_a_filter_is_kept(machine: Machine) -> None:
    await machine.run(webhook="https://hooks.test", webhook_events=("completed",))
    assert [orjson.loads(message.body)["status"] for message in machine.webhooks.sent] == ["succeeded"]


async def test_webhook_faults(machine: Machine) -> None:
    ended = await machine.run(
        webhook="https://hooks.test", webhook_events=("completed",), faults={"webhook_late": 5, "webhook_twice": 0}
    )
    (message,) = machine.webhooks.sent
    assert message.due_at == pytest.approx((ended.completed_at or 0) + 5)
    assert message.faults == {"webhook_late": 5, "webhook_twice": 0}


@pytest.mark.parametrize("changes", [{"faults": {"webhook_lost": 0}}, {"webhook": ""}])
async def test_no_webhook_is_written_where_none_is_wanted(machine: Machine, changes: dict[str, Any]) -> None:
    await machine.run(**{"webhook": "https://hooks.test", "webhook_events": ("start", "completed"), **changes})
    assert machine.webhooks.sent == []
