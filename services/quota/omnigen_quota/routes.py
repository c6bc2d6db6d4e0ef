"""Quota's HTTP: reservations for jobs and the generator, usage for the gateway. The user is the identity's subject."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from omnigen_quota.domain.bookings import BookingMark
from omnigen_quota.domain.plans import plan_named
from omnigen_quota.schemas import CURSOR_PATTERN, LedgerAnswer, UsageAnswer, place_of, show_ledger, show_usage
from omnigen_quota.service.accounts import QuotaService
from omnigen_quota.service.leasing import RateService
from omnigen_quota.service.rounds import Place
from omnigen_shared.contracts.rates import RateLeaseOrders, RateLeaseOutcomes
from omnigen_shared.contracts.spending import (
    Closing,
    IntentState,
    Reservation,
    ReserveRequest,
    SettleRequest,
    SpendRequest,
)
from omnigen_shared.http.caller import allow
from omnigen_shared.identity import Identity
from omnigen_shared.signals import COST_MICROUSD
from omnigen_shared.tracing import annotate

ID_PATTERN = r"^[A-Za-z0-9._-]{1,64}$"
MONTH_PATTERN = r"^\d{4}-(0[1-9]|1[0-2])$"

FromJobs = Annotated[Identity, allow("jobs")]
FromGenerator = Annotated[Identity, allow("generator")]
FromEither = Annotated[Identity, allow("generator", "jobs")]
FromGateway = Annotated[Identity, allow("gateway")]
JobPath = Annotated[str, Path(pattern=ID_PATTERN)]
IntentPath = Annotated[str, Path(pattern=ID_PATTERN)]
MonthPath = Annotated[str, Path(pattern=MONTH_PATTERN)]

router = APIRouter()
_BOOKING = "/internal/v1/reservations/{month}/{job_id}"


def _service_of(request: Request) -> QuotaService:
    service: QuotaService = request.state.quota
    return service


def _rates_of(request: Request) -> RateService:
    service: RateService = request.state.rates
    return service


Quota = Annotated[QuotaService, Depends(_service_of)]
Rates = Annotated[RateService, Depends(_rates_of)]


@router.put("/internal/v1/reservations/{job_id}")
async def put_reservation(quota: Quota, caller: FromJobs, job_id: JobPath, order: ReserveRequest) -> Reservation:
    return await quota.reserve(caller.subject, plan_named(caller.plan), job_id, order)


@router.put(_BOOKING + "/intents/{intent_id}")
async def put_intent(
    quota: Quota, caller: FromGenerator, month: MonthPath, job_id: JobPath, intent_id: IntentPath, order: SpendRequest
) -> IntentState:
    annotate({COST_MICROUSD: order.price_microusd})
    return await quota.spend(Place(caller.subject, month, job_id), intent_id, order.price_microusd)


@router.post(_BOOKING + "/intents/{intent_id}/settle")
async def post_settle(
    quota: Quota, caller: FromEither, month: MonthPath, job_id: JobPath, intent_id: IntentPath, order: SettleRequest
) -> IntentState:
    annotate({COST_MICROUSD: order.actual_microusd})
    return await quota.settle(Place(caller.subject, month, job_id), intent_id, order.actual_microusd)


@router.post(_BOOKING + "/intents/{intent_id}/refund")
async def post_refund(
    quota: Quota, caller: FromEither, month: MonthPath, job_id: JobPath, intent_id: IntentPath
) -> IntentState:
    return await quota.refund(Place(caller.subject, month, job_id), intent_id)


@router.post(_BOOKING + "/commit")
async def post_commit(quota: Quota, caller: FromJobs, month: MonthPath, job_id: JobPath) -> Closing:
    return await quota.close(Place(caller.subject, month, job_id), BookingMark.COMMITTED)


@router.post(_BOOKING + "/release")
async def post_release(quota: Quota, caller: FromJobs, month: MonthPath, job_id: JobPath) -> Closing:
    return await quota.close(Place(caller.subject, month, job_id), BookingMark.RELEASED)


@router.get("/api/v1/usage")
async def get_usage(quota: Quota, caller: FromGateway) -> UsageAnswer:
    """Your month: videos, jobs, storyboards and spend against the plan's limits."""
    return show_usage(await quota.get_usage(caller.subject), plan_named(caller.plan))


@router.get("/api/v1/usage/ledger")
async def get_ledger(
    quota: Quota,
    caller: FromGateway,
    cursor: Annotated[str, Query(pattern=CURSOR_PATTERN)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> LedgerAnswer:
    """What your month was charged for, row by row."""
    return show_ledger(await quota.page_ledger(caller.subject, place_of(cursor), limit), limit)


@router.post("/internal/v1/rate-leases")
async def post_rate_leases(rates: Rates, _caller: FromGateway, batch: RateLeaseOrders) -> RateLeaseOutcomes:
    """The one route whose users are named in the body: they are many."""
    return RateLeaseOutcomes(outcomes=await rates.lease_all(batch.orders))
