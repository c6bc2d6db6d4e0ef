"""From what a user asks for to an order: checked against the catalogue, cut into clips, priced."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import orjson

from omnigen_jobs.domain.abilities import Wish, get_able_model
from omnigen_jobs.domain.pricing import Estimate, estimate_cost, time_to_finish
from omnigen_jobs.domain.records import Job
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.contracts.catalogue import VIDEO_MODELS, VideoModel
from omnigen_shared.contracts.job import JobRequest, Used
from omnigen_shared.contracts.media import FPS
from omnigen_shared.contracts.storyboard import Cut, Storyboard, count_frames
from omnigen_shared.errors import InvalidRequestError
from omnigen_shared.money import format_usd, to_microusd

HIGHEST_COST_USD: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A job that a user may have. `digest` names what was asked for, whatever its spelling in JSON.

    With a `storyboard` nothing is left to plan.
    """

    user_id: UserId
    plan: str
    request: JobRequest
    cuts: tuple[Cut, ...]
    storyboard: Storyboard | None = None
    digest: str
    estimate: Estimate
    max_microusd: int


def place_order(user_id: UserId, plan: str, wish: Wish, max_cost_usd: Decimal | None) -> Order:
    """The order; ModelUnableError when the model cannot do it, InvalidRequestError when the maximum is too low."""
    model = get_able_model(wish)
    cuts, storyboard = wish.to_cuts(model), wish.to_storyboard(model)
    estimate = estimate_cost(wish.request, model, cuts, is_planned=storyboard is not None)
    return Order(
        user_id=user_id,
        plan=plan,
        request=wish.request,
        cuts=tuple(map(_to_cut, cuts)),
        storyboard=storyboard,
        digest=_digest(wish.request, storyboard, max_cost_usd),
        estimate=estimate,
        max_microusd=_maximum(estimate, max_cost_usd),
    )


def draft_job(order: Order, job_id: JobId, now: datetime, lease: timedelta, margin: timedelta) -> Job:
    """The job as it is first written: nothing is reserved, nobody is told of it, and its lease runs out soon."""
    model = VIDEO_MODELS[order.request.model]
    return Job(
        job_id=job_id,
        user_id=order.user_id,
        plan=order.plan,
        request=order.request,
        cuts=order.cuts,
        storyboard=order.storyboard,
        used=describe_use(order.request, model, order.cuts),
        created_at=now,
        updated_at=now,
        deadline_at=now + time_to_finish(order.request, model, len(order.cuts), margin),
        lease_until=now + lease,
        estimate_microusd=order.estimate.estimate_microusd,
        max_microusd=order.max_microusd,
        round_max_microusd=order.max_microusd,
    )


def describe_use(request: JobRequest, model: VideoModel, cuts: tuple[Cut, ...]) -> Used:
    """What will be generated for a request, which may be more than was asked for, and never less."""
    return Used(
        model=model.name,
        resolution=model.offers[request.resolution].delivered,
        aspect_ratio=request.aspect_ratio,
        duration_s=count_frames(cuts) / FPS,
        paid_s=sum(cut.clip_duration_s for cut in cuts),
    )


def _maximum(estimate: Estimate, max_cost_usd: Decimal | None) -> int:
    if max_cost_usd is None:
        return estimate.ceiling_microusd
    given = to_microusd(max_cost_usd)
    if given >= estimate.estimate_microusd:
        return min(given, estimate.ceiling_microusd)
    least = format_usd(estimate.estimate_microusd)
    message = f"Such a video costs {least} USD"
    field = {"field": "max_cost_usd", "message": message, "limits": describe_cost(ge=least)}
    raise InvalidRequestError(
        f"Not valid: max_cost_usd, which must be at least {least} USD for such a video.",
        remedy="Allow more, or order a shorter or smaller video.",
        details={"fields": [field], "estimate_usd": least, "least_usd": least},
    )


def describe_cost(**least: str) -> dict[str, object]:
    """What `max_cost_usd` may be, for people to read; amounts are text in USD."""
    return {"type": "decimal", "unit": "USD", **least, "le": f"{HIGHEST_COST_USD}.00", "decimal_places": 6}


def _to_cut(cut: Cut) -> Cut:
    return Cut(clip_duration_s=cut.clip_duration_s, kept_frames=cut.kept_frames, transition=cut.transition)


def _digest(request: JobRequest, storyboard: Storyboard | None, max_cost_usd: Decimal | None) -> str:
    limit = None if max_cost_usd is None else to_microusd(max_cost_usd)
    board = None if storyboard is None else storyboard.model_dump(mode="json")
    text = orjson.dumps([request.model_dump(mode="json"), board, limit], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()
