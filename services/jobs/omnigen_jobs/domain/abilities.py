"""Whether a model can do what is asked of it. What it cannot is refused, naming those that can: nothing is lessened."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from omnigen_jobs.domain.cutting import RHYTHMS, plan_cuts, recut
from omnigen_jobs.domain.problems import ModelUnableError
from omnigen_shared.contracts.catalogue import MUSIC_MODELS, SPEECH_MODELS, VIDEO_MODELS, VideoModel
from omnigen_shared.contracts.catalogue.entries import Entry
from omnigen_shared.contracts.job import JobRequest
from omnigen_shared.contracts.media import FPS, Transition
from omnigen_shared.contracts.storyboard import Continuity, Cut, Storyboard, list_rooms


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A request, whether its seed was the user's own, the user's own storyboard if there is one, and the day."""

    request: JobRequest
    is_seeded: bool
    today: date
    storyboard: Storyboard | None = None

    def to_cuts(self, model: VideoModel) -> tuple[Cut, ...]:
        """The clips that the model would make. ValueError when it cannot make this length, or one of the scenes."""
        if self.storyboard is not None:
            return recut(self.storyboard.scenes, model.durations_s)
        rhythm = RHYTHMS[self.request.category]
        if self.request.continuity is Continuity.CHAINED:
            rhythm = replace(rhythm, transition=Transition.CUT)
        return plan_cuts(self.request.duration_s * FPS, model.durations_s, rhythm)

    def to_storyboard(self, model: VideoModel) -> Storyboard | None:
        """The user's own, with the clips that the model would make."""
        if self.storyboard is None:
            return None
        return self.storyboard.model_copy(update={"scenes": recut(self.storyboard.scenes, model.durations_s)})


@dataclass(frozen=True, slots=True)
class Shortcoming:
    """What of an order a model cannot do, and what it can, where that can be listed."""

    field: str
    message: str
    limits: Mapping[str, object] | None = None


def get_able_model(wish: Wish) -> VideoModel:
    """The model that was asked for. ModelUnableError names what it cannot do, and those that can do all of it."""
    model = VIDEO_MODELS.get(wish.request.model)
    if model is None:
        unknown = f"{wish.request.model} is not in the catalogue"
        raise _refusal(Shortcoming("model", unknown, _allowed(sorted(VIDEO_MODELS))), wish)
    shortcoming = next(list_shortcomings(model, wish), None) or next(_list_sound_shortcomings(wish), None)
    if shortcoming is not None:
        raise _refusal(shortcoming, wish)
    return model


def list_shortcomings(model: VideoModel, wish: Wish) -> Iterator[Shortcoming]:
    """All that the model cannot do of it."""
    request = wish.request
    if model.is_gone(wish.today):
        yield Shortcoming("model", f"{model.name} is gone since {model.retires_on}")
    if request.aspect_ratio not in model.aspects:
        yield _lack(model, "aspect_ratio", request.aspect_ratio, model.aspects)
    if request.resolution not in model.offers:
        yield _lack(model, "resolution", request.resolution, model.offers)
    if request.negative_prompt is not None and model.inputs.negative_prompt is None:
        yield Shortcoming("negative_prompt", f"{model.name} takes no negative prompt")
    if wish.is_seeded and model.inputs.seed is None:
        yield Shortcoming("seed", f"{model.name} takes no seed")
    if request.continuity is Continuity.CHAINED and model.inputs.start_frame is None:
        yield Shortcoming("continuity", f"{model.name} cannot begin with a picture", _allowed([Continuity.PARALLEL]))
    if request.reference_image is not None and not model.inputs.takes_pictures:
        yield Shortcoming("reference_image", f"{model.name} takes no picture")
    if model.needs_start_frame and request.reference_image is None:
        yield Shortcoming("model", f"{model.name} only animates a picture")
    trouble = _find_length_trouble(model, wish)
    if trouble is not None:
        place = "duration_s" if wish.storyboard is None else "storyboard.scenes"
        yield Shortcoming(place, f"{model.name}: {trouble}", {"clip_durations_s": list(model.durations_s)})


def _list_sound_shortcomings(wish: Wish) -> Iterator[Shortcoming]:
    """What no video model can help: a voice or a composer that there is not."""
    request = wish.request
    sounds: tuple[tuple[str, str, Mapping[str, Entry]], ...] = (
        ("music_model", request.music_model, MUSIC_MODELS),
        ("speech_model", request.speech_model, SPEECH_MODELS),
    )
    for field, name, models in sounds:
        living = [other for other, model in models.items() if not model.is_gone(wish.today)]
        if name not in living:
            yield Shortcoming(field, f"{name} is not in the catalogue", _allowed(living))
    speech = SPEECH_MODELS.get(request.speech_model)
    if speech is not None and request.voice is not None and request.voice not in speech.voices:
        yield Shortcoming("voice", f"{speech.name} has no voice {request.voice}", _allowed(speech.voices))
    if request.narration and wish.storyboard is not None:
        yield from _list_long_lines(wish.storyboard)


def _list_long_lines(storyboard: Storyboard) -> Iterator[Shortcoming]:
    """A user's own words are not cut: what cannot be said in its scene is refused."""
    for scene, room in zip(storyboard.scenes, list_rooms(storyboard.scenes), strict=True):
        if len(scene.narration) > room.characters:
            field = f"storyboard.scenes.{scene.number - 1}.narration"
            limits = {"type": "string", "max_length": room.characters}
            yield Shortcoming(field, f"its scene has time for {room.characters} characters", limits)


def _find_length_trouble(model: VideoModel, wish: Wish) -> str | None:
    try:
        wish.to_cuts(model)
    except ValueError as error:
        return str(error)
    return None


def _lack(model: VideoModel, place: str, asked: str, possible: Iterable[str]) -> Shortcoming:
    return Shortcoming(place, f"{model.name} cannot do {asked}", _allowed(possible))


def _allowed(values: Iterable[str]) -> dict[str, object]:
    return {"type": "string", "allowed": list(map(str, values))}


def _refusal(shortcoming: Shortcoming, wish: Wish) -> ModelUnableError:
    able = [model.name for model in VIDEO_MODELS.values() if next(list_shortcomings(model, wish), None) is None]
    found = {"field": shortcoming.field, "message": shortcoming.message, "limits": shortcoming.limits or {}}
    remedy = f"Choose a model that can: {', '.join(able)}." if able else "No model can do all of it: ask for less."
    return ModelUnableError(
        f"Not valid: {shortcoming.field}: {shortcoming.message}.",
        remedy=remedy,
        details={"fields": [found], "alternatives": able},
    )
