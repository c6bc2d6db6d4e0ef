"""The demo from its first process to its last line."""

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from omnigen_local.demo.accounts import UserPool, find_user_pool, new_account, sign_in, sign_up
from omnigen_local.demo.client import GatewayClient
from omnigen_local.demo.order import Order
from omnigen_local.demo.progress import Progress
from omnigen_local.demo.report import completion_lines, problem_lines
from omnigen_local.demo.stopwatch import Stopwatch
from omnigen_local.demo.view import NobodyReadsError, View, open_view
from omnigen_local.environments import Environment
from omnigen_local.home import HOME
from omnigen_local.racing import race
from omnigen_local.stack import LocalStack, StackPlan
from omnigen_shared.contracts.job import JobStatus
from omnigen_shared.contracts.spending import PlanName

STACK_NAME: Final = "omnigen-local-addons"


@dataclass(frozen=True, slots=True)
class Target:
    """A stack that runs. `wait_for_end` never returns, and raises when a part of it ends."""

    gateway_url: str
    user_pool: UserPool
    wait_for_end: Callable[[], Awaitable[object]]


EnterPhase = Callable[[str], object]
OpenTarget = Callable[[EnterPhase], AbstractAsyncContextManager[Target]]


class JobFailedError(Exception):
    """The job did not become a video; the message says why, line by line."""


@dataclass(slots=True)
class Ending:
    """What is left to say when everything has been stopped."""

    lines: tuple[str, str, str]
    timings: list[str]


@dataclass(slots=True)
class Run:
    """One demo: its view, its progress and its clock."""

    order: Order
    view: View
    progress: Progress
    stopwatch: Stopwatch

    def enter(self, phase: str) -> None:
        """Begin a phase and tell it."""
        if self.stopwatch.enter(phase):
            self.view.tell(phase)

    async def make_video(self, target: Target) -> tuple[str, str, str]:
        """Sign a user up and in, order the video, follow it to its end and save it; the closing lines."""
        async with GatewayClient(target.gateway_url, await self._sign_in(target.user_pool)) as gateway:
            self.enter("job")
            job = await gateway.create_job(self.order.to_body(), idempotency_key=f"demo-{secrets.token_hex(16)}")
            await self._follow(gateway, job["links"]["events"])
            job = await gateway.get_json(job["links"]["self"])
            receipt = await gateway.get_json(job["links"]["receipt"])
            if job["status"] != JobStatus.COMPLETED:
                raise JobFailedError("\n".join(problem_lines(job, receipt)))
            self.enter("download")
            await gateway.download(job["links"]["video"], self.order.out)
            return completion_lines(self.order.out, job, receipt)

    async def _sign_in(self, pool: UserPool) -> str:
        order, account = self.order, new_account()
        self.enter("sign-up")
        why = "" if order.plan is PlanName.FREE else f": {order.resolution} needs it"
        self.view.tell(f"user {account.email}, plan {order.plan}{why}")
        await sign_up(pool, account, order.plan)
        return await sign_in(pool, account)

    async def _follow(self, gateway: GatewayClient, events_path: str) -> None:
        async with aclosing(gateway.follow(events_path)) as events:
            async for event in events:
                line = self.progress.apply(event)
                self.stopwatch.enter(self.progress.stage)
                if line:
                    self.view.tell(line)
        if line := self.progress.waits.line():
            self.view.tell(line)


async def run_demo(order: Order, open_target: OpenTarget) -> Ending:
    """Make one video on the target that is opened for it; by the return it is closed again."""
    progress = Progress()
    with open_view(progress) as view:
        run = Run(order, view, progress, Stopwatch())
        async with open_target(run.enter) as target:
            lines = await race(run.make_video(target), _watch(target))
    return Ending(lines, run.stopwatch.lines())


@asynccontextmanager
async def open_own_stack(
    keep_state: bool, overrides: Mapping[str, Environment], trace_file: Path | None, enter_phase: EnterPhase
) -> AsyncIterator[Target]:
    """A stack in a fresh folder, which stays only when it is asked for or explains an error."""
    if trace_file is not None:
        trace_file.write_bytes(b"")  # noqa: ASYNC240 - before anything else runs
    folder = Path(tempfile.mkdtemp(prefix="omnigen-demo-"))
    try:
        plan = StackPlan(
            folder / "state",
            folder / "logs",
            keep_emulator_state=keep_state,
            overrides=overrides,
            trace_file=trace_file,
            signing_dir=HOME.signing_dir,
        )
        async with LocalStack(plan, enter_phase) as stack:
            record = stack.record()
            pool = UserPool(record.emulator_url, record.user_pool_id, record.user_pool_client_id)
            yield Target(record.gateway_url, pool, stack.wait_for_end)
    except NobodyReadsError:
        raise
    except Exception as error:
        error.add_note(f"The logs of the stack are in {folder / 'logs'}")
        keep_state = True
        raise
    finally:
        if not keep_state:
            shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def open_running_stack(gateway_url: str, emulator_url: str, _enter_phase: EnterPhase) -> AsyncIterator[Target]:
    """A stack that somebody else has started, and will stop."""
    yield Target(gateway_url, await find_user_pool(emulator_url, STACK_NAME), asyncio.Event().wait)


async def _watch(target: Target) -> NoReturn:
    await target.wait_for_end()
    raise RuntimeError("a stack was watched to an end that it did not tell")
