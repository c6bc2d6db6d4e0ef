"""HTTP in and out. The generator and jobs call, each time for one user: the identity's subject."""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response

from omnigen_composer.domain.keys import WorkRequest
from omnigen_composer.service.answering import Composer, Outcome
from omnigen_shared.contracts.composer import Pending, Recipe, RenderRequest, SegmentRequest
from omnigen_shared.contracts.exports import FormRequest
from omnigen_shared.contracts.stills import StillRequest
from omnigen_shared.http.caller import allow
from omnigen_shared.identity import Identity

RETRY_AFTER_S: Final = 1
_WAIT: Final = re.compile(r"(?:^|[,;\s])wait=(\d{1,6})\b")

router = APIRouter(prefix="/v1")
Generator = Annotated[Identity, allow("generator")]
Jobs = Annotated[Identity, allow("jobs")]
Prefer = Annotated[str, Header()]


@router.get("/recipe")
async def get_recipe(request: Request, _caller: Generator) -> Recipe:
    return Recipe(recipe_id=_composer(request).recipe_id)


@router.put("/segments/{key:path}")
async def put_segment(
    key: str, body: SegmentRequest, request: Request, caller: Generator, prefer: Prefer = ""
) -> Response:
    return await _order(key, body, request, caller, prefer)


@router.put("/renders/{key:path}")
async def put_render(
    key: str, body: RenderRequest, request: Request, caller: Generator, prefer: Prefer = ""
) -> Response:
    return await _order(key, body, request, caller, prefer)


@router.put("/exports/{key:path}")
async def put_export(key: str, body: FormRequest, request: Request, caller: Jobs, prefer: Prefer = "") -> Response:
    return await _order(key, body, request, caller, prefer)


@router.put("/stills/{key:path}")
async def put_still(key: str, body: StillRequest, request: Request, caller: Jobs, prefer: Prefer = "") -> Response:
    return await _order(key, body, request, caller, prefer)


@router.delete("/exports/{key:path}", status_code=204)
async def delete_export(key: str, request: Request, caller: Jobs) -> None:
    await _composer(request).cancel(caller.subject, key)


@router.delete("/segments/{key:path}", status_code=204)
@router.delete("/renders/{key:path}", status_code=204)
async def delete_work(key: str, request: Request, caller: Generator) -> None:
    await _composer(request).cancel(caller.subject, key)


def find_wait_s(prefer: str) -> int | None:
    """N of `Prefer: wait=N` (RFC 7240), or None."""
    found = _WAIT.search(prefer)
    return int(found.group(1)) if found else None


def pause_s(progress: float) -> int:
    """When to ask again: at once if it is being made, since a call that is held hears of its end without delay."""
    return 0 if progress > 0 else RETRY_AFTER_S


async def _order(key: str, body: WorkRequest, request: Request, caller: Identity, prefer: str) -> Response:
    outcome = await _composer(request).order(caller.subject, key, body, find_wait_s(prefer))
    return _render(outcome)


def _render(outcome: Outcome) -> Response:
    content = outcome.model_dump_json()
    if isinstance(outcome, Pending):
        return Response(content, 202, {"Retry-After": str(pause_s(outcome.progress))}, "application/json")
    return Response(content, 200, media_type="application/json")


def _composer(request: Request) -> Composer:
    composer: Composer = request.state.composer
    return composer
