"""Clients with the house's time-outs; throttling and lost replies are tried three times (botocore's standard mode)."""

from functools import cache
from typing import TYPE_CHECKING, Any, Literal, overload

from aiobotocore.config import AioConfig
from aiobotocore.parsers import AioJSONParser, AioResponseParserFactory
from aiobotocore.session import AioSession, get_session
from botocore.exceptions import ClientError
from botocore.loaders import Loader, create_loader

from omnigen_shared.aws.tracing import trace_calls
from omnigen_shared.settings import BaseUnitSettings

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from types_aiobotocore_cognito_idp import CognitoIdentityProviderClient
    from types_aiobotocore_dynamodb import DynamoDBClient
    from types_aiobotocore_s3 import S3Client
    from types_aiobotocore_secretsmanager import SecretsManagerClient
    from types_aiobotocore_stepfunctions import SFNClient

    ServiceName = Literal["cognito-idp", "dynamodb", "s3", "stepfunctions", "secretsmanager"]


@overload
def open_client(
    service: "Literal['cognito-idp']", settings: BaseUnitSettings
) -> "AbstractAsyncContextManager[CognitoIdentityProviderClient]": ...
@overload
def open_client(
    service: "Literal['dynamodb']", settings: BaseUnitSettings
) -> "AbstractAsyncContextManager[DynamoDBClient]": ...
@overload
def open_client(service: "Literal['s3']", settings: BaseUnitSettings) -> "AbstractAsyncContextManager[S3Client]": ...
@overload
def open_client(
    service: "Literal['stepfunctions']", settings: BaseUnitSettings
) -> "AbstractAsyncContextManager[SFNClient]": ...
@overload
def open_client(
    service: "Literal['secretsmanager']", settings: BaseUnitSettings
) -> "AbstractAsyncContextManager[SecretsManagerClient]": ...
def open_client(service: "ServiceName", settings: BaseUnitSettings) -> Any:
    """An async context manager that yields a client; credentials come from the environment or the task's role."""
    config = AioConfig(
        # More calls than its default of 10 connections carry wait here, with no time running against them. If all were
        # sent at once to a table that is slow, each would be given up and sent again, and none would come through.
        connect_timeout=2,
        read_timeout=10,
        retries={"mode": "standard", "total_max_attempts": 3},
        # Without it botocore presigns by the old scheme, which newer buckets refuse and which does not sign the host.
        signature_version="s3v4" if service == "s3" else None,
        user_agent="omnigen",  # else it is put together anew for each call, a tenth of what one costs
        s3={
            "addressing_style": "path" if settings.aws_endpoint_url else "virtual",
            "us_east_1_regional_endpoint": "regional",
        },
    )
    return open_session().create_client(
        service, region_name=settings.aws_region, endpoint_url=settings.aws_endpoint_url, config=config
    )


def open_session() -> AioSession:
    """A session that reads what AWS's services are like only once in a process: that is most of what a client costs."""
    session = get_session()
    session.register_component("data_loader", _loader())
    session.register_component("response_parser_factory", _ParserFactory())
    trace_calls(session)
    return session


class _ItemParser(AioJSONParser):
    """Leaves DynamoDB's values as they came.

    botocore looks for ten kinds of value in each and makes a copy: nine tenths of what an answer with a large item
    costs. Only bytes would look different afterwards, and no table of ours holds any.
    """

    def _handle_structure(self, shape: Any, value: Any) -> Any:
        if shape.name == "AttributeValue":
            return value
        return super()._handle_structure(shape, value)  # type: ignore[misc]  # its stubs show the public half only


class _ParserFactory(AioResponseParserFactory):
    def create_parser(self, protocol_name: str) -> Any:
        if protocol_name == "json":
            return _ItemParser(**self._defaults)  # type: ignore[attr-defined]  # the same
        return super().create_parser(protocol_name)


@cache
def _loader() -> Loader:
    return create_loader()


def error_code(error: ClientError) -> str:
    """AWS's own name for what went wrong, such as ConditionalCheckFailedException."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_condition_failed(error: ClientError) -> bool:
    """Whether a conditional write was refused by its condition, alone or as part of a transaction."""
    code = error_code(error)
    if code == "TransactionCanceledException":
        reasons = error.response.get("CancellationReasons", [])
        return any(reason.get("Code") == "ConditionalCheckFailed" for reason in reasons)
    return code in {"ConditionalCheckFailedException", "PreconditionFailed", "ConditionalRequestConflict"}
