"""What a job costs and how long it may take, from the catalogue and the cuts, before anything is planned.

The estimate is what the receipt will say when nothing has to be done again: each clip's whole seconds, the music, and
the planner at its ceiling. The ceiling also holds a second call of the planner, whose first answer may be of no use,
and pays for clips that have to be made again: a share of all of them, and in a short video the longest one in any case.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from omnigen_shared.contracts.catalogue import MUSIC_MODELS, PLANNER_MODEL, SPEECH_MODELS, VIDEO_MODELS, VideoModel
from omnigen_shared.contracts.job import JobRequest
from omnigen_shared.contracts.storyboard import NARRATION_MAX, Continuity, Cut, Scene, Storyboard, list_rooms

ALLOWANCE_PERCENT: Final = 25


@dataclass(frozen=True, slots=True)
class Estimate:
    """Micro-dollars: the parts of the price, and what is held on top of it."""

    clips_microusd: tuple[int, ...]
    music_microusd: int
    narration_microusd: int
    planner_microusd: int

    @property
    def estimate_microusd(self) -> int:
        """What the job costs when nothing has to be done again."""
        others = self.music_microusd + self.narration_microusd + self.planner_microusd
        return sum(self.clips_microusd) + others

    @property
    def ceiling_microusd(self) -> int:
        """What is reserved unless the user allows less."""
        again = max((sum(self.clips_microusd) * ALLOWANCE_PERCENT // 100, *self.clips_microusd))
        return self.estimate_microusd + self.planner_microusd + again


def estimate_cost(request: JobRequest, model: VideoModel, cuts: Sequence[Cut], *, is_planned: bool = False) -> Estimate:
    """The cost of a request that the model can do, cut like this.

    What is planned (cuts that are scenes) needs no planner, and its lines are known; until then each scene is taken to
    be spoken over for as long as it lasts.
    """
    return Estimate(
        clips_microusd=tuple(price_clip(request, model, cut) for cut in cuts),
        music_microusd=MUSIC_MODELS[request.music_model].price_microusd if request.music else 0,
        narration_microusd=_price_narration(request, cuts) if request.narration else 0,
        planner_microusd=0 if is_planned else PLANNER_MODEL.ceiling_microusd,
    )


def find_saving(request: JobRequest, cuts: Sequence[Cut], scenes: Sequence[Scene]) -> int:
    """How much less the planned lines cost than what scenes are taken to say before that."""
    return _price_narration(request, cuts) - price_lines(request, scenes) if request.narration else 0


def price_lines(request: JobRequest, scenes: Iterable[Scene]) -> int:
    """What is said. Equal lines are one call."""
    speech = SPEECH_MODELS[request.speech_model]
    return sum(speech.price(len(line)) for line in {scene.narration for scene in scenes})


def _price_narration(request: JobRequest, cuts: Sequence[Cut]) -> int:
    speech = SPEECH_MODELS[request.speech_model]
    said = price_lines(request, (cut for cut in cuts if isinstance(cut, Scene)))
    rows = zip(cuts, list_rooms(cuts), strict=True)
    unplanned = (room for cut, room in rows if not isinstance(cut, Scene))
    return said + sum(speech.price(min(room.characters, NARRATION_MAX)) for room in unplanned)


def price_clip(request: JobRequest, model: VideoModel, cut: Cut) -> int:
    """One clip, in micro-dollars."""
    return model.offers[request.resolution].price_microusd_per_s * cut.clip_duration_s


def price_retake(request: JobRequest, plan: Storyboard | None, number: int) -> int | None:
    """Another take of a planned scene; None when what it was ordered with is offered no more."""
    if plan is None or not is_offered(request):
        return None
    return price_clip(request, VIDEO_MODELS[request.model], plan.scenes[number - 1])


def is_offered(request: JobRequest) -> bool:
    """Whether the catalogue, which has changed since, still has all that this was ordered with."""
    model = VIDEO_MODELS.get(request.model)
    has_music = not request.music or request.music_model in MUSIC_MODELS
    has_voice = not request.narration or request.speech_model in SPEECH_MODELS
    return model is not None and request.resolution in model.offers and has_music and has_voice


def time_to_finish(request: JobRequest, model: VideoModel, clips: int, margin: timedelta) -> timedelta:
    """How long a job may take: planner, then clips side by side or in a chain, sound, and the margin for all else."""
    music_s = MUSIC_MODELS[request.music_model].typical_latency_s if request.music else 0
    speech_s = SPEECH_MODELS[request.speech_model].typical_latency_s if request.narration else 0
    clips_s = model.typical_latency_s * (clips if request.continuity is Continuity.CHAINED else 1)
    return timedelta(seconds=PLANNER_MODEL.typical_latency_s + clips_s + music_s + speech_s) + margin
