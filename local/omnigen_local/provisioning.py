"""The addons, deployed into the emulator."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import orjson
from aiobotocore.config import AioConfig
from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict, SecretStr

from omnigen_local.addons import merge_addons
from omnigen_local.addresses import CREDENTIALS, REGION
from omnigen_local.artefacts import ROOT, Artefact, package_template
from omnigen_local.deltas import Deltas
from omnigen_local.deployment import deploy_stack
from omnigen_shared.aws.clients import error_code, open_session

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client


class StackParameters(BaseModel):
    """What the addons cannot know: where the other processes are, and the generator's secrets.

    Several stacks fit into one emulator when their `env` differs.
    """

    model_config = ConfigDict(frozen=True)

    app: str = "omnigen"
    env: str = "local"
    public_base_url: str
    jobs_url: str
    quota_url: str
    composer_url: str
    replicate_api_base_url: str
    state_machine_type: Literal["EXPRESS", "STANDARD"] = "EXPRESS"
    execution_budget_s: int = 240
    otlp_endpoint: str = ""
    generator_private_key: SecretStr
    """PEM; what the generator signs its calls with."""
    replicate_api_token: SecretStr
    replicate_webhook_secret: SecretStr
    generator_overrides: Mapping[str, str] = {}
    """Variables of the Lambda over those that the template gives it."""

    @property
    def stack_name(self) -> str:
        return f"{self.app}-{self.env}-addons"

    @property
    def artefacts_bucket(self) -> str:
        """Where packaged code lies; stands for the bucket of artefacts that Copilot keeps."""
        return f"{self.app}-{self.env}-artifacts"

    def to_cloudformation(self, emulator_url: str) -> dict[str, str]:
        """The template's parameters that this stack decides."""
        return {
            "App": self.app,
            "Env": self.env,
            "PublicBaseUrl": self.public_base_url,
            "SignUpMode": "open",
            "JobsUrl": self.jobs_url,
            "QuotaUrl": self.quota_url,
            "ComposerUrl": self.composer_url,
            "ReplicateApiBaseUrl": self.replicate_api_base_url,
            "StateMachineType": self.state_machine_type,
            "ExecutionBudgetS": str(self.execution_budget_s),
            "AwsEndpointUrl": emulator_url,
            "OtlpEndpoint": self.otlp_endpoint,
        }

    def to_secret(self) -> str:
        """What the generator's secret holds."""
        return orjson.dumps(
            {
                "identity_private_key": self.generator_private_key.get_secret_value(),
                "replicate_api_token": self.replicate_api_token.get_secret_value(),
                "replicate_webhook_secret": self.replicate_webhook_secret.get_secret_value(),
            }
        ).decode()


class StackOutputs(BaseModel):
    """The addons' outputs."""

    model_config = ConfigDict(frozen=True)

    jobs_table_name: str
    usage_table_name: str
    identity_table_name: str
    assets_bucket_name: str
    user_pool_id: str
    user_pool_client_id: str
    state_machine_arn: str
    generator_function_name: str
    generator_secret_arn: str

    @classmethod
    def from_cloudformation(cls, outputs: dict[str, str]) -> Self:
        """From names such as JobsTableName. ValidationError when one is missing."""
        return cls.model_validate(
            {field: outputs[name] for field in cls.model_fields if (name := output_name(field)) in outputs}
        )


def output_name(field: str) -> str:
    """JobsTableName for jobs_table_name."""
    return field.title().replace("_", "")


async def provision(emulator_url: str, parameters: StackParameters, root: Path = ROOT) -> StackOutputs:
    """Deploy the addons, or bring a deployed stack up to date; put the generator's secret.

    Local paths in the addons are read below `root`. FileNotFoundError when the generator was not built,
    DeploymentFailedError when CloudFormation rolls back.
    """
    deltas = Deltas.load()
    template, artefacts = package_template(deltas.apply(merge_addons()), parameters.artefacts_bucket, root)
    generator = template["Resources"]["GeneratorFunction"]["Properties"]
    generator["Environment"]["Variables"] |= parameters.generator_overrides
    values = {**deltas.fixed_parameters(), **parameters.to_cloudformation(emulator_url)}
    session, options = open_session(), client_options(emulator_url)
    async with session.create_client("s3", **options) as s3:
        await _upload(s3, parameters.artefacts_bucket, artefacts)
    async with session.create_client("cloudformation", **options) as cloudformation:
        deployed = await deploy_stack(cloudformation, parameters.stack_name, template, values)
    outputs = StackOutputs.from_cloudformation(deployed)
    async with session.create_client("secretsmanager", **options) as secrets:
        await secrets.put_secret_value(SecretId=outputs.generator_secret_arn, SecretString=parameters.to_secret())
    return outputs


def client_options(emulator_url: str) -> dict[str, Any]:
    """What every client of the emulator is created with; nothing is taken from this process's environment."""
    return {
        "region_name": REGION,
        "endpoint_url": emulator_url,
        "aws_access_key_id": CREDENTIALS["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        "config": AioConfig(connect_timeout=2, read_timeout=60, s3={"addressing_style": "path"}),
    }


async def _upload(s3: "S3Client", bucket: str, artefacts: list[Artefact]) -> None:
    try:
        await s3.create_bucket(Bucket=bucket)
    except ClientError as error:
        if error_code(error) not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
            raise
    for artefact in artefacts:
        if not await _exists(s3, bucket, artefact.key):
            await s3.put_object(Bucket=bucket, Key=artefact.key, Body=artefact.body)


async def _exists(s3: "S3Client", bucket: str, key: str) -> bool:
    try:
        await s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error_code(error) == "404":
            return False
        raise
    return True
