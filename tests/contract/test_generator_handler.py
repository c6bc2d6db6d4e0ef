"""The Lambda's entry point as Lambda calls it: settings from the environment, the secret from its store, one worker."""

import asyncio
import json
from collections.abc import Iterator

import pytest
import structlog
from pydantic import ValidationError
from tests.fakes.generator_world import World
from tests.fakes.scripted_server import ScriptedServer, answer, open_server, problem
from tests.fakes.threaded import opened

from omnigen_generator import handler
from omnigen_generator.domain.errors import JobTerminalError, StaleAttemptError
from omnigen_generator.handler import Worker, get_worker, handle
from omnigen_local.provisioning import client_options
from omnigen_shared.aws.clients import open_session
from omnigen_shared.clock import SystemClock, to_rfc3339
from omnigen_shared.testing.identities import new_key_pair

PRIVATE_KEY, _ = new_key_pair()
JOB = {"job_id": "job_1", "user_id": "ada", "plan": "free", "attempt": 1}


def an_event(step: str) -> dict[str, object]:
    return {"step": step, "state": "Music", "started_at": to_rfc3339(SystemClock().now()), "job": JOB}


@pytest.fixture(scope="module")
def secret_arn(emulator_url: str) -> str:
    async def create() -> str:
        document = json.dumps({"identity_private_key": PRIVATE_KEY, "replicate_api_token": "r8", "more": 1})
        async with open_session().create_client("secretsmanager", **client_options(emulator_url)) as secrets:
            return (await secrets.create_secret(Name="generator-handler", SecretString=document))["ARN"]

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(create())


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with opened(open_server()) as served:
        yield served


@pytest.fixture
def worker(
    server: ScriptedServer, secret_arn: str, emulator_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Worker]:
    """With every service at one address."""
    settings = {"JOBS_URL": server.url, "QUOTA_URL": server.url, "COMPOSER_URL": server.url, "ASSETS_BUCKET": "b"}
    addresses = {"GENERATOR_SECRET_ARN": secret_arn, "AWS_ENDPOINT_URL": emulator_url, "AWS_REGION": "us-east-1"}
    for name, value in {**settings, **addresses, "REPLICATE_API_BASE_URL": server.url}.items():
        monkeypatch.setenv(name, value)
    # A logger that an earlier test has used writes to that test's stdout.
    monkeypatch.setattr(handler, "_log", structlog.get_logger())
    opened_worker = Worker()
    yield opened_worker
    opened_worker.close()


@pytest.fixture
def silent_job() -> dict[str, object]:
    """A record for which the music's step has nothing to do."""
    world = World()
    world.order(time_s=10**9, music=False)
    record: dict[str, object] = world.snapshot.model_dump(mode="json")
    return record


def test_a_step_is_answered_as_json(worker: Worker, server: ScriptedServer, silent_job: dict[str, object]) -> None:
    server.tell(answer(silent_job))
    told = worker.handle(an_event("music"))
    assert told == {"outcome": "done", "wait_s": 0, "chains": [], "problem": None, "is_silent": False, "is_mute": False}
    assert json.loads(json.dumps(told)) == told


def test_every_step_is_logged_with_its_job_and_its_wait(
    worker: Worker, server: ScriptedServer, silent_job: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    server.tell(answer(silent_job))
    for _ in range(2):
        worker.handle(an_event("music"))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["event"], line["unit"], line["job_id"]) for line in lines] == [
        ("step_taken", "generator", "job_1"),
        ("step_taken", "generator", "job_1"),
    ]
    assert {(line["step"], line["outcome"], line["wait_s"]) for line in lines} == {("music", "done", 0)}


def test_one_worker_keeps_its_connections(
    worker: Worker, server: ScriptedServer, silent_job: dict[str, object]
) -> None:
    server.tell(answer(silent_job))
    for _ in range(3):
        worker.handle(an_event("music"))
    assert len({asked.port for asked in server.asked}) == 1


@pytest.mark.parametrize(("code", "error"), [("stale_attempt", StaleAttemptError), ("job_terminal", JobTerminalError)])
def test_a_lost_attempt_is_raised_by_its_name(
    worker: Worker, server: ScriptedServer, code: str, error: type[Exception]
) -> None:
    server.tell(problem(409, code))
    with pytest.raises(error):
        worker.handle(an_event("continue"))


def test_an_event_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="step"):
        handle({}, None)
    get_worker().close()
    get_worker.cache_clear()
