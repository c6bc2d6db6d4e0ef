"""What the planner model is told, and what is made of its answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import Field, ValidationError

from omnigen_shared.contracts.base import Answer
from omnigen_shared.contracts.job import JobRequest
from omnigen_shared.contracts.media import Transition
from omnigen_shared.contracts.storyboard import Cut
from omnigen_shared.contracts.text import CLEAN_LINE, CLEAN_TEXT, clean_text

PLANNER_INSTRUCTIONS: Final = """\
You are the director of short videos. You are given a JSON document with the wish of a customer ("prompt"), the kind of
video ("category"), a wished style (or null), the length of every scene in seconds ("scene_durations_s"), the ways in
which one scene may give way to the next ("transitions") and a seed that you use to choose between equally good ideas.
Answer with one JSON object and nothing else, no code fence:
{"title": string, "style": string, "palette": [3 to 5 colours as strings], "subject": string, "music_prompt": string,
 "scenes": [{"prompt": string, "duration_s": number, "camera": string, "transition": string, "narration": string}]}
Write exactly one scene per entry of scene_durations_s, in order, and repeat its length as "duration_s". A scene's
prompt is a complete description for a text-to-video model that has seen nothing else: subject, action, setting, light.
No text, logos or watermarks in the picture. "camera" is one movement, "transition" one of transitions, "narration" one
spoken sentence that fits the scene's seconds at 14 characters a second.
An ad-creative opens with a hook, shows the product and its benefit, ends with a call to action. A music-video follows
the music's arc: stillness, build, chorus, breath, chorus, echo; its narration is empty. An explainer states a question,
answers it step by step and sums up.
"style" is one phrase that holds for all scenes, "subject" one that describes who or what must look the same in all of
them (people, product, place); "music_prompt" describes instrumental music for the whole length."""
REPAIR_INSTRUCTIONS: Final = """
The document also holds your last answer ("your_answer") and what was wrong with it ("problems"). Answer again, whole
and right."""

_FENCE: Final = "```"
_KEPT_OF_ANSWER: Final = 6000
_TOLD_PROBLEMS: Final = 8
Text = Annotated[str, Field(min_length=1), CLEAN_TEXT]
Line = Annotated[str, Field(min_length=1), CLEAN_LINE]


class PlannedScene(Answer):
    """One scene in the planner's words."""

    prompt: Text
    camera: Annotated[str, CLEAN_LINE] = ""
    transition: Annotated[str, CLEAN_LINE] = ""
    narration: Annotated[str, CLEAN_TEXT] = ""


class PlannedVideo(Answer):
    """The planner's whole answer: what is no fit text is left out; lengths are not taken from it."""

    title: Line
    style: Line
    palette: tuple[Annotated[str, CLEAN_LINE], ...] = ()
    subject: Annotated[str, CLEAN_LINE] = ""
    music_prompt: Text
    scenes: tuple[PlannedScene, ...]


@dataclass(frozen=True, slots=True)
class Unusable:
    """An answer that is no plan, and why: in words that its writer can do something with."""

    answer: str
    problems: tuple[str, ...]


def write_brief(request: JobRequest, cuts: Sequence[Cut], seed: int) -> dict[str, Any]:
    """The planner's input, before it becomes a JSON document."""
    return {
        "prompt": request.prompt,
        "category": request.category.value,
        "style": request.style,
        "aspect_ratio": (request.planned_for or request.aspect_ratio).value,
        "scene_durations_s": [cut.clip_duration_s for cut in cuts],
        "transitions": _list_transitions(cuts),
        "seed": seed,
    }


def write_repair(brief: dict[str, Any], unusable: Unusable) -> dict[str, Any]:
    """The brief again, with what came of it."""
    return {**brief, "your_answer": clean_text(unusable.answer)[:_KEPT_OF_ANSWER], "problems": unusable.problems}


def read_plan(answer: str, scene_count: int) -> PlannedVideo | Unusable:
    """The plan in a model's answer, or what is wrong with it."""
    try:
        plan = PlannedVideo.model_validate_json(_inside_fence(answer))
    except ValidationError as error:
        return Unusable(answer, tuple(_tell(found) for found in error.errors()[:_TOLD_PROBLEMS]))
    if len(plan.scenes) != scene_count:
        return Unusable(answer, (f"scenes: there are {len(plan.scenes)}, there must be {scene_count}",))
    return plan


def _list_transitions(cuts: Sequence[Cut]) -> list[str]:
    lengths = {cut.transition.frames for cut in cuts[:-1]}
    return [transition.value for transition in Transition if transition.frames in lengths]


def _tell(found: Any) -> str:
    place = ".".join(map(str, found["loc"]))
    return f"{place}: {found['msg']}" if place else str(found["msg"])


def _inside_fence(answer: str) -> str:
    """The JSON alone: some models wrap it in a code fence in spite of all asking."""
    start, end = answer.find("{"), answer.rfind("}")
    return answer[start : end + 1] if _FENCE in answer and 0 <= start < end else answer
