"""Sends one message: claimed by a conditional write, sent, and accounted for by another.

Dies before the request → due again when the lease ends. Dies after it, or loses the race to account for it → sent once
more. So every message is sent at least once, and a receiver knows repetitions by the id.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from omnigen_jobs.domain.changes import bumped
from omnigen_jobs.domain.health import account
from omnigen_jobs.domain.hooks import Hook
from omnigen_jobs.domain.messages import Message, MessageMark, Posting, claim, conclude, drop, give_up, put_off
from omnigen_jobs.ports import PostStore, Receivers, Sent, WriteConflictError
from omnigen_jobs.service.writing import TRIES, pause
from omnigen_shared.clock import Clock
from omnigen_shared.errors import DependencyUnavailableError

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Delivering:
    """`lease` is longer than a request may take; `retries_s` are the waits after each failure."""

    store: PostStore
    receivers: Receivers
    clock: Clock
    lease: timedelta
    retries_s: Sequence[float]

    async def deliver(self, mark: MessageMark) -> None:
        """If it is still due. WriteConflictError when somebody else has taken it."""
        message = await self.store.find_message(mark)
        if message is None or message.due_at is None or message.due_at > self.clock.now():
            return
        hook = (await self.store.get_hooks(message.user_id)).find(message.hook_id)
        if hook is None:
            await self.store.commit(Posting(removed=message))
        elif not hook.is_enabled and not message.is_test:
            await self.store.commit(Posting(messages=(drop(message),)))
        elif hook.quiet_until is not None and hook.quiet_until > self.clock.now():
            await self.store.commit(Posting(messages=(put_off(message, hook.quiet_until, _spread()),)))
        else:
            await self.send(message, hook)

    async def send(self, message: Message, hook: Hook) -> Message:
        """The message after an attempt. WriteConflictError as of `deliver`."""
        claimed = claim(message, self.clock.now(), self.lease)
        await self.store.commit(Posting(messages=(claimed,)))
        claimed, now = bumped(claimed), self.clock.now()
        sent = await self.receivers.send(hook.url, hook.secrets_at(now), claimed, now)
        after = conclude(claimed, sent.attempt, self.retries_s, _spread(), sent.wish_s)
        return await self._account(give_up(after) if sent.is_gone else after, sent)

    async def _account(self, message: Message, sent: Sent) -> Message:
        for lost in range(TRIES):
            before = await self.store.get_hooks(message.user_id)
            posting = account(before, message, is_gone=sent.is_gone, now=self.clock.now())
            try:
                await self.store.commit(posting)
            except WriteConflictError:
                await self._check_ours(message)
                await pause(lost)
            else:
                self._say(message, posting)
                return bumped(message)
        raise DependencyUnavailableError(f"Too many write the webhooks of {message.user_id} at once.")

    async def _check_ours(self, message: Message) -> None:
        """WriteConflictError when our lease was over and somebody else sends it, or its user wants it sent anew."""
        stored = await self.store.find_message(MessageMark(message.hook_id, message.message_id))
        if stored is None or stored.version != message.version:
            raise WriteConflictError

    def _say(self, message: Message, posting: Posting) -> None:
        attempt, hook = message.attempts[-1], None if posting.hooks is None else posting.hooks.find(message.hook_id)
        about = {"webhook_id": message.hook_id, "message_id": message.message_id, "type": message.type}
        _log.info("webhook_sent", **about, state=message.state.value, status=attempt.status, problem=attempt.problem)
        if hook is not None and not hook.is_enabled:
            _log.warning("webhook_disabled", **about, reason=hook.disabled_for, failing_since=str(hook.failing_since))


def _spread() -> float:
    return random.random()  # noqa: S311 - spreads, guards nothing
