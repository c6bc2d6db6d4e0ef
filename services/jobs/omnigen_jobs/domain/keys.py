"""S3 keys that the generator reports: a job may only point below its own user's prefix."""

from omnigen_shared.contracts.base import UserId
from omnigen_shared.errors import InvalidRequestError


def check_owned(user_id: UserId, field: str, key: str) -> None:
    """InvalidRequestError unless the key lies under u/<user>/."""
    prefix = f"u/{user_id}/"
    if not key.startswith(prefix) or ".." in key:
        found = {"field": field, "message": f"must begin with {prefix}", "limits": {"pattern": f"^{prefix}"}}
        raise InvalidRequestError(f"Not valid: {field}.", details={"fields": [found]})
