"""The takes of a scene: which there are, in whose words each was asked for, and how a scene goes on to another.

A take's number is given once: after a former take was chosen again, the next new one still has a number of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from omnigen_jobs.domain.problems import NothingMissingError, TooManyTakesError
from omnigen_jobs.domain.records import Intent, Record, Scene, Words
from omnigen_shared.contracts.calls import scene_unit, take_of, unit_of
from omnigen_shared.contracts.job import JobStatus, SceneState
from omnigen_shared.errors import NotFoundError

MOST_TAKES: Final = 90
"""Of a scene, for its user; the few above are for clips that turn out to be of no use."""


@dataclass(frozen=True, slots=True)
class Take:
    """A clip of a scene that can be shown and chosen."""

    number: int
    prompt: str
    clip_key: str


def list_takes(record: Record, number: int) -> tuple[Take, ...]:
    """Every take of the scene that has brought a usable clip, the oldest first."""
    found = {
        take_of(intent.intent_id): intent.output_key
        for intent in record.intents
        if unit_of(intent.intent_id) == scene_unit(number) and intent.output_key is not None and intent.spoiled is None
    }
    return tuple(Take(take, prompt_of(record, number, take), clip_key) for take, clip_key in sorted(found.items()))


def get_take(record: Record, number: int, take: int) -> Take:
    """NotFoundError when it has brought no clip."""
    found = next((one for one in list_takes(record, number) if one.number == take), None)
    if found is None:
        raise NotFoundError(f"Scene {number} of {record.job.job_id} has no clip of a take {take}.")
    return found


def prompt_of(record: Record, number: int, take: int) -> str:
    """What the scene was described with when this take was asked for."""
    stored = next((scene for scene in record.scenes if scene.number == number), None)
    since = [] if stored is None else [words.prompt for words in stored.words if words.since_take <= take]
    return since[-1] if since else _present_prompt(record, number)


def next_take(scene: Scene, intents: Iterable[Intent]) -> int:
    """A number that no take of the scene has had."""
    mine = (take_of(intent.intent_id) for intent in intents if unit_of(intent.intent_id) == scene_unit(scene.number))
    return max((scene.take, *mine)) + 1


def begin_again(scene: Scene, take: int, now: datetime) -> Scene:
    """The scene as if nothing had been made yet, at this take."""
    return replace(scene, take=take, state=SceneState.QUEUED, clip_key=None, problem=None, updated_at=now)


def take_anew(record: Record, scene: Scene, prompt: str | None, now: datetime) -> Scene:
    """The scene with another take to be made, in the present words or in new ones."""
    take, present = next_take(scene, record.intents), _present_prompt(record, scene.number)
    return replace(begin_again(scene, take, now), words=_add_words(scene.words, take, present, prompt or present))


def check_room(scene: Scene) -> Scene:
    """The scene, if its user may ask for this take. TooManyTakesError."""
    if scene.take > MOST_TAKES:
        raise TooManyTakesError(f"Scene {scene.number} has {MOST_TAKES} takes.")
    return scene


def take_back(record: Record, scene: Scene, take: int, now: datetime) -> Scene:
    """The scene with a clip that it has already. NotFoundError; NothingMissingError if that is what is shown."""
    chosen = get_take(record, scene.number, take)
    if scene.clip_key == chosen.clip_key and record.job.status is JobStatus.COMPLETED:
        raise NothingMissingError(
            f"Take {take} of scene {scene.number} is in the video.", remedy="Choose another take, or make one."
        )
    again = begin_again(scene, take, now)
    return replace(again, state=SceneState.INGESTED, clip_key=chosen.clip_key)


def _add_words(known: tuple[Words, ...], take: int, present: str, prompt: str) -> tuple[Words, ...]:
    """Nothing is noted as long as the storyboard's own words have always held."""
    before = known or (Words(since_take=1, prompt=present),)
    if before[-1].prompt == prompt:
        return known
    return (*before, Words(since_take=take, prompt=prompt))


def _present_prompt(record: Record, number: int) -> str:
    storyboard = record.job.storyboard
    return "" if storyboard is None else storyboard.scenes[number - 1].prompt
