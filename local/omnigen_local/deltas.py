"""What the deployed stack may differ in from the merged addons: local/deltas.yml, and nothing else."""

from copy import deepcopy
from pathlib import Path
from typing import Any, Final, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field

from omnigen_local.addons import Template

DELTAS: Final = Path(__file__).parents[1] / "deltas.yml"


class UnusedDeltaError(Exception):
    """A delta that changes nothing: what it names is gone from the addons, or is the same there."""


class _Delta(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str = Field(min_length=10)


class PropertyDelta(_Delta):
    """`path` is a chain of keys into the template, with slashes; there, `value` stands locally."""

    path: str
    value: Any


class ParameterDelta(_Delta):
    """A parameter that gets another value than its default: this one, or without one, what the stack is told."""

    value: str | None = None


class LeftOutDelta(_Delta):
    """`path` is a resource that is not deployed at all; what refers to it has a property delta."""

    path: str


class IgnoredDelta(_Delta):
    """`path` is deployed as it is, but the emulator does nothing with it."""

    path: str


class Deltas(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    left_out: tuple[LeftOutDelta, ...]
    properties: tuple[PropertyDelta, ...]
    parameters: dict[str, ParameterDelta]
    ignored: tuple[IgnoredDelta, ...]

    @classmethod
    def load(cls, path: Path = DELTAS) -> Self:
        """Read and validate the file."""
        return cls.model_validate(yaml.safe_load(path.read_text()))

    def apply(self, template: Template) -> Template:
        """A copy of the merged addons with the local properties. UnusedDeltaError when one changes nothing."""
        changed = deepcopy(template)
        for left_out in self.left_out:
            parent, key = _find_parent(changed, left_out.path)
            del parent[key]
        for delta in self.properties:
            parent, key = _find_parent(changed, delta.path)
            if parent[key] == delta.value:
                raise UnusedDeltaError(f"{delta.path} is {delta.value!r} in the addons already")
            parent[key] = delta.value
        for ignored in self.ignored:
            _find_parent(changed, ignored.path)
        return changed

    def fixed_parameters(self) -> dict[str, str]:
        """The parameters whose local value is written in the file."""
        return {name: delta.value for name, delta in self.parameters.items() if delta.value is not None}


def _find_parent(template: Template, path: str) -> tuple[Any, Any]:
    """The mapping (or list) that holds what the path names, and its key (or index) there."""
    *parents, last = path.split("/")
    node: Any = template
    try:
        for name in parents:
            node = node[_key(node, name)]
        key = _key(node, last)
        node[key]
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise UnusedDeltaError(f"there is no {path} in the addons") from error
    return node, key


def _key(node: Any, name: str) -> str | int:
    return int(name) if isinstance(node, list) else name
