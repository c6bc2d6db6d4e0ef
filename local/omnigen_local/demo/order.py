"""The values of a demo: text from the environment or the command line, checked before anything is started."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar

from omnigen_local.demo.wording import count
from omnigen_local.files import draft_path
from omnigen_shared.contracts.media import AspectRatio, FrameSize, Resolution, frame_size
from omnigen_shared.contracts.seeds import SEEDS
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.contracts.storyboard import Category
from omnigen_shared.contracts.text import check_text

DEFAULTS: Final = {
    "prompt": "a 15 second ad for a mountain coffee brand",
    "duration": "15",
    "aspect": "16:9",
    "resolution": "720p",
    "seed": "1",
    "out": "omnigen-demo.mp4",
}
PROMPT_CHARS: Final = range(10, 2001)
DURATIONS_S: Final = range(5, 61)

Choice = TypeVar("Choice", bound=StrEnum)


class BadValueError(Exception):
    """A value that cannot be used. The message is one line: its name, and what is allowed."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to make, and where to put it."""

    prompt: str
    duration_s: int
    aspect: AspectRatio
    resolution: Resolution
    seed: int
    out: Path
    trace_file: Path | None = None
    """Where every process of the stack appends its spans, if anywhere."""

    @property
    def plan(self) -> PlanName:
        """The smallest plan that allows it: free goes up to 720p and 60 s."""
        return PlanName.PRO if self.resolution is Resolution.P1080 else PlanName.FREE

    @property
    def size(self) -> FrameSize:
        return frame_size(self.aspect, self.resolution)

    def to_body(self) -> dict[str, Any]:
        """The body of POST /api/v1/jobs."""
        return {
            "prompt": self.prompt,
            "category": Category.AD_CREATIVE,
            "duration_s": self.duration_s,
            "aspect_ratio": self.aspect,
            "resolution": self.resolution,
            "seed": self.seed,
        }


def parse_order(typed: Mapping[str, str]) -> Order:
    """An order from texts as they were typed; what is missing has a default. BadValueError names the first bad one."""
    values = {**DEFAULTS, **typed}
    return Order(
        prompt=_parse_prompt(values["prompt"].strip()),
        duration_s=_parse_number("DURATION", values["duration"], DURATIONS_S, "a whole number of seconds"),
        aspect=_parse_choice("ASPECT", values["aspect"], AspectRatio),
        resolution=_parse_choice("RESOLUTION", values["resolution"], Resolution),
        seed=_parse_number("SEED", values["seed"], SEEDS, "a whole number"),
        out=_parse_file("OUT", values["out"]),
        trace_file=_parse_file("TRACE", values["trace"]) if values.get("trace") else None,
    )


def _parse_prompt(text: str) -> str:
    if len(text) not in PROMPT_CHARS:
        limits = f"{PROMPT_CHARS.start} to {PROMPT_CHARS.stop - 1} characters"
        raise BadValueError(f"PROMPT has {count(len(text), 'character')}: it must have {limits}")
    try:
        return check_text(text)
    except ValueError as error:
        raise BadValueError(f"PROMPT: {error}") from None


def _parse_number(name: str, text: str, allowed: range, what: str) -> int:
    if re.fullmatch(r"[0-9]{1,10}", text.strip()) and int(text) in allowed:
        return int(text)
    raise BadValueError(f"{name}={_quote(text)}: must be {what} from {allowed.start} to {allowed.stop - 1}")


def _parse_choice(name: str, text: str, kind: type[Choice]) -> Choice:
    try:
        return kind(text.strip())
    except ValueError:
        raise BadValueError(f"{name}={_quote(text)}: must be one of {', '.join(kind)}") from None


def _parse_file(name: str, text: str) -> Path:
    path = Path(text)
    if (reason := _find_obstacle(path)) is not None:
        raise BadValueError(
            f"{name}={_quote(text)}: {reason}; must be a file in a folder that exists and can be written"
        )
    return path


def _find_obstacle(path: Path) -> str | None:
    """Why nothing could be put there once it is made; found out by writing beside it, as will be done then."""
    try:
        target = path.resolve()
        if target.is_dir() or not path.name:
            return "is a folder"
        if target.exists() and not target.is_file():
            return "is a device or the like, not a file"
        if target.exists() and not os.access(target, os.W_OK):
            return "is write-protected"
        draft = draft_path(target)
        draft.touch(exist_ok=False)
        draft.unlink()
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)
    return None


def _quote(text: str) -> str:
    return ascii(text) if not text.isprintable() or " " in text or not text else text
