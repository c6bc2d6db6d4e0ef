"""What runs locally is the addons but for local/deltas.yml: nothing differs in silence, and no line is left over."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from omnigen_local.addons import Template
from omnigen_local.deltas import Deltas
from omnigen_local.provisioning import StackOutputs, StackParameters, client_options
from omnigen_shared.aws.clients import open_session

GIVEN_BY_COPILOT = {"App", "Env"}
ARTEFACT_KEYS = ({"S3Bucket", "S3Key"}, {"Bucket", "Key"})


@pytest.fixture(scope="module")
def deltas() -> Deltas:
    return Deltas.load()


@pytest.fixture
async def deployed(emulator_url: str, stack_outputs: StackOutputs, stack_parameters: StackParameters) -> Template:
    assert stack_outputs.state_machine_arn
    async with open_session().create_client("cloudformation", **client_options(emulator_url)) as cloudformation:
        answer = await cloudformation.get_template(StackName=stack_parameters.stack_name)
    body: Any = answer["TemplateBody"]
    template: Template = orjson.loads(body) if isinstance(body, str) else body
    return template


@pytest.fixture
async def deployed_parameters(
    emulator_url: str, stack_outputs: StackOutputs, stack_parameters: StackParameters
) -> dict[str, str]:
    assert stack_outputs.state_machine_arn
    async with open_session().create_client("cloudformation", **client_options(emulator_url)) as cloudformation:
        answer = await cloudformation.describe_stacks(StackName=stack_parameters.stack_name)
    return {entry["ParameterKey"]: entry["ParameterValue"] for entry in answer["Stacks"][0]["Parameters"]}


def differences(left: Any, right: Any, path: str = "") -> Iterator[str]:
    """Paths at which two templates differ; a packaged artefact stands for its local path."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in left.keys() | right.keys():
            yield from differences(left.get(key), right.get(key), f"{path}/{key}" if path else key)
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for number, pair in enumerate(zip(left, right, strict=True)):
            yield from differences(*pair, f"{path}/{number}")
    elif isinstance(left, str) and isinstance(right, dict) and set(right) in ARTEFACT_KEYS:
        return
    elif left != right:
        yield path


def test_the_deployed_template_is_the_addons_but_for_the_deltas(
    addons: Template, deltas: Deltas, deployed: Template
) -> None:
    assert list(differences(deltas.apply(addons), deployed)) == []


def test_every_delta_changes_what_it_names(addons: Template, deltas: Deltas) -> None:
    changed = {delta.path for delta in deltas.properties} | {delta.path for delta in deltas.left_out}
    assert set(differences(addons, deltas.apply(addons))) == changed


def test_parameters_have_their_default_or_a_delta(
    addons: Template, deltas: Deltas, deployed_parameters: dict[str, str]
) -> None:
    defaults = {name: str(entry["Default"]) for name, entry in addons["Parameters"].items() if "Default" in entry}
    changed = {name for name, value in deployed_parameters.items() if value != defaults.get(name)}
    same_by_chance = {"PublicBaseUrl"}
    assert changed | same_by_chance == set(deltas.parameters) | GIVEN_BY_COPILOT


def test_fixed_parameters_are_deployed_as_written(deltas: Deltas, deployed_parameters: dict[str, str]) -> None:
    assert deltas.fixed_parameters().items() <= deployed_parameters.items()
