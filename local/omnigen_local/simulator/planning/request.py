"""A planner's request: the JSON document that the prompt of a planning call is."""

import re
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from omnigen_local.simulator.faults import Marker, find_markers, strip_markers

_OPENING: Final = re.compile(
    r"^(?:please\s+)?(?:make|create|generate|produce|film|show)?\s*(?:me\s+)?(?:an?\s+|the\s+)?"
    r"(?:\d+[\s-]*(?:s|sec|second|seconds)\s+)?(?:short\s+)?"
    r"(?:(?:ad|advert|commercial|explainer|music\s+video|video|clip|promo|spot|trailer)s?\b\s*(?:video\b\s*)?)?"
    r"(?:(?:for|about|on|of|explaining|showing|called)\s+)?(?:an?\s+|the\s+|our\s+|my\s+)?",
    re.IGNORECASE,
)
_QUESTION: Final = re.compile(
    r"^(?:how\s+(?:do|does|did)\s+(?P<how>.+?)(?:\s+works?)?|(?:what|who)\s+(?:is|are|was|were)\s+(?P<what>.+))$",
    re.IGNORECASE,
)
LONGEST_SUBJECT: Final = 80


class PlanRequest(BaseModel):
    """What the planner sends; fields that it adds later are not minded."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    prompt: str
    category: str = "ad-creative"
    style: str | None = None
    scene_durations_s: Annotated[list[float], Field(min_length=1, max_length=99)]
    transitions: tuple[str, ...] = ("fade", "dissolve")
    seed: int = 0

    @classmethod
    def find(cls, text: str) -> Self | None:
        """The request that a prompt is, or None when it is anything else."""
        try:
            return cls.model_validate_json(text)
        except ValidationError:
            return None

    @property
    def words(self) -> str:
        """What the user wrote, without markers."""
        return strip_markers(self.prompt)

    @property
    def markers(self) -> list[Marker]:
        return find_markers(self.prompt)

    @property
    def subject(self) -> str:
        """What it is about: `a 15 second ad for a mountain coffee brand` gives `mountain coffee brand`."""
        first = re.split(r"[.!?\n;]", self.words, maxsplit=1)[0].strip()
        if question := _QUESTION.match(first):
            first = question["how"] or question["what"]
        subject = _OPENING.sub("", first, count=1).strip(" ,:-")
        return shorten(subject or first or "this", LONGEST_SUBJECT)

    def marks_for(self, target: str) -> str:
        """The markers meant for a scene's number, `music`, `voice` or `plan`, as its own text carries them."""
        wanted = {target, ""} if target.isdigit() else {target}
        return "".join(f" {marker.retargeted()}" for marker in self.markers if marker.target in wanted)


def shorten(text: str, longest: int) -> str:
    """The text, cut between words so that it has at most `longest` characters."""
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0].rstrip(" ,:-")
