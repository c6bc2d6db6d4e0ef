"""A stack into the emulator: created, or updated when it is there and differs."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import orjson
from botocore.exceptions import ClientError

from omnigen_local.addons import Template
from omnigen_shared.aws.clients import error_code

if TYPE_CHECKING:
    from types_aiobotocore_cloudformation import CloudFormationClient
    from types_aiobotocore_cloudformation.type_defs import StackTypeDef

POLL_S: Final = 0.02
TIMEOUT_S: Final = 60.0
_DONE: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})


class DeploymentFailedError(Exception):
    """CloudFormation rolled back; the message holds the reasons it gave."""


async def deploy_stack(
    cloudformation: "CloudFormationClient", name: str, template: Template, parameters: Mapping[str, str]
) -> dict[str, str]:
    """The outputs of the stack, which is then exactly this template with these parameters."""
    request: Any = {
        "StackName": name,
        "TemplateBody": orjson.dumps(template).decode(),
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
    }
    if await _find_stack(cloudformation, name) is None:
        await cloudformation.create_stack(**request)
    else:
        await _update(cloudformation, request)
    stack = await _wait_until_settled(cloudformation, name)
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


async def _update(cloudformation: "CloudFormationClient", request: Any) -> None:
    try:
        await cloudformation.update_stack(**request)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise


async def _find_stack(cloudformation: "CloudFormationClient", name: str) -> "StackTypeDef | None":
    try:
        described = await cloudformation.describe_stacks(StackName=name)
    except ClientError as error:
        if error_code(error) == "ValidationError":
            return None
        raise
    return described["Stacks"][0]


async def _wait_until_settled(cloudformation: "CloudFormationClient", name: str) -> "StackTypeDef":
    async with asyncio.timeout(TIMEOUT_S):
        while True:
            stack = await _find_stack(cloudformation, name)
            if stack is None:
                raise DeploymentFailedError(f"the stack {name} is gone")
            status = stack["StackStatus"]
            if status in _DONE:
                return stack
            if not status.endswith("_IN_PROGRESS"):
                raise DeploymentFailedError(f"{name}: {status}{await _describe_failures(cloudformation, name)}")
            await asyncio.sleep(POLL_S)


async def _describe_failures(cloudformation: "CloudFormationClient", name: str) -> str:
    events = await cloudformation.describe_stack_events(StackName=name)
    return "".join(
        f"\n  {event.get('LogicalResourceId')}: {event.get('ResourceStatusReason')}"
        for event in events["StackEvents"]
        if event.get("ResourceStatus", "").endswith("_FAILED")
    )
