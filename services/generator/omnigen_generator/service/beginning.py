"""Scenes that begin with the plan: its worker is awake, while each of the scenes' own has yet to start."""

from collections.abc import Sequence
from typing import Final

import structlog

from omnigen_generator.domain.errors import JobTerminalError, StaleAttemptError
from omnigen_generator.service.scene import advance_scene
from omnigen_generator.service.turn import Turn
from omnigen_shared.contracts.job import SceneState
from omnigen_shared.together import run_all

AT_ONCE: Final = 12
"""Each scene takes some calls of jobs and quota; those after these begin with their own steps."""

_log = structlog.get_logger()


async def begin_scenes(turn: Turn, chains: Sequence[Sequence[int]]) -> None:
    """The first step of each chain's first scene, unless it has begun already. How it ended, the record says."""
    firsts = [chain[0] for chain in chains if turn.get_scene(chain[0]).state is SceneState.QUEUED]
    await run_all(_begin(turn, number) for number in firsts[:AT_ONCE])


async def _begin(turn: Turn, number: int) -> None:
    """Whatever goes wrong here, the scene's own step meets again, and says so; but for a lost attempt."""
    try:
        await advance_scene(turn.fork(), number)
    except (StaleAttemptError, JobTerminalError):
        raise
    except Exception as error:  # noqa: BLE001 - one scene's trouble is not the plan's, nor the others'
        _log.warning("scene_not_begun", job_id=turn.ref.job_id, scene=number, error=type(error).__name__)
