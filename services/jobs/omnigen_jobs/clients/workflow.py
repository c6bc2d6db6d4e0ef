"""The state machine in Step Functions: it is only ever started; names are for people to read."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from omnigen_jobs.domain.records import Job
from omnigen_shared.aws.clients import error_code
from omnigen_shared.contracts.job import ExecutionKind
from omnigen_shared.errors import DependencyUnavailableError

if TYPE_CHECKING:
    from types_aiobotocore_stepfunctions import SFNClient


@dataclass(frozen=True, slots=True)
class StepFunctionsWorkflow:
    """The Workflow port."""

    client: "SFNClient"
    state_machine_arn: str

    async def start(self, job: Job, kind: ExecutionKind = ExecutionKind.MAKE) -> None:
        given = {
            "job_id": job.job_id,
            "user_id": job.user_id,
            "plan": job.plan,
            "attempt": job.attempt,
            "kind": kind.value,
        }
        try:
            await self.client.start_execution(
                stateMachineArn=self.state_machine_arn,
                name=f"{job.job_id}-{job.attempt}",
                input=orjson.dumps(given).decode(),
            )
        except (BotoCoreError, ClientError) as error:
            # That an execution of this name exists means that a lost reply was a yes.
            if isinstance(error, ClientError) and error_code(error) == "ExecutionAlreadyExists":
                return
            raise DependencyUnavailableError(f"The state machine was not started: {error}") from error
