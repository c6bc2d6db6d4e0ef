"""Which steps a paid call may take, and what each step needs to be told. protocols: spending exactly once."""

from collections.abc import Mapping
from typing import Final

from omnigen_shared.contracts.job import IntentStatus, MoveIntent
from omnigen_shared.errors import InvalidRequestError

_S = IntentStatus
MOVES: Final[Mapping[IntentStatus, frozenset[IntentStatus]]] = {
    _S.PLANNED: frozenset({_S.RESERVED, _S.REFUNDED}),
    _S.RESERVED: frozenset({_S.SENDING, _S.REFUNDED}),
    # Back to `reserved` only after a definite refusal, which the sender alone has seen.
    _S.SENDING: frozenset({_S.CREATED, _S.RESERVED, _S.REFUNDED, _S.UNKNOWN}),
    _S.CREATED: frozenset({_S.INGESTED, _S.SETTLED, _S.REFUNDED, _S.UNKNOWN}),
    _S.INGESTED: frozenset({_S.SETTLED}),
    _S.UNKNOWN: frozenset({_S.CREATED, _S.SETTLED, _S.REFUNDED}),
    _S.SETTLED: frozenset(),
    _S.REFUNDED: frozenset(),
}
UNSENT: Final = frozenset({_S.PLANNED, _S.RESERVED})
"""Certainly not sent: nothing can have been charged."""
_NEEDS: Final[Mapping[IntentStatus, str]] = {
    _S.SENDING: "owner",
    _S.CREATED: "provider_id",
    _S.INGESTED: "output_key",
    _S.SETTLED: "actual_microusd",
}


def check_move(move: MoveIntent) -> None:
    """InvalidRequestError for a step that is in no table, or that lacks what it needs."""
    if move.status not in MOVES[move.expected]:
        raise _refusal("status", f"{move.expected.value} may not become {move.status.value}", MOVES[move.expected])
    needed = _needed_by(move)
    if needed is not None and getattr(move, needed) is None:
        raise _refusal(needed, f"is needed to become {move.status.value}", frozenset())


def is_senders_own(move: MoveIntent) -> bool:
    """Whether only the sender may make this step: it says that its POST was refused.

    Without this a retried report of the first sender could take the intent from the second one, which is sending.
    """
    return move.expected is _S.SENDING and move.status in {_S.RESERVED, _S.REFUNDED}


def _needed_by(move: MoveIntent) -> str | None:
    return "owner" if is_senders_own(move) else _NEEDS.get(move.status)


def _refusal(field: str, message: str, expected: frozenset[IntentStatus]) -> InvalidRequestError:
    limits = {"allowed": sorted(expected)} if expected else {}
    fields = [{"field": field, "message": message, "limits": limits}]
    return InvalidRequestError(f"Not valid: {field}.", details={"fields": fields})
