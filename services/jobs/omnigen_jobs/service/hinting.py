"""Takes the provider's webhooks: early, late, twice or replayed, each may only tell what is asked for again."""

from datetime import timedelta
from typing import Any, Final

import orjson
import structlog

from omnigen_jobs.domain import sends
from omnigen_jobs.domain.changes import Change
from omnigen_jobs.domain.hints import Delivery, Hint, is_waited_for, take_hint
from omnigen_jobs.domain.intents import Held
from omnigen_jobs.domain.records import Intent, Record, Stray
from omnigen_jobs.ports import JobStore, Workflow
from omnigen_jobs.service.writing import write
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.base import IntentId, JobId
from omnigen_shared.contracts.callbacks import read_callback
from omnigen_shared.errors import DependencyUnavailableError, NotFoundError, UnauthenticatedError

UNMATCHED: Final = "webhook_unmatched"
"""Logged for what the provider has signed and we cannot place: somebody has to look at it."""
KEPT_FOR: Final = timedelta(days=90)
KEPT_OF_BODY: Final = 20_000
RUNNING: Final = frozenset({"starting", "processing"})
_log = structlog.get_logger()


class Hinting:
    """`secret` is the provider's for webhooks; None: there are none to be taken."""

    def __init__(self, store: JobStore, workflow: Workflow, clock: Clock, secret: str | None) -> None:
        self._store = store
        self._workflow = workflow
        self._clock = clock
        self._secret = secret

    async def take(self, token: str, delivery: Delivery) -> None:
        """NotFoundError without a secret; UnauthenticatedError unless the provider has signed it lately."""
        if self._secret is None:
            raise NotFoundError("No webhooks are taken here.")
        if not delivery.is_signed(self._secret, self._clock.now()):
            raise UnauthenticatedError("The webhook is not signed by the provider, or too old.")
        place, hint = read_callback(token, self._secret), _read_hint(delivery.body)
        if place is None or hint is None:
            await self._keep(delivery, place, hint, "no call of ours")
            return
        job_id, intent_id = place
        record = await self._store.find_record(job_id)
        intent = None if record is None else record.find_intent(intent_id)
        if record is None or intent is None or not hint.is_about(intent):
            await self._keep(delivery, place, hint, "another call")
            return
        await self._bind(record, intent_id, hint)

    async def _keep(
        self, delivery: Delivery, place: tuple[JobId, IntentId] | None, hint: Hint | None, reason: str
    ) -> None:
        """It may speak of money that we do not know of: the provider need not send it again, we do not forget it."""
        now, (job_id, intent_id) = self._clock.now(), place or ("", "")
        provider_id = "" if hint is None else hint.provider_id
        stray = Stray(
            message_id=delivery.message_id,
            reason=reason,
            received_at=now,
            job_id=job_id,
            intent_id=intent_id,
            provider_id=provider_id,
            body=delivery.body[:KEPT_OF_BODY].decode(errors="replace"),
        )
        await self._store.keep_stray(stray, now + KEPT_FOR)
        _log.warning(UNMATCHED, message_id=delivery.message_id, reason=reason, provider_id=provider_id)

    async def _bind(self, record: Record, intent_id: IntentId, hint: Hint) -> None:
        async def decide(latest: Record) -> Change | None:
            intent = latest.find_intent(intent_id)
            if intent is None:
                return None
            return take_hint(latest.job, intent, hint, await self._find_held(latest, intent, hint), self._clock.now())

        after = await write(self._store, record.job.user_id, record.job.job_id, decide)
        _log.info("webhook_taken", job_id=record.job.job_id, intent_id=intent_id, provider_id=hint.provider_id)
        await self._pass_on(after, intent_id, hint)

    async def _pass_on(self, record: Record, intent_id: IntentId, hint: Hint) -> None:
        """Have the call looked at now. Where that cannot be started, the execution that waits for it looks later."""
        intent = record.find_intent(intent_id)
        if intent is None or not is_waited_for(record.job, intent, hint):
            return
        try:
            await self._workflow.look(record.job, intent_id, hint.provider_id)
        except DependencyUnavailableError as error:
            _log.warning("look_not_started", job_id=record.job.job_id, intent_id=intent_id, error=error.detail)

    async def _find_held(self, record: Record, intent: Intent, hint: Hint) -> Held:
        return Held(
            claim=await self._store.find_claim(record.job.user_id, intent.fingerprint),
            binding=await self._store.find_binding(hint.provider_id),
            send=await self._store.find_send(sends.digest_of(intent)),
        )


def _read_hint(body: bytes) -> Hint | None:
    try:
        told: Any = orjson.loads(body)
        has_ended = told.get("status", "") not in RUNNING
        return Hint(str(told["id"]), str(told["model"]), dict(told["input"]), has_ended=has_ended)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None
