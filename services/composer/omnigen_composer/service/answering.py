"""The use cases: an artefact is ordered by its key, and asked for again until it is there."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from omnigen_composer.domain.frames import body_span, transition_spans
from omnigen_composer.domain.keys import Form, WorkRequest, check_key, check_owned
from omnigen_composer.domain.problems import ProblemRecord
from omnigen_composer.ports import ArtefactStore, Workshop
from omnigen_composer.service.leases import Held, Leases
from omnigen_composer.service.works import Crew, Work
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.composer import (
    BodyRequest,
    Pending,
    RenderRequest,
    RenderResult,
    SegmentResult,
    TransitionRequest,
    segment_key,
)
from omnigen_shared.contracts.exports import ExportResult
from omnigen_shared.contracts.stills import StillRequest, StillResult

Result = SegmentResult | RenderResult | ExportResult | StillResult
Outcome = Result | Pending
ELSEWHERE_POLL_S: Final = 0.5
SOUND_SHARE: Final = 0.1
"""How far a render is when its soundtrack is there: that is made first, unless it has been ordered before."""


@dataclass(frozen=True, slots=True)
class WaitLimits:
    """How long one call waits for a result: without being told, and at most."""

    default_s: float
    max_s: float

    def clamp(self, wanted_s: float | None) -> float:
        return self.default_s if wanted_s is None else min(wanted_s, self.max_s)


class Composer:
    """Answers from the store when it can, and from the crew when it has to.

    Once `is_stopping` nobody is kept waiting: they ask again, and find another task.
    """

    def __init__(
        self,
        store: ArtefactStore,
        workshop: Workshop,
        leases: Leases,
        crew: Crew,
        waits: WaitLimits,
        is_stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._workshop = workshop
        self._leases = leases
        self._crew = crew
        self._waits = waits
        self._is_stopping = is_stopping

    @property
    def recipe_id(self) -> str:
        return self._workshop.recipe_id

    async def order(self, subject: UserId, key: str, request: WorkRequest, wait_s: float | None) -> Outcome:
        """The finished artefact's result, or how far it is after the wait.

        The problem of a piece of work that has failed is raised once; the next order begins it again. A render makes
        its soundtrack first, which is a piece of work of its own: often it is there already.
        """
        check_key(subject, self.recipe_id, key, request)
        _check_arithmetic(request)
        until = _now() + self._waits.clamp(wait_s)
        if isinstance(request, RenderRequest) and await self._find_result(key, request) is None:
            sound = await self._get(segment_key(subject, self.recipe_id, request.soundtrack), request.soundtrack, until)
            if isinstance(sound, Pending):
                return Pending(progress=sound.progress * SOUND_SHARE)
        return await self._get(key, request, until)

    async def cancel(self, subject: UserId, key: str) -> None:
        """End the work on this key, wherever it runs. A finished artefact stays."""
        check_owned(subject, (key,))
        if not await self._crew.stop(key):
            await self._leases.cancel(key)

    async def _get(self, key: str, request: WorkRequest, until: float) -> Outcome:
        result = await self._find_result(key, request)
        if result is not None:
            return result
        work, task = self._crew.join(key, request)
        admission = await asyncio.shield(work.admission)
        if isinstance(admission, ProblemRecord):
            raise admission.to_error()
        if isinstance(admission, Held):
            return await self._wait_elsewhere(key, request, admission, until)
        while not task.done() and (left_s := self._left_s(until)) > 0:
            await asyncio.wait({task}, timeout=min(left_s, ELSEWHERE_POLL_S))
        return await self._read_outcome(work) if task.done() else Pending(progress=work.progress)

    def _left_s(self, until: float) -> float:
        return 0.0 if self._is_stopping() else until - _now()

    async def _read_outcome(self, work: Work) -> Outcome:
        if work.problem is not None:
            await self._leases.forget(work.key, work.problem)
            raise work.problem.to_error()
        return await self._find_result(work.key, work.request) or Pending(progress=0)

    async def _wait_elsewhere(self, key: str, request: WorkRequest, held: Held, until: float) -> Outcome:
        while (left_s := self._left_s(until)) > 0:
            await asyncio.sleep(min(ELSEWHERE_POLL_S, left_s))
            result = await self._find_result(key, request)
            if result is not None:
                return result
        return Pending(progress=held.progress)

    async def _find_result(self, key: str, request: WorkRequest) -> Result | None:
        found = await self._store.find(key)
        if found is None or found.result_json is None:
            return None
        return _kind_of(request).model_validate_json(found.result_json)


def _kind_of(request: WorkRequest) -> type[Result]:
    if isinstance(request, Form):
        return ExportResult
    if isinstance(request, StillRequest):
        return StillResult
    return RenderResult if isinstance(request, RenderRequest) else SegmentResult


def _check_arithmetic(request: WorkRequest) -> None:
    if isinstance(request, BodyRequest):
        body_span(request)
    elif isinstance(request, TransitionRequest):
        transition_spans(request)


def _now() -> float:
    return asyncio.get_running_loop().time()
