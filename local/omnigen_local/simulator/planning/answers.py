"""The language model's answer to any prompt, in pieces as it streams them."""

import re

import orjson

from omnigen_local.simulator.faults import Faults, strip_markers
from omnigen_local.simulator.planning.phrases import PROSE
from omnigen_local.simulator.planning.request import PlanRequest, shorten
from omnigen_local.simulator.planning.storyboard import write_storyboard
from omnigen_local.simulator.rendering.dice import Dice


def answer(prompt: str, system_prompt: str, most_pieces: int, faults: Faults) -> tuple[str, ...]:
    """The pieces of an answer, which stops where max_completion_tokens is reached, mid-sentence if need be."""
    request = None if "nonsense" in faults else PlanRequest.find(prompt)
    text = write_prose(prompt, system_prompt) if request is None else _to_json(request)
    return split_pieces(text)[:most_pieces]


def split_pieces(text: str) -> tuple[str, ...]:
    """Pieces about as long as tokens; joined they are the text."""
    return tuple(re.findall(r"\s?\w{1,8}|\s?[^\w\s]{1,3}|\s+", text))


def read_for_faults(prompt: str) -> str:
    """The part of a prompt in which markers count for the call itself: a planner's request hands the rest on."""
    request = PlanRequest.find(prompt)
    return prompt if request is None else request.words + request.marks_for("plan")


def write_prose(prompt: str, system_prompt: str) -> str:
    """A few plausible sentences."""
    dice = Dice("prose", prompt, system_prompt)
    first_line = next(iter(strip_markers(prompt).splitlines()), "")
    topic = shorten(first_line, 60) or "that"
    return f"About “{topic}”: " + " ".join(dice.shuffled(PROSE)[: 2 + int(dice.between(0, 3))])


def _to_json(request: PlanRequest) -> str:
    return orjson.dumps(write_storyboard(request), option=orjson.OPT_INDENT_2).decode()
