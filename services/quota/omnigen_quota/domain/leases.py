"""How a user's requests of one window are shared out among gateways, a few at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from omnigen_quota.domain.problems import ExcessReturnError, StaleLeaseError
from omnigen_shared.contracts.rates import MAX_LEASE, WINDOW_S

_WINDOW_MS: Final = WINDOW_S * 1000


@dataclass(frozen=True, slots=True)
class WindowState:
    """`leased` is what all gateways hold or have used.

    The rest is about the gateway that asks: its last call and that call's size, and what it holds or has used.
    """

    leased: int = 0
    number: int = 0
    size: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class LeaseOrder:
    """What a gateway asks; `give_back` is of this very window."""

    gateway_id: str
    number: int
    give_back: int = 0
    is_wanted: bool = True


@dataclass(frozen=True, slots=True)
class LeaseUpdate:
    """Under two conditions: the gateway's last number is below this one, and at most `most_leased` is leased.

    What it gives back must be held by it. `size` may be 0.
    """

    order: LeaseOrder
    size: int
    most_leased: int

    @property
    def change(self) -> int:
        """By how much `leased` and `held` grow."""
        return self.size - self.order.give_back


def window_of(now: datetime) -> int:
    """The number of the window that an aware instant is in."""
    return int(now.timestamp() // WINDOW_S)


def remaining_ms(now: datetime) -> int:
    """From an aware instant to the end of its window, never more than is left."""
    return _WINDOW_MS - int(now.timestamp() * 1000) % _WINDOW_MS - 1


def end_of_window(window: int) -> int:
    """The instant after a window's last, in seconds since 1970."""
    return (window + 1) * WINDOW_S


def lease_size(remaining: int, gateways: int) -> int:
    """How much of a remainder one of so many live gateways may have: the less is left, the finer it is shared."""
    return max(1, min(MAX_LEASE, remaining // (2 * gateways)))


def decide_lease(state: WindowState, order: LeaseOrder, limit: int, gateways: int) -> LeaseUpdate | int:
    """The update to make, or when there is nothing (more) to do: the size of the lease, 0 for none.

    The update names in its condition what its size rests on, so that it may be tried on a state that is only assumed.
    StaleLeaseError, ExcessReturnError.
    """
    if state.number == order.number:
        return state.size
    if state.number > order.number:
        raise StaleLeaseError(f"The gateway's last call was {state.number}, this one is {order.number}.")
    if order.give_back > state.held:
        raise ExcessReturnError(f"{order.give_back} are given back, {state.held} are held.")
    if not order.is_wanted:
        return LeaseUpdate(order, size=0, most_leased=state.leased + limit) if order.give_back else 0
    remaining = limit - state.leased + order.give_back
    if remaining <= 0:
        return 0
    size = lease_size(remaining, gateways)
    needed = size if size == 1 else 2 * gateways * size
    return LeaseUpdate(order, size, most_leased=limit + order.give_back - needed)
