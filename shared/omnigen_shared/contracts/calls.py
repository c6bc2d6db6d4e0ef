"""What a job's paid calls are called: `plan.1`, `plan-repair.1`, `scene-02.1`, `voice-02.1`, `music.1`.

A name is a unit and a take; calls of a later round of their job carry its number, too: `scene-02.1.2`.
"""

from enum import StrEnum

from omnigen_shared.contracts.base import IntentId


class CallKind(StrEnum):
    """What is bought; the first part of an intent's id."""

    PLAN = "plan"
    SCENE = "scene"
    MUSIC = "music"
    VOICE = "voice"


def scene_unit(number: int) -> str:
    """What the intents of a scene's clips begin with: `scene-02`."""
    return f"{CallKind.SCENE}-{number:02}"


def voice_unit(number: int) -> str:
    """What the intents of a scene's narration begin with: `voice-02`."""
    return f"{CallKind.VOICE}-{number:02}"


def call_name(unit: str, take: int) -> IntentId:
    """One take of a unit, as it is called in its job's first round."""
    return IntentId(f"{unit}.{take}")


def is_named(intent_id: IntentId, name: IntentId) -> bool:
    """Whether it is this call, in whatever round."""
    return intent_id == name or intent_id.startswith(f"{name}.")


def unit_of(intent_id: IntentId) -> str:
    """`scene-02` for `scene-02.1`."""
    return intent_id.partition(".")[0]


def take_of(intent_id: IntentId) -> int:
    """1 for `scene-02.1` and for `scene-02.1.3`."""
    return int(intent_id.split(".")[1])


def find_kind(intent_id: IntentId) -> CallKind | None:
    """None for a name that is none of ours."""
    name = unit_of(intent_id).partition("-")[0]
    return CallKind(name) if name in CallKind._value2member_map_ else None


def find_scene(intent_id: IntentId) -> int | None:
    """The scene that a call is for; None when it is for the whole video."""
    number = unit_of(intent_id).partition("-")[2]
    return int(number) if number.isdigit() else None
