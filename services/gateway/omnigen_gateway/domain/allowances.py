"""Which requests of a user may pass: counted against leases of quota's windows that this gateway holds."""

import math
from collections import OrderedDict
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.rates import WINDOW_S, RateLease, RateLeaseRequest
from omnigen_shared.contracts.spending import PlanName

IDLE_S: Final = 2.0
"""What has not been used for so long goes back."""
RECHECK_S: Final = 3.0
"""After a window's first refusal: by then what other gateways held in vain has gone back. The second one is final."""
LOW: Final = 2
"""So many are left when the next lease is worth asking for, if the present one went fast."""
FAST_S: Final = 1.0
_NEVER: Final = float("-inf")

Header = tuple[bytes, bytes]


class Verdict(Enum):
    """ASK: nothing is known, a lease is needed."""

    PASS = "pass"  # noqa: S105 - no password
    REFUSE = "refuse"
    ASK = "ask"


PASS, REFUSE, ASK = Verdict
"""Bound here because an enumeration's members are slow to reach, and every request is judged."""


@dataclass(slots=True)
class Allowance:
    """What this gateway knows of one user. Instants are the gateway's monotonic clock's, in seconds."""

    left: int = 0
    until_s: float = _NEVER
    """The end of the lease's window, at which `left` is worth nothing."""
    refused_until_s: dict[PlanName, float] = field(default_factory=dict)
    """By plan, because where one allows nothing more, another one may."""
    used_s: float = _NEVER
    leased_s: float = _NEVER
    window: int = 0
    is_rechecked: bool = False
    """Whether this window's first refusal is known already."""
    plan: PlanName = PlanName.FREE
    """Under which the last lease was asked for."""
    limit: int = 0
    policy: Header = (b"ratelimit-policy", b"")
    unleased: int = 0
    """What nobody had leased when this lease was given; `left` and it are what a user is told, an estimate."""
    pending: RateLeaseRequest | None = None
    """A call without an answer: asked again under the same number, it is the same lease."""

    def take(self, plan: PlanName, now_s: float) -> Verdict:
        """Use up one request, if there is one."""
        self.used_s = now_s
        if self.left > 0 and now_s < self.until_s:
            self.left -= 1
            return PASS
        return REFUSE if now_s < self.refused_until_s.get(plan, _NEVER) else ASK

    def is_running_low(self, now_s: float) -> bool:
        """Whether the next lease should be on its way before this one is used up."""
        return self.left == LOW and now_s - self.leased_s < FAST_S

    def accept(self, lease: RateLease, plan: PlanName, asked_s: float) -> None:
        """Counted from before it was asked for, whatever quota says ends too early rather than too late."""
        if lease.window != self.window:
            self.window, self.left, self.is_rechecked = lease.window, 0, False
            self.refused_until_s.clear()
        self.pending, self.plan = None, plan
        self.limit, self.unleased = lease.limit, lease.remaining
        self.policy = (b"ratelimit-policy", b'"requests";q=%d;w=%d' % (lease.limit, WINDOW_S))
        self.until_s = asked_s + lease.remaining_ms / 1000
        if lease.size:
            self.left, self.leased_s = self.left + lease.size, asked_s
        else:
            self.refused_until_s[plan] = self.until_s if self.is_rechecked else min(self.until_s, asked_s + RECHECK_S)
            self.is_rechecked = True

    def headers(self, now_s: float, remaining: int) -> tuple[Header, Header]:
        """As the IETF's draft for rate limit headers has them."""
        return self.policy, (b"ratelimit", b'"requests";r=%d;t=%d' % (remaining, self.reset_s(now_s)))

    def reset_s(self, now_s: float) -> int:
        """To the window's end, in whole seconds, at least 1."""
        return max(1, math.ceil(self.until_s - now_s))

    def give_back(self, now_s: float) -> int:
        """Let go of what is left; 0 when it is worth nothing any more."""
        unused = self.left if now_s < self.until_s else 0
        self.left = 0
        return unused

    def is_blank(self, now_s: float) -> bool:
        """Whether it says no more than a new one: nothing is held, nothing was refused in this window."""
        return now_s >= self.until_s or not (self.left or self.is_rechecked)


class Allowances:
    """At most `capacity` users, the least recently used leaving first; what they hold is then lost to the window."""

    def __init__(self, capacity: int = 10_000) -> None:
        self._capacity = capacity
        self._by_user: OrderedDict[UserId, Allowance] = OrderedDict()

    def __len__(self) -> int:
        return len(self._by_user)

    def touch(self, user_id: UserId) -> Allowance:
        """The user's allowance, a new one if need be; the most recently used from now on."""
        allowance = self._by_user.get(user_id)
        if allowance is None:
            allowance = self._by_user[user_id] = Allowance()
            if len(self._by_user) > self._capacity:
                self._by_user.popitem(last=False)
        else:
            self._by_user.move_to_end(user_id)
        return allowance

    def list_idle(self, now_s: float, idle_s: float = IDLE_S) -> list[tuple[UserId, Allowance]]:
        """Who holds something and has not used it for so long. Who is idle and holds nothing is forgotten in time."""
        idle, forgotten = [], []
        for user_id, allowance in self._by_user.items():
            if allowance.used_s > now_s - idle_s:
                break
            if allowance.is_blank(now_s):
                forgotten.append(user_id)
            elif allowance.left > 0:
                idle.append((user_id, allowance))
        for user_id in forgotten:
            del self._by_user[user_id]
        return idle
