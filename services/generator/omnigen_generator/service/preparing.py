"""Segments from the composer, by key: asking for one starts it, and asking again is how one learns that it is there."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from omnigen_generator.domain.errors import (
    ClipInvalidError,
    CompositionError,
    MusicInvalidError,
    RecipeMismatchError,
    VoiceInvalidError,
)
from omnigen_generator.domain.outcomes import Reason, Waiting
from omnigen_generator.domain.segments import find_soundtrack, keyed, pinned_recipe, render_request
from omnigen_generator.ports import Composing
from omnigen_generator.service.turn import Turn
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.composer import Pending, SegmentRequest, render_key
from omnigen_shared.contracts.failure import FailureCode
from omnigen_shared.errors import DependencyUnavailableError, RemoteProblemError

MAX_WAIT_S: Final = 2


async def prepare(turn: Turn, requests: Iterable[SegmentRequest]) -> Waiting | Reason | None:
    """None when all of them are there; Waiting while the composer works; the Reason when one cannot be made."""
    asked = [_put(turn, key, request) for key, request in keyed(turn.snapshot, requests)]
    answers = [answer for answer in await asyncio.gather(*asked) if answer is not None]
    refusals = [answer for answer in answers if isinstance(answer, Reason)]
    if refusals:
        return refusals[0]
    waits = [answer for answer in answers if isinstance(answer, Waiting)]
    return min(waits, key=lambda waiting: waiting.wait_s, default=None)


async def begin(turn: Turn, requests: Iterable[SegmentRequest]) -> None:
    """Order them and wait for none: whoever prepares them later is told how it went."""
    for key, request in keyed(turn.snapshot, requests):
        with suppress(RemoteProblemError, DependencyUnavailableError):
            await turn.tools.composer.put_segment(turn.ref, key, request, is_held=False)


async def begin_soundtrack(turn: Turn) -> None:
    """Order it once everything that is heard is there, while clips are still made; the render asks how it went."""
    soundtrack = find_soundtrack(turn.snapshot)
    if soundtrack is not None:
        with suppress(MusicInvalidError, VoiceInvalidError):  # the render is told so too, and leaves it out
            await prepare(turn, (soundtrack,))


async def begin_video(turn: Turn) -> None:
    """Order the join of scenes that are all there, while the state machine goes its way to the render.

    That one asks for the same, and is told what there is to tell.
    """
    if find_soundtrack(turn.snapshot) is None:
        return
    request = render_request(turn.snapshot, is_silent=False)
    key = render_key(UserId(turn.ref.user_id), pinned_recipe(turn.snapshot), request)
    with suppress(RemoteProblemError, DependencyUnavailableError):
        await turn.tools.composer.put_render(turn.ref, key, request, is_held=False)


async def _put(turn: Turn, key: str, request: SegmentRequest) -> Waiting | Reason | None:
    try:
        answer = await turn.tools.composer.put_segment(turn.ref, key, request, is_held=turn.is_awaited)
    except ClipInvalidError as error:
        return Reason(
            FailureCode.CLIP_INVALID,
            error.detail,
        )
    except (RecipeMismatchError, CompositionError) as error:
        return refusal(error)
    except DependencyUnavailableError as error:
        return _not_ready(error.retry_after_s or MAX_WAIT_S)
    if isinstance(answer, Composing):
        return composing(answer)
    return None


def composing(answer: Composing) -> Waiting:
    """The composer is at it; its own hint says when to ask again, but not later than MAX_WAIT_S."""
    return _not_ready(answer.retry_after_s)


def _not_ready(hint_s: int) -> Waiting:
    return Waiting(
        min(max(hint_s, 0), MAX_WAIT_S),
        Reason(
            FailureCode.DEADLINE_EXCEEDED,
            "The composer was not ready before the job's time was over.",
        ),
    )


AGAIN: Final = composing(Composing(Pending(progress=0), retry_after_s=1))
"""As soon as possible."""


def refusal(error: RecipeMismatchError | CompositionError) -> Reason:
    """What the composer will not do however often it is asked."""
    if isinstance(error, RecipeMismatchError):
        return Reason(
            FailureCode.RECIPE_MISMATCH,
            f"No composer has the recipe that this job began with: {error.detail}",
        )
    return Reason(
        FailureCode.RENDER_FAILED,
        f"The composer failed ({error.remote_code}): {error.detail}",
    )
