"""What an operator sees of webhooks: what waits, whose they are, and what came of each message; never a secret."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from tests.fakes.hooks_bench import HOOK, SECRET, furnish_hooks, make_attempt, make_hook, make_message, put_message
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import JOB, USER, JobsBench, make_job, make_output

from omnigen_jobs import operator
from omnigen_jobs.domain.changes import change_job
from omnigen_jobs.domain.events import job_completed
from omnigen_jobs.domain.messages import MessageId


@pytest.fixture
def run(bench: JobsBench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """The operator's command over this bench; the answer's lines, read."""

    async def adapters(*_: Any) -> Any:
        return bench.adapters

    monkeypatch.setattr(operator, "open_adapters", adapters)
    monkeypatch.setattr(operator, "JobsSettings", lambda: bench.settings)

    async def call(*arguments: str) -> list[dict[str, Any]]:
        await operator._run(operator._build_parser().parse_args(arguments))
        printed = capsys.readouterr().out
        assert SECRET.text not in printed
        return [orjson.loads(line) for line in printed.splitlines()]

    return call


async def test_what_waits_is_listed_the_longest_overdue_first(bench: JobsBench, run: Any) -> None:
    job = seed(bench.store, make_job(bench.clock))
    await bench.store.commit(change_job(job, job_completed(job, make_output(), bench.clock.now())))
    due_at = bench.clock.now() + timedelta(hours=5)
    put_message(bench, make_message(bench.clock, due_at=due_at, tries=3, attempts=(make_attempt(bench.clock),)))
    put_message(bench, make_message(bench.clock, message_id=MessageId(f"msg_{1:032x}"), due_at=None))
    notice, message = await run("outbox")
    assert (notice["job"], notice["event"], notice["due_at"]) == (JOB, 1, "2026-11-24T12:00:00.000000Z")
    assert (message["webhook"], message["tries"], message["problem"]) == (HOOK, 3, "refused")
    assert message["due_at"] == "2026-11-24T17:00:00.000000Z"


async def test_a_users_webhooks_and_what_was_sent_to_one(bench: JobsBench, run: Any) -> None:
    furnish_hooks(bench, make_hook(bench.clock, failing_since=bench.clock.now()))
    put_message(bench, make_message(bench.clock, attempts=(make_attempt(bench.clock),)))
    (hook,) = await run("webhooks", USER)
    assert (hook["webhook_id"], hook["enabled"], hook["failing_since"]) == (HOOK, True, "2026-11-24T12:00:00.000000Z")
    (delivery,) = await run("deliveries", HOOK)
    assert (delivery["state"], delivery["attempts"][0]["status"]) == ("pending", 500)
    assert await run("webhooks", "nobody") == []
