"""Deploying again changes what changed, and nothing else."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from pydantic import SecretStr

from omnigen_local.deployment import DeploymentFailedError
from omnigen_local.provisioning import StackOutputs, StackParameters, client_options, provision
from omnigen_shared.aws.clients import open_session
from omnigen_shared.aws.items import to_item


async def test_a_second_time_changes_nothing(
    emulator_url: str, tiny_parameters: StackParameters, tiny_outputs: StackOutputs, tiny_root: Path
) -> None:
    item = to_item({"pk": "kept", "sk": "META"})
    async with open_session().create_client("dynamodb", **client_options(emulator_url)) as tables:
        await tables.put_item(TableName=tiny_outputs.jobs_table_name, Item=item)
        assert await provision(emulator_url, tiny_parameters, tiny_root) == tiny_outputs
        answer = await tables.get_item(TableName=tiny_outputs.jobs_table_name, Key=item)
    assert answer["Item"] == item


async def test_new_addresses_and_secrets_reach_a_deployed_function(
    emulator_url: str, tiny_parameters: StackParameters, tiny_outputs: StackOutputs, tiny_root: Path
) -> None:
    moved = tiny_parameters.model_copy(
        update={"jobs_url": "http://127.0.0.1:10", "replicate_api_token": SecretStr("r8_new")}
    )
    assert await provision(emulator_url, moved, tiny_root) == tiny_outputs
    async with open_session().create_client("lambda", **client_options(emulator_url)) as functions:
        answer = await functions.get_function_configuration(FunctionName=tiny_outputs.generator_function_name)
    assert answer["Environment"]["Variables"]["JOBS_URL"] == "http://127.0.0.1:10"
    async with open_session().create_client("secretsmanager", **client_options(emulator_url)) as secrets:
        secret = await secrets.get_secret_value(SecretId=tiny_outputs.generator_secret_arn)
    assert json.loads(secret["SecretString"]) == {
        "identity_private_key": tiny_parameters.generator_private_key.get_secret_value(),
        "replicate_api_token": "r8_new",
        "replicate_webhook_secret": tiny_parameters.replicate_webhook_secret.get_secret_value(),
    }


async def test_new_code_reaches_a_deployed_function_and_broken_code_does_not(
    emulator_url: str, stack_parameters: StackParameters, tmp_path: Path
) -> None:
    parameters = stack_parameters.model_copy(update={"env": "code"})
    outputs = await provision(emulator_url, parameters, new_root(tmp_path, pack("first")))
    first = await get_code_hash(emulator_url, outputs)
    await provision(emulator_url, parameters, new_root(tmp_path, pack("second")))
    second = await get_code_hash(emulator_url, outputs)
    assert first != second
    with pytest.raises(DeploymentFailedError, match=r"(?s)UPDATE_ROLLBACK_COMPLETE.*GeneratorFunction:.*unzip"):
        await provision(emulator_url, parameters, new_root(tmp_path, b"no zip"))
    assert await get_code_hash(emulator_url, outputs) == second


def pack(text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("bootstrap", text)
    return buffer.getvalue()


def new_root(folder: Path, code: bytes) -> Path:
    for name, content in (("build/generator-local.zip", code), ("workflow/omnigen.asl.json", b"{}")):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return folder


async def get_code_hash(url: str, outputs: StackOutputs) -> str:
    async with open_session().create_client("lambda", **client_options(url)) as functions:
        answer = await functions.get_function_configuration(FunctionName=outputs.generator_function_name)
    return answer["CodeSha256"]
