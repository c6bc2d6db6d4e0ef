"""What has to be tidied up in time, whether anybody asks or not."""

from dataclasses import dataclass

from omnigen_shared.contracts.base import UserId


@dataclass(frozen=True, slots=True)
class UploadsChore:
    """Files that a user has sent, and that are not needed any more."""

    user_id: UserId


Chore = UploadsChore
