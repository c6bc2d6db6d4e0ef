"""The paid calls of a job: what each is called, asks for, costs, and where its output goes."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from omnigen_generator.domain.pictures import tell_pictures
from omnigen_generator.domain.prompting import (
    PLANNER_INSTRUCTIONS,
    REPAIR_INSTRUCTIONS,
    Unusable,
    write_brief,
    write_repair,
)
from omnigen_generator.domain.storyboards import write_prompt
from omnigen_shared.contracts.base import IntentId, UserId
from omnigen_shared.contracts.calls import CallKind, call_name, find_kind, is_named, scene_unit, unit_of, voice_unit
from omnigen_shared.contracts.catalogue import MUSIC_MODELS, PLANNER_MODEL, SPEECH_MODELS, VIDEO_MODELS, VideoModel
from omnigen_shared.contracts.job import IntentRecord, IntentStatus, JobRequest, JobSnapshot, PlanIntent
from omnigen_shared.contracts.media import FPS
from omnigen_shared.contracts.seeds import derive_seed
from omnigen_shared.contracts.storyboard import Cut, Scene, Storyboard

FIRST_TAKE: Final = 1
MAX_TAKES: Final = 99
MUSIC_TYPES: Final = ("mp3", "wav", "flac", "m4a", "ogg")
INSTRUMENTAL: Final = "[intro]\n[verse]\n[bridge]\n[outro]"
"""music-1.5 demands lyrics; structure tags alone give an instrumental piece."""


@dataclass(frozen=True, slots=True)
class PaidCall:
    """One call before it is an intent. The price is the most that it can cost."""

    intent_id: IntentId
    model: str
    price_microusd: int
    input: Mapping[str, Any]
    take: int = FIRST_TAKE

    def intent_id_in(self, number: int) -> IntentId:
        """What it is called when it is ordered in this round of its job."""
        return self.intent_id if number == 1 else IntentId(f"{self.intent_id}.{number}")

    def to_intent(self) -> PlanIntent:
        """What jobs is asked to store."""
        return PlanIntent(
            model=self.model,
            fingerprint=fingerprint(self.model, self.input, self.take),
            price_microusd=self.price_microusd,
            input=dict(self.input),
        )


def fingerprint(model: str, call_input: Mapping[str, Any], take: int) -> str:
    """Names what a call makes: equal ones are made once per user. 64 hex digits."""
    canonical = orjson.dumps([model, call_input, take], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(canonical).hexdigest()


def get_video_model(name: str) -> VideoModel:
    """The catalogue's entry; KeyError when the model has gone since the job was accepted."""
    return VIDEO_MODELS[name]


def typical_latency_s(name: str) -> int:
    """What a model takes as a rule, from the create to the output; 0 when it is in the catalogue no more."""
    entries = (*VIDEO_MODELS.values(), *MUSIC_MODELS.values(), *SPEECH_MODELS.values(), PLANNER_MODEL)
    return next((entry.typical_latency_s for entry in entries if entry.name == name), 0)


def plan_call(request: JobRequest, cuts: Sequence[Cut], take: int = FIRST_TAKE) -> PaidCall:
    """Asks a language model for the storyboard's words. Another take has another seed, so that it is another plan."""
    return _planner_call(CallKind.PLAN, _brief(request, cuts, take), PLANNER_INSTRUCTIONS, take)


def repair_call(request: JobRequest, cuts: Sequence[Cut], unusable: Unusable, take: int = FIRST_TAKE) -> PaidCall:
    """Asks it once more, with what was wrong with its answer."""
    brief = write_repair(_brief(request, cuts, take), unusable)
    return _planner_call(f"{CallKind.PLAN}-repair", brief, PLANNER_INSTRUCTIONS + REPAIR_INSTRUCTIONS, take)


def clip_call(
    request: JobRequest, storyboard: Storyboard, scene: Scene, take: int = FIRST_TAKE, start_frame: str | None = None
) -> PaidCall:
    """Asks the job's video model for one scene's clip, in the model's own words for everything.

    Another take has another seed, so that it is another clip. `start_frame` is the S3 key of the picture to begin with.
    """
    model = get_video_model(request.model)
    offer = model.offers[request.resolution]
    told = {
        model.inputs.prompt: write_prompt(storyboard, scene),
        model.inputs.duration: scene.clip_duration_s,
        model.inputs.resolution: offer.told,
        model.inputs.aspect_ratio: request.aspect_ratio.value,
        model.inputs.seed: scene.seed if take == FIRST_TAKE else derive_seed(scene.seed, take),
        model.inputs.negative_prompt: request.negative_prompt,
        **tell_pictures(model, start_frame, request.reference_image),
    }
    return PaidCall(
        intent_id=call_name(scene_unit(scene.number), take),
        model=model.name,
        price_microusd=offer.price_microusd_per_s * scene.clip_duration_s,
        input={**_only_told(told), **model.constants},
        take=take,
    )


def music_call(request: JobRequest, storyboard: Storyboard, take: int = FIRST_TAKE) -> PaidCall:
    """Asks for one piece of music under the whole video; one that is too short is repeated."""
    model = MUSIC_MODELS[request.music_model]
    length_s = -(-storyboard.total_frames // FPS)
    told = {
        "prompt": storyboard.music_prompt[: model.prompt_max],
        model.lyrics_input: INSTRUMENTAL,
        model.duration_input: min(length_s, model.longest_s),
        model.seed_input: request.seed if take == FIRST_TAKE else derive_seed(request.seed, take),
    }
    return PaidCall(
        intent_id=call_name(CallKind.MUSIC, take),
        model=model.name,
        price_microusd=model.price_microusd,
        input=_only_told(told),
        take=take,
    )


def voice_call(request: JobRequest, scene: Scene) -> PaidCall:
    """Asks for one scene's line to be spoken."""
    model = SPEECH_MODELS[request.speech_model]
    voice = request.voice or next(iter(model.voices), None)
    told = {"text": scene.narration, model.voice_input: voice, model.seed_input: request.seed}
    return PaidCall(
        intent_id=call_name(voice_unit(scene.number), FIRST_TAKE),
        model=model.name,
        price_microusd=model.price(len(scene.narration)),
        input=_only_told(told),
    )


def find_last_take(intents: Iterable[IntentRecord], unit: str) -> int:
    """The take that a job is at; the first when it has ordered none."""
    names = (intent.intent_id.split(".") for intent in intents)
    return max((int(take) for name, take, *_ in names if name == unit), default=FIRST_TAKE)


def find_current(snapshot: JobSnapshot, intent_id: IntentId) -> IntentRecord | None:
    """The call as it was ordered last; one that brought nothing in an earlier round does not count."""
    same = [intent for intent in snapshot.intents if is_named(intent.intent_id, intent_id)]
    last = max(same, key=lambda intent: intent.round, default=None)
    if last is not None and last.status is IntentStatus.REFUNDED and last.round < snapshot.round:
        return None
    return last


def list_spoiled(snapshot: JobSnapshot, unit: str) -> tuple[IntentRecord, ...]:
    """Outputs that this round has paid for this unit and could not use, in the order of their takes."""
    mine = (intent for intent in snapshot.intents if intent.round == snapshot.round and not intent.cached)
    return tuple(intent for intent in mine if unit_of(intent.intent_id) == unit and intent.spoiled is not None)


def _brief(request: JobRequest, cuts: Sequence[Cut], take: int) -> dict[str, Any]:
    seed = request.seed if take == FIRST_TAKE else derive_seed(request.seed, take)
    return write_brief(request, cuts, seed)


def _planner_call(unit: str, brief: Mapping[str, Any], instructions: str, take: int) -> PaidCall:
    return PaidCall(
        intent_id=call_name(unit, FIRST_TAKE),
        model=PLANNER_MODEL.name,
        price_microusd=PLANNER_MODEL.ceiling_microusd,
        input={
            "prompt": orjson.dumps(brief).decode(),
            "system_prompt": instructions,
            "temperature": 0.7,
            "max_completion_tokens": 400 + 250 * len(brief["scene_durations_s"]),
        },
        take=take,
    )


def _only_told(told: Mapping[str | None, Any]) -> dict[str, Any]:
    """Without the inputs that the model does not have, and without those that nothing is said of."""
    return {name: value for name, value in told.items() if name is not None and value is not None}


def output_key(user_id: UserId, intent: IntentRecord, address: str) -> str:
    """Where an output is kept: under the user, named by the fingerprint. `address` tells the kind of sound file."""
    kind = find_kind(intent.intent_id)
    if kind in {CallKind.MUSIC, CallKind.VOICE}:
        suffix = PurePosixPath(urlsplit(address).path).suffix.lower().lstrip(".")
        folder = "music" if kind is CallKind.MUSIC else "voices"
        return f"u/{user_id}/{folder}/{intent.fingerprint}.{suffix if suffix in MUSIC_TYPES else MUSIC_TYPES[0]}"
    folder, ending = ("plans", "txt") if kind is CallKind.PLAN else ("clips", "mp4")
    return f"u/{user_id}/{folder}/{intent.fingerprint}.{ending}"
