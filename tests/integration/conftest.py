"""The whole product as real processes, started once, and one video that was made with it; a composer's bench."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import pytest
from tests.fakes.media_bench import MediaBench
from tests.integration.visitors import Visitor, Watched, visit

from omnigen_local.stack import LocalStack, StackPlan
from omnigen_shared.contracts.spending import PlanName

IMPATIENT = {"WEBHOOK_TIMEOUT_S": "0.8", "WEBHOOK_INTERVAL_S": "0.1", "WEBHOOK_RETRIES_S": f"[{'0.1,' * 99}0.1]"}
"""With receivers of webhooks: hours become seconds."""


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """Emulator, provider simulator and the four services, ready."""
    with run_stack(tmp_path_factory.mktemp("stack"), {"jobs": IMPATIENT}) as stack:
        yield stack


@contextmanager
def run_stack(folder: Path, overrides: Mapping[str, dict[str, str]] = MappingProxyType({})) -> Iterator[LocalStack]:
    """A stack for tests that bring event loops of their own."""
    stack = LocalStack(StackPlan(folder / "state", folder / "logs", overrides=overrides))
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(stack.__aenter__())
        try:
            yield stack
        finally:
            runner.run(stack.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def new_visitor(stack: LocalStack) -> Callable[[PlanName], Visitor]:
    """Somebody who has just signed up and in."""

    def sign_in(plan: PlanName = PlanName.FREE) -> Visitor:
        return asyncio.run(visit(stack, plan))

    return sign_in


@pytest.fixture
def visitor(new_visitor: Callable[[], Visitor]) -> Visitor:
    return new_visitor()


@pytest.fixture(scope="session")
def owner(new_visitor: Callable[[], Visitor]) -> Visitor:
    """Whose video `film` is."""
    return new_visitor()


@pytest.fixture(scope="session")
def film(owner: Visitor, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """A finished job of 5 s at 480p with everything that its owner saw of it."""
    return asyncio.run(owner.watch_job(tmp_path_factory.mktemp("film") / "film.mp4", prompt=PROMPT, seed=7))


PROMPT = 'an ad for "Peak $5" coffee; it\'s roasted `slowly` & 100% by hand'


@pytest.fixture(scope="session")
def log_dir(stack: LocalStack) -> Path:
    return stack.plan.log_dir


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[MediaBench]:
    """The composer's makers over real FFmpeg; nothing may be left over."""
    opened = await MediaBench.open(tmp_path)
    yield opened
    assert opened.left_over() == []
    opened.scratch.close()
