"""Whether a model can do what is asked of it. What it cannot is refused, naming those that can: nothing is lessened."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from omnigen_jobs.domain.cutting import RHYTHMS, plan_cuts, recut
from omnigen_jobs.domain.problems import ModelUnableError
from omnigen_shared.contracts.catalogue import VIDEO_MODELS, VideoModel
from omnigen_shared.contracts.job import JobRequest
from omnigen_shared.contracts.media import FPS
from omnigen_shared.contracts.storyboard import Cut, Storyboard


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
        return plan_cuts(self.request.duration_s * FPS, model.durations_s, RHYTHMS[self.request.category])

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
    shortcoming = next(list_shortcomings(model, wish), None)
    if shortcoming is not None:
        raise _refusal(shortcoming, wish)
    return model


def list_shortcomings(model: VideoModel, wish: Wish) -> Iterator[Shortcoming]:
    """All that the model cannot do of it."""
    request = wish.request
    if model.retires_on is not None and model.retires_on <= wish.today:
        yield Shortcoming("model", f"{model.name} is gone since {model.retires_on}")
    if request.aspect_ratio not in model.aspects:
        yield _lack(model, "aspect_ratio", request.aspect_ratio, model.aspects)
    if request.resolution not in model.offers:
        yield _lack(model, "resolution", request.resolution, model.offers)
    if request.negative_prompt is not None and model.inputs.negative_prompt is None:
        yield Shortcoming("negative_prompt", f"{model.name} takes no negative prompt")
    if wish.is_seeded and model.inputs.seed is None:
        yield Shortcoming("seed", f"{model.name} takes no seed")
    if model.needs_start_frame:
        yield Shortcoming("model", f"{model.name} only animates a picture")
    trouble = _find_length_trouble(model, wish)
    if trouble is not None:
        place = "duration_s" if wish.storyboard is None else "storyboard.scenes"
        yield Shortcoming(place, f"{model.name}: {trouble}", {"clip_durations_s": list(model.durations_s)})


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
