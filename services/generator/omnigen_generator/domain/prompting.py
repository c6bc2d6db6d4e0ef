"""What the planner model is told, and what is made of its answer."""

from typing import Any, Final

import orjson
from pydantic import Field, ValidationError

from omnigen_shared.contracts.base import Answer
from omnigen_shared.contracts.job import JobRequest

PLANNER_INSTRUCTIONS: Final = """\
You are the director of short videos. You are given a JSON document with the wish of a customer ("prompt"), the kind of
video ("category"), a wished style (or null), the length of every scene in seconds ("scene_durations_s") and a seed that
you use to choose between equally good ideas. Answer with one JSON object and nothing else, no code fence:
{"title": string, "style": string, "palette": [3 to 5 colours as strings], "music_prompt": string,
 "scenes": [{"prompt": string, "camera": string, "transition": string, "narration": string}]}
Write exactly one scene per entry of scene_durations_s, in order. A scene's prompt is a complete description for a
text-to-video model that has seen nothing else: subject, action, setting, light; repeat what must look the same in every
scene (people, product, place) word for word. No text, logos or watermarks in the picture. "camera" is one movement,
"transition" how the next scene follows, "narration" one spoken sentence that fits the scene's seconds.
An ad-creative opens with a hook, shows the product and its benefit, ends with a call to action. A music-video follows
the music's arc. An explainer states a question, answers it step by step and sums up.
"style" is one phrase that holds for all scenes; "music_prompt" describes instrumental music for the whole length."""

_FENCE: Final = "```"


class PlannedScene(Answer):
    """One scene in the planner's words."""

    prompt: str = Field(min_length=1)
    camera: str = ""
    transition: str = ""
    narration: str = ""


class PlannedVideo(Answer):
    """The planner's whole answer, lengths not yet cut."""

    title: str = Field(min_length=1)
    style: str = Field(min_length=1)
    palette: tuple[str, ...] = ()
    music_prompt: str = Field(min_length=1)
    scenes: tuple[PlannedScene, ...]


def write_brief(request: JobRequest, scene_durations_s: list[int]) -> str:
    """The planner's input: a JSON document."""
    document: dict[str, Any] = {
        "prompt": request.prompt,
        "category": request.category.value,
        "style": request.style,
        "aspect_ratio": request.aspect_ratio.value,
        "scene_durations_s": scene_durations_s,
        "seed": request.seed,
    }
    return orjson.dumps(document).decode()


def find_plan(answer: str, scene_count: int) -> PlannedVideo | None:
    """The plan in a model's answer; None when it is not what was asked for."""
    try:
        plan = PlannedVideo.model_validate_json(_inside_fence(answer))
    except ValidationError:
        return None
    return plan if len(plan.scenes) == scene_count else None


def _inside_fence(answer: str) -> str:
    """The JSON alone: some models wrap it in a code fence in spite of all asking."""
    start, end = answer.find("{"), answer.rfind("}")
    return answer[start : end + 1] if _FENCE in answer and 0 <= start < end else answer
