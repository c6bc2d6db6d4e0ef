"""What a model's input fields accept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

DATA_URL_LIMIT = 256 * 1024


class InvalidInputError(Exception):
    """An input that the model's own table refuses; `problems` are `field: what is wrong` lines."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Parameter(Protocol):
    """One input field."""

    @property
    def required(self) -> bool:
        """Whether a request without it is refused."""
        ...

    @property
    def default(self) -> Any:
        """What the model takes when the field is left out; None for nothing."""
        ...

    def find_fault(self, value: Any) -> str | None:
        """What is wrong with a value, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """Any text; a required one must say something."""

    required: bool = False
    default: str | None = None

    def find_fault(self, value: Any) -> str | None:
        if not isinstance(value, str):
            return "must be a string"
        return "must not be empty" if self.required and not value.strip() else None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few values, numbers or texts."""

    values: tuple[Any, ...]
    default: Any
    required: bool = False

    def find_fault(self, value: Any) -> str | None:
        if value in self.values and type(value) is type(self.default):
            return None
        return "must be one of the following: " + ", ".join(f'"{item}"' for item in self.values)


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within limits."""

    least: int
    most: int
    default: int | None = None
    required: bool = False

    def find_fault(self, value: Any) -> str | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return "must be an integer"
        if not self.least <= value <= self.most:
            return f"must be greater than or equal to {self.least} and less than or equal to {self.most}"
        return None


@dataclass(frozen=True, slots=True)
class Number:
    """A number within limits."""

    least: float
    most: float
    default: float | None = None
    required: bool = False

    def find_fault(self, value: Any) -> str | None:
        if not isinstance(value, int | float) or isinstance(value, bool):
            return "must be a number"
        return None if self.least <= value <= self.most else f"must be between {self.least} and {self.most}"


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    default: bool
    required: bool = False

    def find_fault(self, value: Any) -> str | None:
        return None if isinstance(value, bool) else "must be a boolean"


@dataclass(frozen=True, slots=True)
class File:
    """An HTTP URL, or a data URL under 256 kB."""

    required: bool = False
    default: None = None

    def find_fault(self, value: Any) -> str | None:
        if not isinstance(value, str) or not value.startswith(("http://", "https://", "data:")):
            return "must be a HTTP or data URL"
        too_long = value.startswith("data:") and len(value) > DATA_URL_LIMIT
        return f"data URLs must be under {DATA_URL_LIMIT // 1024} kB" if too_long else None


@dataclass(frozen=True, slots=True)
class Files:
    """A list of files."""

    most: int
    required: bool = False
    default: None = None

    def find_fault(self, value: Any) -> str | None:
        if not isinstance(value, list) or len(value) > self.most:
            return f"must be a list of at most {self.most} URLs"
        faults = (File().find_fault(item) for item in value)
        return next((fault for fault in faults if fault), None)


def check_input(parameters: Mapping[str, Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """The input with defaults filled in, absent optional fields left out; InvalidInputError for a wrong one."""
    problems = [f"{name}: is not an input of this model" for name in given if name not in parameters]
    values: dict[str, Any] = {}
    for name, parameter in parameters.items():
        value = given.get(name)
        if value is None:
            if parameter.required:
                problems.append(f"{name}: is required")
            value = parameter.default
        elif fault := parameter.find_fault(value):
            problems.append(f"{name}: {fault}")
        if value is not None:
            values[name] = value
    if problems:
        raise InvalidInputError(problems)
    return values
