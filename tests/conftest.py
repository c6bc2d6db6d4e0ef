"""What tests that need AWS share: one emulator in memory for the whole run, with the addons deployed into it."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pydantic import SecretStr

from omnigen_local.addresses import CREDENTIALS, REGION
from omnigen_local.emulator import Emulator
from omnigen_local.provisioning import StackOutputs, StackParameters, provision
from omnigen_shared.testing.identities import new_key_pair

# A busy machine is no reason to fail; where a change is judged, every run tries the same examples.
settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("house")

TESTS = Path(__file__).parent
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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Suites that wait for processes go first, so that the unit tests fill the gaps of the other workers.

    A module stays with one worker, and so do all that use the one running stack.
    """
    items.sort(key=lambda item: (not _uses_stack(item), _place(item)))
    for item in items:
        item.add_marker(pytest.mark.xdist_group("stack" if _uses_stack(item) else item.path.as_posix()))


def _uses_stack(item: pytest.Item) -> bool:
    return "stack" in getattr(item, "fixturenames", ())


def _place(item: pytest.Item) -> int:
    suite = item.path.relative_to(TESTS).parts[0]
    return SLOWEST_FIRST.index(suite) if suite in SLOWEST_FIRST else len(SLOWEST_FIRST)
