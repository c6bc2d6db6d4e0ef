"""The Lambda's entry point. One event loop and one set of open clients live as long as the worker does."""

import asyncio
import time
from contextlib import AsyncExitStack
from functools import cache
from typing import Any

import structlog

from omnigen_generator.app import open_tools
from omnigen_generator.ports import Tools
from omnigen_generator.schemas import StepAnswer, StepCall
from omnigen_generator.service.steps import run_step
from omnigen_generator.settings import GeneratorSettings
from omnigen_generator.tracing import open_step
from omnigen_shared.logging import configure_logging
from omnigen_shared.telemetry import configure_telemetry, flush_telemetry

_log = structlog.get_logger()


class Worker:
    """Runs steps one after the other; everything is opened by the first of them."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._stack = AsyncExitStack()
        self._settings: GeneratorSettings | None = None
        self._tools: Tools | None = None

    def handle(self, event: dict[str, Any]) -> dict[str, Any]:
        """The task's answer as JSON; what a step raises, Step Functions sees by its class's name."""
        call = StepCall.model_validate(event)
        if self._settings is None:
            self._settings = GeneratorSettings()
            configure_logging("generator", self._settings.log_level)
            if self._settings.keeps_traces or self._settings.metrics_namespace:  # else the SDK is not even loaded
                configure_telemetry("generator", self._settings)
        try:
            return self._loop.run_until_complete(self._trace(call, self._settings)).model_dump(mode="json")
        finally:
            flush_telemetry()  # who knows when this worker runs again

    def close(self) -> None:
        """Close the clients and the loop."""
        self._loop.run_until_complete(self._stack.aclose())
        self._loop.close()

    async def _trace(self, call: StepCall, settings: GeneratorSettings) -> StepAnswer:
        with open_step(call) as step:
            answer = await self._run(call, settings)
            step.end_with(answer)
        return answer

    async def _run(self, call: StepCall, settings: GeneratorSettings) -> StepAnswer:
        began = time.monotonic()
        where = {"step": call.step.value, "scene": call.scene, "job_id": call.job.job_id, "attempt": call.job.attempt}
        try:
            answer = await run_step(await self._open(settings), call)
        except Exception as error:
            _log.warning("step_raised", **where, error=type(error).__name__, detail=str(error))
            raise
        duration_ms = round((time.monotonic() - began) * 1000)
        _log.info("step_taken", **where, outcome=answer.outcome.value, wait_s=answer.wait_s, duration_ms=duration_ms)
        return answer

    async def _open(self, settings: GeneratorSettings) -> Tools:
        if self._tools is None:
            self._tools = await self._stack.enter_async_context(open_tools(settings))
        return self._tools


@cache
def get_worker() -> Worker:
    """The process's own."""
    return Worker()


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Lambda calls this: one step of one job."""
    with structlog.contextvars.bound_contextvars(request_id=getattr(context, "aws_request_id", "")):
        return get_worker().handle(event)
