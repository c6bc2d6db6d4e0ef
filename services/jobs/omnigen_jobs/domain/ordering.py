"""From what a user asks for to an order: checked against the catalogue, completed, priced."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

import orjson

from omnigen_jobs.domain.pricing import Estimate, estimate_cost, time_to_finish
from omnigen_jobs.domain.records import Job
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.contracts.catalogue import VIDEO_MODELS, VideoModel
from omnigen_shared.contracts.job import JobRequest
from omnigen_shared.errors import InvalidRequestError
from omnigen_shared.money import format_usd, to_microusd

SEED_LIMIT: Final = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A job that a user may have. `digest` names what was asked for, whatever its spelling in JSON."""

    user_id: UserId
    plan: str
    request: JobRequest
    digest: str
    estimate: Estimate
    max_microusd: int


def place_order(user_id: UserId, plan: str, request: JobRequest, max_cost_usd: Decimal | None) -> Order:
    """The order; InvalidRequestError naming alternatives when the model cannot do it or the maximum is too low."""
    model = find_able_model(request)
    estimate = estimate_cost(request, model)
    return Order(
        user_id=user_id,
        plan=plan,
        request=request,
        digest=_digest(request, max_cost_usd),
        estimate=estimate,
        max_microusd=_maximum(estimate, max_cost_usd),
    )


def draft_job(order: Order, job_id: JobId, now: datetime, lease: timedelta, margin: timedelta) -> Job:
    """The job as it is first written: nothing is reserved, nobody is told of it, and its lease runs out soon."""
    time_allowed = time_to_finish(order.request, VIDEO_MODELS[order.request.model], margin)
    return Job(
        job_id=job_id,
        user_id=order.user_id,
        plan=order.plan,
        request=order.request,
        created_at=now,
        updated_at=now,
        deadline_at=now + time_allowed,
        lease_until=now + lease,
        estimate_microusd=order.estimate.estimate_microusd,
        max_microusd=order.max_microusd,
    )


def derive_seed(parts: Iterable[object]) -> int:
    """The seed of a request that names none: the same parts give the same one. 0 … 2^31 - 1."""
    text = orjson.dumps([str(part) for part in parts])
    return int.from_bytes(hashlib.sha256(text).digest()[:8]) % SEED_LIMIT


def find_able_model(request: JobRequest) -> VideoModel:
    """The model that was asked for, when it exists and can do what was asked of it."""
    model = VIDEO_MODELS.get(request.model)
    if model is None:
        raise _refusal("model", f"{request.model} is not in the catalogue", sorted(VIDEO_MODELS))
    if request.aspect_ratio not in model.aspects:
        raise _cannot(model, "aspect_ratio", request.aspect_ratio, model.aspects)
    if request.resolution not in model.price_microusd_per_s:
        raise _cannot(model, "resolution", request.resolution, model.price_microusd_per_s)
    return model


def _cannot(model: VideoModel, field: str, asked: StrEnum, possible: Iterable[StrEnum]) -> InvalidRequestError:
    able = [
        other.name
        for other in VIDEO_MODELS.values()
        if asked in {*other.aspects, *other.price_microusd_per_s} and other.name != model.name
    ]
    advice = f"; models that can: {', '.join(able)}" if able else ""
    return _refusal(field, f"{model.name} cannot do {asked.value}{advice}", sorted(value.value for value in possible))


def _maximum(estimate: Estimate, max_cost_usd: Decimal | None) -> int:
    if max_cost_usd is None:
        return estimate.ceiling_microusd
    given = to_microusd(max_cost_usd)
    if given >= estimate.certain_microusd:
        return min(given, estimate.ceiling_microusd)
    least = format_usd(estimate.certain_microusd)
    field = {"field": "max_cost_usd", "message": f"such a video costs at least {least}", "limits": {"ge": least}}
    raise InvalidRequestError(
        "Not valid: max_cost_usd.",
        remedy="Allow more, or order a shorter or smaller video.",
        details={"fields": [field], "estimate_usd": format_usd(estimate.estimate_microusd), "least_usd": least},
    )


def _digest(request: JobRequest, max_cost_usd: Decimal | None) -> str:
    limit = None if max_cost_usd is None else to_microusd(max_cost_usd)
    text = orjson.dumps([request.model_dump(mode="json"), limit], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()


def _refusal(field: str, message: str, expected: list[str]) -> InvalidRequestError:
    found = {"field": field, "message": message, "limits": {"expected": expected}}
    return InvalidRequestError(f"Not valid: {field}.", remedy="Choose one that is listed.", details={"fields": [found]})
