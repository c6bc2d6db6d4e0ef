"""Links to a finished video for whoever has them, until they end or are revoked.

A link's token is shown when it is made; kept is its hash, which finds it. All links of a job stand in one item, so that
how many there are is decided by the same write that adds one.
"""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, NewType

from omnigen_jobs.domain.problems import TooManySharesError, nothing_there
from omnigen_shared.contracts.base import JobId, UserId

ShareId = NewType("ShareId", str)

MOST_SHARES: Final = 20
"""Of one job."""
LONGEST_DAYS: Final = 365
TOKEN_BYTES: Final = 32
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`digest` is the token's."""

    share_id: ShareId
    digest: str
    job_id: JobId
    user_id: UserId
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """All of a job's, in the order in which they were made."""

    job_id: JobId
    shares: tuple[Share, ...] = ()
    version: int = 0

    def living(self, now: datetime) -> tuple[Share, ...]:
        return tuple(share for share in self.shares if share.expires_at > now)

    def get(self, share_id: ShareId, now: datetime) -> Share:
        """NotFoundError, also for one that has ended."""
        found = next((share for share in self.living(now) if share.share_id == share_id), None)
        if found is None:
            raise nothing_there()
        return found


def digest_of(token: str) -> str:
    """What a link is found by. NotFoundError for text that is no token."""
    if _TOKEN.fullmatch(token) is None:
        raise nothing_there()
    return hashlib.sha256(token.encode()).hexdigest()


def add(shares: Shares, share: Share) -> Shares:
    """Those that have ended are dropped. TooManySharesError."""
    living = shares.living(share.created_at)
    if len(living) >= MOST_SHARES:
        raise TooManySharesError(f"There are {MOST_SHARES} already.", details={"limit": MOST_SHARES})
    return replace(shares, shares=(*living, share))


def revoke(shares: Shares, share: Share) -> Shares:
    """The same object when it is not there any more."""
    left = tuple(one for one in shares.shares if one.share_id != share.share_id)
    return shares if len(left) == len(shares.shares) else replace(shares, shares=left)
