"""Rate leases: a gateway takes a few of a user's requests of this minute at a time, and gives back what is unused."""

from typing import Annotated, Final

from pydantic import Field, StrictBool, StrictInt

from omnigen_shared.contracts.base import Answer, Contract, UserId
from omnigen_shared.contracts.spending import PlanName

WINDOW_S: Final = 60
"""How long a window is. Quota's clock says which one it is."""
MAX_LEASE: Final = 10
MAX_ORDERS: Final = 64
"""So many users' leases travel together at most."""
MAX_RETURN: Final = 2 * MAX_LEASE
"""A gateway may ask for the next lease before the last one is used up."""

GatewayId = Annotated[str, Field(pattern=r"^[a-z0-9]{8,32}$")]
"""One gateway process, from its start to its end."""


class RateLeaseRequest(Contract):
    """What a gateway asks for one user.

    (gateway_id, number) is the lease's id: a repeated one is answered as the first was. Numbers of one gateway rise,
    and it makes one call at a time for a user. What comes of a number below the last one of that user and window is
    `stale_lease`; of more to give back than the gateway holds, `excess_return`.
    """

    gateway_id: GatewayId
    number: StrictInt = Field(ge=1, lt=2**53)
    is_wanted: StrictBool = True
    """False only gives back."""
    give_back: StrictInt = Field(default=0, ge=0, le=MAX_RETURN)
    window: StrictInt = Field(default=0, ge=0)
    """Of which window `give_back` is; what is left of a past one is worth nothing."""


class RateLease(Answer):
    """`size` requests may pass until `remaining_ms` after the call was *begun*; 0 when the window is exhausted."""

    window: int
    remaining_ms: int = Field(ge=0, le=WINDOW_S * 1000)
    """Until the window's end."""
    size: int = Field(ge=0, le=MAX_LEASE)
    limit: int = Field(ge=0)
    """What the plan allows in a window."""
    remaining: int = Field(ge=0)
    """What nobody has leased yet."""


class RateLeaseOrder(Contract):
    """A request, and whose it is."""

    user_id: UserId = Field(min_length=1, max_length=128)
    plan: PlanName
    request: RateLeaseRequest


class RateLeaseOrders(Contract):
    """POST /internal/v1/rate-leases: of users who asked in the same moment, each of them once."""

    orders: list[RateLeaseOrder] = Field(min_length=1, max_length=MAX_ORDERS)


class RateLeaseOutcome(Answer):
    """A lease, or the code of the problem that this user's order ran into."""

    lease: RateLease | None = None
    code: str = ""
    detail: str = ""


class RateLeaseOutcomes(Answer):
    """In the order that they were asked for. When nothing at all came of them, the answer is a problem instead."""

    outcomes: list[RateLeaseOutcome]
