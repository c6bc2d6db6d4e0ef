"""What tests that need AWS share: one emulator in memory for the whole run, with the addons deployed into it."""

import asyncio
import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings
from pydantic import SecretStr
from xdist.scheduler import LoadScopeScheduling

from omnigen_local.addresses import CREDENTIALS, REGION
from omnigen_local.emulator import Emulator
from omnigen_local.provisioning import StackOutputs, StackParameters, provision
from omnigen_shared.testing.identities import new_key_pair

gc.disable()
# A busy machine is no reason to fail; where a change is judged, every run tries the same examples.
settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("house")

TESTS = Path(__file__).parent
USE_THE_STACK = {
    f"tests/integration/test_{name}.py"
    for name in ("assets", "content", "failures", "logs", "refusals", "road", "rounds", "signing_in", "webhooks")
}
SLOWEST_FIRST = ("proofs", "integration", "workflow", "contract")
NOBODY = "http://127.0.0.1:9"
"""Nothing listens there: tests of the workflow deploy a stack of their own, with their own addresses."""


@pytest.fixture(scope="session")
def emulator_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty emulator's endpoint; the environment holds the credentials and region that clients need."""
    log_path = tmp_path_factory.mktemp("emulator") / "emulator.log"
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner, pytest.MonkeyPatch.context() as patch:
        for name, value in {**CREDENTIALS, "AWS_DEFAULT_REGION": REGION}.items():
            patch.setenv(name, value)
        emulator = Emulator(state_dir=None, log_path=log_path)
        runner.run(emulator.__aenter__())
        try:
            yield emulator.url
        finally:
            runner.run(emulator.__aexit__(None, None, None))


@pytest.fixture(autouse=True)
def logging_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test configures of the logs ends with it: its stdout is closed then, and no logger may have kept it."""
    configure = structlog.configure
    monkeypatch.setattr(structlog, "configure", lambda **news: configure(**news | {"cache_logger_on_first_use": False}))
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def stack_parameters() -> StackParameters:
    """What the shared stack is deployed with; change `env` for one beside it in the same emulator."""
    return StackParameters(
        env="test",
        public_base_url="http://localhost:8080",
        jobs_url=NOBODY,
        quota_url=NOBODY,
        composer_url=NOBODY,
        replicate_api_base_url=NOBODY,
        generator_private_key=SecretStr(new_key_pair()[0]),
        replicate_api_token=SecretStr("r8_test"),
        replicate_webhook_secret=SecretStr("whsec_bG9jYWwtc2VjcmV0"),
    )


@pytest.fixture(scope="session")
def stack_outputs(emulator_url: str, stack_parameters: StackParameters) -> StackOutputs:
    """The addons, deployed into the emulator."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(provision(emulator_url, stack_parameters))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Suites that wait for processes go first, so that the unit tests fill the gaps of the other workers."""
    items.sort(key=lambda item: (_module_of(item) not in USE_THE_STACK, _place(item)))
    users = {_module_of(item) for item in items if "stack" in getattr(item, "fixturenames", ())}
    if not users <= USE_THE_STACK:
        raise pytest.UsageError(f"name in USE_THE_STACK: {', '.join(sorted(users - USE_THE_STACK))}")


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not go through it again and again, nor while it is loaded."""
    gc.freeze()
    gc.enable()


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """A module stays with one worker, and so do all that use the one running stack."""

    def _split_scope(self, nodeid: str) -> str:
        module: str = super()._split_scope(nodeid)
        return "stack" if module in USE_THE_STACK else module


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)


def _module_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def _place(item: pytest.Item) -> int:
    suite = item.path.relative_to(TESTS).parts[0]
    return SLOWEST_FIRST.index(suite) if suite in SLOWEST_FIRST else len(SLOWEST_FIRST)
