"""One paid call is said to have ended: whoever waits for it is called now, beside the execution that would look later.

It is the very step that this execution would take: two of them side by side are what each of its arrows is made for.
"""

from typing import Final

from omnigen_generator.schemas import StepAnswer
from omnigen_generator.service.answers import done
from omnigen_generator.service.plan import plan
from omnigen_generator.service.scene import advance_scene
from omnigen_generator.service.turn import Turn
from omnigen_shared.contracts.base import IntentId
from omnigen_shared.contracts.calls import CallKind, find_kind, find_scene

AWAKE_S: Final = 1.5
"""Whoever has sent for a plan looks at it himself, twice, before he goes to sleep."""


async def look(turn: Turn, intent_id: IntentId | None) -> StepAnswer:
    """Nobody reads the answer: how the unit stands, the record says."""
    if intent_id is None:
        raise ValueError("nothing to look at")
    kind, number, turn.is_awaited = find_kind(intent_id), find_scene(intent_id), False
    if kind is CallKind.PLAN and not _is_looked_at(turn, intent_id):
        return await plan(turn)
    if kind is CallKind.SCENE and number is not None:
        return await advance_scene(turn, number)
    return done()


def _is_looked_at(turn: Turn, intent_id: IntentId) -> bool:
    intent = turn.find_intent(intent_id)
    sent_at = None if intent is None else intent.sent_at
    return sent_at is not None and (turn.now - sent_at).total_seconds() < AWAKE_S
