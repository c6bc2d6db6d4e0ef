"""Settings that somebody chooses for a stack of their own: OMNIGEN_SET_JOBS_DEADLINE_MARGIN_S=60 make up.

The stack's processes inherit nothing of the shell that starts it; this is the one way in.
"""

from collections.abc import Mapping
from typing import Final

from omnigen_local.environments import Environment

PREFIX: Final = "OMNIGEN_SET_"
UNITS: Final = ("gateway", "jobs", "quota", "composer", "generator", "simulator")


class BadOverrideError(Exception):
    """A setting for nobody, or one that could lead out of this machine. The message is one line."""


def read_overrides(environment: Mapping[str, str]) -> dict[str, Environment]:
    """By unit: what its environment is given over what the stack gives it. BadOverrideError names the first bad one."""
    overrides: dict[str, Environment] = {}
    for variable, value in sorted(environment.items()):
        if variable.startswith(PREFIX):
            unit, name = _split(variable)
            overrides.setdefault(unit, {})[name] = value
    return overrides


def _split(variable: str) -> tuple[str, str]:
    unit, _, name = variable.removeprefix(PREFIX).partition("_")
    if unit.lower() not in UNITS or not name:
        units = ", ".join(known.upper() for known in UNITS)
        raise BadOverrideError(f"{variable}: after {PREFIX} comes one of {units}, then _ and the name of its setting")
    if name.startswith("AWS_"):
        raise BadOverrideError(f"{variable}: a local stack calls its own emulator only")
    return unit.lower(), f"SIMULATOR_{name}" if unit == "SIMULATOR" else name
