"""Each step is a span of its job's trace, and so is what the state machine does between two steps."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from opentelemetry.trace import Span, SpanKind

from omnigen_generator.schemas import StepAnswer, StepCall, StepName
from omnigen_shared.signals import ATTEMPT, JOB_ID, OUTCOME, SCENE
from omnigen_shared.telemetry import tracer
from omnigen_shared.tracing import Attributes, find_context, keep_open, record_span

_ALONE: Final = frozenset({StepName.LOOK, StepName.RECKON})
"""Steps after which an execution ends, whatever they answer."""


class Step:
    """A step that is being taken."""

    def __init__(self, call: StepCall, span: Span, about: Attributes) -> None:
        self._call = call
        self._span = span
        self._about = about

    def end_with(self, answer: StepAnswer) -> None:
        """How it ended, and how long the state machine waits now."""
        self._span.set_attribute(OUTCOME, answer.outcome.value)
        if answer.wait_s and self._call.step not in _ALONE:
            now, context = datetime.now(UTC), find_context(self._call.job.traceparent)
            record_span("workflow.wait", now, now + timedelta(seconds=answer.wait_s), self._about, context)


@contextmanager
def open_step(call: StepCall) -> Iterator[Step]:
    """`generator.<step>`, beside `workflow.dispatch`: from the state's beginning to ours, a worker's start included."""
    now = datetime.now(UTC)
    about: dict[str, str | int] = {JOB_ID: call.job.job_id, ATTEMPT: call.job.attempt}
    if call.scene:
        about[SCENE] = call.scene
    context = find_context(call.job.traceparent)
    span = tracer().start_span(f"generator.{call.step.value}", context, kind=SpanKind.CONSUMER, attributes=about)
    with keep_open(span):
        if call.entered_at is not None:
            record_span("workflow.dispatch", call.entered_at, now, about, context)
        yield Step(call, span, about)
