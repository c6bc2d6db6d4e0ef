"""The state machine in Step Functions: it is only ever started; names are for people to read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson
from botocore.exceptions import BotoCoreError, ClientError
from opentelemetry.trace import SpanKind

from omnigen_jobs.domain.records import Job
from omnigen_shared.aws.clients import error_code
from omnigen_shared.contracts.base import IntentId
from omnigen_shared.contracts.job import ExecutionKind
from omnigen_shared.errors import DependencyUnavailableError
from omnigen_shared.patience import within_reason
from omnigen_shared.signals import ATTEMPT, JOB_ID, KIND
from omnigen_shared.tracing import Attributes, current_traceparent, join_trace

if TYPE_CHECKING:
    from types_aiobotocore_stepfunctions import SFNClient

LONGEST_NAME: Final = 80
START_WITHIN_S: Final = 8.0
"""Whoever has ordered waits for it, after quota and the table; what was not started is, by the reaper."""
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(frozen=True, slots=True)
class StepFunctionsWorkflow:
    """The Workflow port."""

    client: "SFNClient"
    state_machine_arn: str

    async def start(self, job: Job, kind: ExecutionKind = ExecutionKind.MAKE) -> None:
        await self._start(job, f"{job.job_id}-{job.attempt}", _tell(job, kind))

    async def look(self, job: Job, intent_id: IntentId, provider_id: str) -> None:
        """Told twice of the same end, STANDARD looks once, by the name."""
        name = _NOT_IN_NAMES.sub("_", f"{job.job_id}-{job.attempt}-{provider_id}")[:LONGEST_NAME]
        await self._start(job, name, {**_tell(job, ExecutionKind.LOOK), "intent": intent_id})

    async def _start(self, job: Job, name: str, given: Mapping[str, Any]) -> None:
        about: Attributes = {JOB_ID: job.job_id, ATTEMPT: job.attempt, KIND: given["kind"]}
        with join_trace(job.traceparent, "workflow.start", about, SpanKind.PRODUCER):
            await self._send(name, {**given, "traceparent": current_traceparent() or job.traceparent})

    async def _send(self, name: str, given: Mapping[str, Any]) -> None:
        asked = orjson.dumps(given).decode()
        try:
            async with within_reason("The state machine", START_WITHIN_S):
                await self.client.start_execution(stateMachineArn=self.state_machine_arn, name=name, input=asked)
        except (BotoCoreError, ClientError) as error:
            # That an execution of this name exists means that a lost reply was a yes.
            if isinstance(error, ClientError) and error_code(error) == "ExecutionAlreadyExists":
                return
            raise DependencyUnavailableError(f"The state machine was not started: {error}") from error


def _tell(job: Job, kind: ExecutionKind) -> dict[str, Any]:
    return {
        "job_id": job.job_id,
        "user_id": job.user_id,
        "plan": job.plan,
        "attempt": job.attempt,
        "kind": kind.value,
    }
