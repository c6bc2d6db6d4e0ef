"""One call of DynamoDB: what passes is asked again, and what a refused condition left is told."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

import stamina
from botocore.exceptions import BotoCoreError, ClientError

from omnigen_shared.aws.clients import error_code, is_condition_failed
from omnigen_shared.errors import DependencyUnavailableError
from omnigen_shared.patience import within_reason

T = TypeVar("T")
ATTEMPTS: Final = 5
PASSING_CODES: Final = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""Answers that say nothing about the request itself. Botocore repeats some of them; conflicts are left to us."""
OUR_FAULT_BELOW: Final = 500
"""From this HTTP status on it is the service's own trouble, also when its answer has no code that one could read."""


async def ask(send: Callable[[], Awaitable[T]]) -> T:
    """The reply. What passes is asked again and then told as unavailable; whatever else was answered is raised."""
    try:
        async with within_reason("The table"):
            return await _ask_again(send)
    except BotoCoreError as error:
        raise DependencyUnavailableError(f"The table did not answer: {type(error).__name__}.") from error
    except ClientError as error:
        if _is_passing(error):
            raise DependencyUnavailableError(f"The table answered {error_code(error)}.") from error
        raise


async def _ask_again(send: Callable[[], Awaitable[T]]) -> T:
    async for attempt in stamina.retry_context(
        on=_is_passing, attempts=ATTEMPTS, wait_initial=0.02, wait_max=0.5, wait_jitter=0.1
    ):
        with attempt:
            return await send()
    raise AssertionError("stamina either returns or raises")


def _is_passing(error: Exception) -> bool:
    if not isinstance(error, ClientError):
        return False
    return error_code(error) in PASSING_CODES or status_of(error) >= OUR_FAULT_BELOW


def status_of(error: ClientError) -> int:
    """The HTTP status of AWS's answer; 0 when nobody knows."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def refusing_item(error: ClientError) -> Mapping[str, Any]:
    """The item whose state made a condition fail; empty when there is none. Any other error is raised again."""
    if not is_condition_failed(error):
        raise error
    response: Mapping[str, Any] = error.response
    return response.get("Item") or {}
