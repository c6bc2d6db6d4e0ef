"""Moves amounts between the deployment's budget and users' months: announce, apply, conclude."""

import secrets
from typing import Final

import structlog

from omnigen_quota.domain.bookings import MonthState
from omnigen_quota.domain.ledger import sum_day
from omnigen_quota.domain.lending import (
    Borrowing,
    DeploymentRules,
    announce,
    apply_transfer,
    begin_deployment,
    begin_loan,
    conclude,
    list_alarms,
    plan_forgetting,
    plan_loan,
    plan_settlement,
)
from omnigen_quota.domain.loans import DeploymentMonth, Transfer
from omnigen_quota.domain.months import day_of
from omnigen_quota.domain.updates import Update
from omnigen_quota.ports import UsageTable
from omnigen_quota.service.rounds import Place
from omnigen_shared.clock import Clock
from omnigen_shared.errors import DependencyUnavailableError, QuotaExceededError
from omnigen_shared.signals import Metric
from omnigen_shared.telemetry import meter

MAX_ROUNDS: Final = 10
_log = structlog.get_logger()
_reached = meter().create_counter(Metric.SPEND_REACHED)
_turned_away = meter().create_counter(Metric.SPEND_REFUSED)


class Lender:
    """Safe beside any number of others."""

    def __init__(self, table: UsageTable, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    async def lend(self, place: Place, borrowing: Borrowing) -> MonthState | None:
        """The user's month with more to spend, or after another transfer was finished first: decide again.

        QuotaExceededError when the deployment's caps do not allow it.
        """
        deployment = await self._get_deployment(place.month)
        for _ in range(MAX_ROUNDS):
            under_way = deployment.pending.get(place.user_id)
            if under_way is not None:
                return await self.finish(place.user_id, place.month, under_way)
            transfer = _plan(deployment, borrowing)
            update = announce(deployment, place.user_id, transfer, borrowing.rules)
            deployment = await self._apply(place.month, update)
            if deployment.pending.get(place.user_id) == transfer:
                _sound_alarms(deployment, transfer, borrowing.rules)
                return await self.finish(place.user_id, place.month, transfer)
        raise DependencyUnavailableError(f"The deployment's month changed {MAX_ROUNDS} times under one request.")

    async def finish(self, user_id: str, month: str, transfer: Transfer) -> MonthState | None:
        """The user's month once the transfer is applied or void, and concluded."""
        state = await self._table.find_month(user_id, month)
        for _ in range(MAX_ROUNDS):
            if state is None or state.loan is None:
                raise DependencyUnavailableError(f"{month} of this user has no loan to move anything to.")
            update = apply_transfer(state.loan, transfer)
            if update is None:
                await self._table.apply_deployment(month, conclude(user_id, transfer, state.loan))
                return state
            state = await self._table.apply(user_id, month, update)
        raise DependencyUnavailableError(f"{month} of this user changed {MAX_ROUNDS} times under one transfer.")

    async def finish_all(self, month: str) -> None:
        """What crashes have left halfway. One that cannot be finished is left to the next time."""
        deployment = await self._table.find_deployment(month)
        pending = {} if deployment is None else deployment.pending
        for user_id, transfer in pending.items():
            try:
                await self.finish(user_id, month, transfer)
            except DependencyUnavailableError as error:
                _log.warning("transfer_not_finished", user_id=user_id, month=month, error=error.detail)

    async def forget(self, month: str) -> None:
        """Transfers that were concluded long ago."""
        deployment = await self._table.find_deployment(month)
        while deployment is not None and (update := plan_forgetting(deployment, self._clock.now())) is not None:
            deployment = await self._table.apply_deployment(month, update)

    async def settle(self, user_id: str, month: str, rules: DeploymentRules) -> bool:
        """Count a month from before there were caps, take back what lies idle; whether anything was moved.

        When a cap was lowered under what is lent, all that is not spent goes back.
        """
        state = await self._table.find_month(user_id, month)
        if state is not None and state.loan is None and rules.has_caps:
            state = await self._begin_loan(user_id, month, state)
        if state is None or state.loan is None:
            return False
        deployment, now = await self._get_deployment(month), self._clock.now()
        is_recalled = rules.is_exceeded(deployment, day_of(now))
        transfer = plan_settlement(state.loan, now, secrets.token_hex(8), is_recalled=is_recalled)
        if transfer is None:
            return False
        after = await self._apply(month, announce(deployment, user_id, transfer))
        under_way = after.pending.get(user_id)
        if under_way == transfer:
            _sound_alarms(after, transfer, rules)
        if under_way is not None:
            await self.finish(user_id, month, under_way)
        return under_way == transfer

    async def _begin_loan(self, user_id: str, month: str, state: MonthState) -> MonthState | None:
        day, rows = day_of(self._clock.now()), await self._table.list_all_rows(user_id)
        debt = begin_loan(state.spend_microusd, day, sum_day(month, state, rows, day))
        return await self._table.apply(user_id, month, debt)

    async def _get_deployment(self, month: str) -> DeploymentMonth:
        return await self._table.find_deployment(month) or await self._apply(month, begin_deployment())

    async def _apply(self, month: str, update: Update) -> DeploymentMonth:
        after = await self._table.apply_deployment(month, update)
        if after is None:
            raise DependencyUnavailableError(f"The deployment's {month} is gone.")
        return after


def _plan(deployment: DeploymentMonth, borrowing: Borrowing) -> Transfer:
    try:
        return plan_loan(deployment, borrowing, secrets.token_hex(8))
    except QuotaExceededError as refusal:
        _log.warning("deployment_spend_refused", day=borrowing.day, **refusal.details)
        _turned_away.add(1, {"cap": refusal.details["cap"]})
        raise


def _sound_alarms(after: DeploymentMonth, transfer: Transfer, rules: DeploymentRules) -> None:
    for cap, percent in list_alarms(after, transfer, rules):
        _log.warning("deployment_spend_reached", day=transfer.day, cap=cap, percent=percent)
        _reached.add(1, {"cap": cap, "percent": percent})
