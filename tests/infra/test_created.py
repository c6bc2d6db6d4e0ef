"""The addons of each environment, by its own row of the table, are created in the emulator but for local/deltas.yml."""

from typing import Any

import pytest
from tests.infra.copilot import ENVIRONMENTS, environment_table, handed_to_addons

from omnigen_local.addons import Template
from omnigen_local.deltas import Deltas
from omnigen_local.deployment import deploy_stack
from omnigen_local.provisioning import StackOutputs, StackParameters, client_options
from omnigen_shared.aws.clients import open_session

ONLY_LOCAL = {"MediaPublicKey"}
"""Rows of the table that local/deltas.yml speaks for."""
ABSENT_UNLESS = {"Firewall": "HasWaf"}


def row_of(environment: str) -> dict[str, str]:
    """The parameters that Copilot takes for the addons from the table."""
    row = environment_table()[environment]
    names = [name for name, value in handed_to_addons().items() if set(value) == {"Fn::FindInMap"}]
    return {name: row[name] for name in names if name not in ONLY_LOCAL}


@pytest.fixture(params=ENVIRONMENTS)
def environment(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def created(
    environment: str,
    packaged_addons: Template,
    emulator_url: str,
    stack_outputs: StackOutputs,
    stack_parameters: StackParameters,
) -> dict[str, str]:
    """Logical name -> physical one."""
    assert stack_outputs.state_machine_arn
    deltas, here = Deltas.load(), stack_parameters.model_copy(update={"env": environment})
    template = deltas.apply(packaged_addons)
    values = {**deltas.fixed_parameters(), **here.to_cloudformation(emulator_url), **row_of(environment)}
    async with open_session().create_client("cloudformation", **client_options(emulator_url)) as cloudformation:
        # Its artefacts are those of the shared stack: what they hold does not matter here.
        shared = await cloudformation.get_template(StackName=stack_parameters.stack_name)
        resources: Any = shared["TemplateBody"]["Resources"]
        for name in ("GeneratorFunction", "StateMachine"):
            template["Resources"][name] = resources[name]
        await deploy_stack(cloudformation, here.stack_name, template, values)
        told = await cloudformation.describe_stack_resources(StackName=here.stack_name)
    return {entry["LogicalResourceId"]: entry["PhysicalResourceId"] for entry in told["StackResources"]}


async def test_everything_is_created(environment: str, packaged_addons: Template, created: dict[str, str]) -> None:
    absent = {name for name, switch in ABSENT_UNLESS.items() if environment_table()[environment][switch] == "false"}
    # Nobody looks this machine up: HostedZoneId in local/deltas.yml.
    assert set(created) == set(Deltas.load().apply(packaged_addons)["Resources"]) - absent - {"PublicRecord"}


async def test_it_is_as_protected_and_kept_for_as_long_as_its_row_says(
    environment: str, emulator_url: str, created: dict[str, str]
) -> None:
    row, session, options = environment_table()[environment], open_session(), client_options(emulator_url)
    async with session.create_client("dynamodb", **options) as dynamodb:
        table = (await dynamodb.describe_table(TableName=created["JobsTable"]))["Table"]
    async with session.create_client("logs", **options) as logs:
        groups = await logs.describe_log_groups(logGroupNamePrefix=f"/copilot/omnigen-{environment}-")
    assert str(table["DeletionProtectionEnabled"]).lower() == row["IsProtected"]
    assert {str(group["retentionInDays"]) for group in groups["logGroups"]} == {row["LogRetentionDays"]}
