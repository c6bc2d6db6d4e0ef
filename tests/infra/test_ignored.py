"""What local/deltas.yml says the emulator ignores, it does ignore: once it does not, the line can go."""

from collections.abc import Awaitable, Callable
from functools import partial

import aiohttp
import pytest
from botocore.exceptions import ClientError

from omnigen_local.deltas import Deltas
from omnigen_local.provisioning import StackOutputs, client_options
from omnigen_shared.aws.clients import error_code, open_session

Probe = Callable[[str, StackOutputs], Awaitable[bool]]
"""Whether the property has an effect in the emulator at this address."""


async def expires(table: str, url: str, outputs: StackOutputs) -> bool:
    async with open_session().create_client("dynamodb", **client_options(url)) as tables:
        answer = await tables.describe_time_to_live(TableName=getattr(outputs, table))
    return answer["TimeToLiveDescription"]["TimeToLiveStatus"] != "DISABLED"


async def is_recoverable(table: str, url: str, outputs: StackOutputs) -> bool:
    async with open_session().create_client("dynamodb", **client_options(url)) as tables:
        answer = await tables.describe_continuous_backups(TableName=getattr(outputs, table))
    recovery = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    return recovery["PointInTimeRecoveryStatus"] != "DISABLED"


async def has_lifecycle(url: str, outputs: StackOutputs) -> bool:
    async with open_session().create_client("s3", **client_options(url)) as s3:
        try:
            await s3.get_bucket_lifecycle_configuration(Bucket=outputs.assets_bucket_name)
        except ClientError as error:
            return error_code(error) != "NoSuchLifecycleConfiguration"
    return True


async def refuses_plain_http(url: str, outputs: StackOutputs) -> bool:
    async with open_session().create_client("s3", **client_options(url)) as s3:
        await s3.put_object(Bucket=outputs.assets_bucket_name, Key="u/somebody/x", Body=b"x")
        signed = await s3.generate_presigned_url(
            "get_object", Params={"Bucket": outputs.assets_bucket_name, "Key": "u/somebody/x"}
        )
    async with aiohttp.ClientSession() as session, session.get(signed) as answer:
        return answer.status != 200


async def runs_elsewhere(url: str, outputs: StackOutputs) -> bool:
    async with open_session().create_client("lambda", **client_options(url)) as functions:
        answer = await functions.get_function_configuration(FunctionName=outputs.generator_function_name)
    return "VpcConfig" in answer


async def logs_executions(url: str, outputs: StackOutputs) -> bool:
    async with open_session().create_client("stepfunctions", **client_options(url)) as machines:
        answer = await machines.describe_state_machine(stateMachineArn=outputs.state_machine_arn)
    return bool(answer.get("loggingConfiguration"))


TABLES = {"JobsTable": "jobs_table_name", "UsageTable": "usage_table_name", "IdentityTable": "identity_table_name"}
PROBES: dict[str, Probe] = {
    **{f"{name}/Properties/TimeToLiveSpecification": partial(expires, field) for name, field in TABLES.items()},
    **{
        f"{name}/Properties/PointInTimeRecoverySpecification": partial(is_recoverable, field)
        for name, field in TABLES.items()
    },
    "AssetsBucket/Properties/LifecycleConfiguration": has_lifecycle,
    "AssetsBucketPolicy": refuses_plain_http,
    "GeneratorFunction/Properties/VpcConfig": runs_elsewhere,
    "StateMachine/Properties/LoggingConfiguration": logs_executions,
}


@pytest.mark.parametrize("path", PROBES)
async def test_it_has_no_effect(emulator_url: str, stack_outputs: StackOutputs, path: str) -> None:
    assert not await PROBES[path](emulator_url, stack_outputs)


def test_each_ignored_line_is_probed() -> None:
    assert {f"Resources/{path}" for path in PROBES} == {delta.path for delta in Deltas.load().ignored}
