"""What a model is: its inputs, its price, and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from omnigen_local.simulator.parameters import Parameter, check_input

Size = tuple[int, int]


class Kind(StrEnum):
    """What a model makes."""

    VIDEO = "video"
    MUSIC = "music"
    SPEECH = "speech"
    LANGUAGE = "language"


class Unit(StrEnum):
    """What a price is per."""

    SECOND = "second"
    RUN = "run"
    CHARACTER = "character"


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of the bill: quantity x price, in micro-dollars."""

    unit: Unit
    quantity: int
    price_microusd: int

    @property
    def amount_microusd(self) -> int:
        return self.quantity * self.price_microusd


@dataclass(frozen=True, slots=True)
class Model:
    """One model of the provider. `text_field` is the input that says what to make."""

    name: str
    kind: Kind
    parameters: Mapping[str, Parameter]
    price_microusd: Mapping[str, int]
    """By the value of `priced_by`; one entry under "" when nothing changes the price."""
    unit: Unit
    priced_by: str = ""
    text_field: str = "prompt"
    shapes: Mapping[tuple[str, str], Size] | None = None
    """Pixels by (resolution, aspect ratio); "" where the model has no such input."""
    size_fields: tuple[str, str] = ("resolution", "aspect_ratio")
    first_picture_field: str = ""
    last_picture_field: str = ""
    length_s: int | None = None
    """How much music a run gives when there is no `duration` to ask with."""

    def check(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The input with the model's defaults; InvalidInputError for what the model refuses."""
        return check_input(self.parameters, given)

    def charge(self, values: Mapping[str, Any]) -> Charge:
        """What a run with this checked input costs."""
        key = str(values.get(self.priced_by, "")).lower() if self.priced_by else ""
        quantity = 1
        if self.unit is Unit.SECOND:
            quantity = int(values["duration"])
        elif self.unit is Unit.CHARACTER:
            quantity = len(str(values[self.text_field]))
        return Charge(self.unit, quantity, self.price_microusd[key])

    def size(self, values: Mapping[str, Any]) -> Size:
        """Width and height in pixels that a video with this checked input has."""
        resolution, aspect = (str(values.get(field, "")) for field in self.size_fields)
        return (self.shapes or {})[resolution, aspect]

    def text(self, values: Mapping[str, Any]) -> str:
        return str(values[self.text_field])
