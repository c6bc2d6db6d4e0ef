"""Running a deployed state machine to its end."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from omnigen_local.provisioning import client_options
from omnigen_shared.aws.clients import open_session

RunMachine = Callable[[dict[str, Any]], Awaitable[Any]]


async def run_to_end(url: str, machine_arn: str, given: dict[str, Any]) -> Any:
    """The output of a STANDARD machine's execution, which must succeed."""
    async with open_session().create_client("stepfunctions", **client_options(url)) as machines:
        started = await machines.start_execution(stateMachineArn=machine_arn, input=json.dumps(given))
        while True:
            execution = await machines.describe_execution(executionArn=started["executionArn"])
            if execution["status"] != "RUNNING":
                break
            await asyncio.sleep(0.05)
    assert execution["status"] == "SUCCEEDED", execution
    return json.loads(execution["output"])
