"""What users do with their webhooks."""

import base64
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from omnigen_jobs.domain import hooks as rules
from omnigen_jobs.domain.changes import bumped
from omnigen_jobs.domain.hooks import TEST, Hook, HookId, Hooks, Secret
from omnigen_jobs.domain.messages import Message, MessageId, MessageMark, Posting, begin_anew, message_about
from omnigen_jobs.domain.problems import WebhookDisabledError, nothing_there
from omnigen_jobs.ports import PostStore, Receivers, WriteConflictError
from omnigen_jobs.service.delivering import Delivering
from omnigen_jobs.service.writing import TRIES, pause, rewrite
from omnigen_shared.clock import Clock, to_rfc3339
from omnigen_shared.contracts.base import UserId
from omnigen_shared.errors import DependencyUnavailableError

SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Hooking:
    """NotFoundError for somebody else's webhook and for its messages."""

    store: PostStore
    receivers: Receivers
    delivering: Delivering
    clock: Clock

    async def list_all(self, user_id: UserId) -> Sequence[Hook]:
        """In the order in which they were registered."""
        return (await self.store.get_hooks(user_id)).hooks

    async def get(self, user_id: UserId, hook_id: HookId) -> Hook:
        return (await self.store.get_hooks(user_id)).get(hook_id)

    async def register(self, user_id: UserId, url: str, events: Sequence[str], description: str) -> Hook:
        """InvalidRequestError for an address that nothing may be sent to, TooManyWebhooksError."""
        self.receivers.check(url)
        hook = Hook(
            hook_id=HookId(f"whk_{secrets.token_hex(16)}"),
            url=url,
            description=description,
            events=tuple(dict.fromkeys(events)),
            secrets=(Secret(text=_new_secret()),),
            created_at=self.clock.now(),
        )
        await self._write(user_id, lambda hooks: rules.register(hooks, hook))
        return hook

    async def rotate(self, user_id: UserId, hook_id: HookId, overlap: timedelta) -> Hook:
        """With its new secret; the former one signs beside it for a while."""
        secret, now = _new_secret(), self.clock.now()
        return (await self._write(user_id, lambda hooks: rules.rotate(hooks, hook_id, secret, now, overlap))).get(
            hook_id
        )

    async def enable(self, user_id: UserId, hook_id: HookId) -> Hook:
        return (await self._write(user_id, lambda hooks: rules.enable(hooks, hook_id))).get(hook_id)

    async def delete(self, user_id: UserId, hook_id: HookId) -> None:
        """It is told nothing any more; what was on its way is removed when it is due."""
        await self._write(user_id, lambda hooks: rules.remove(hooks, hook_id))

    async def test(self, user_id: UserId, hook_id: HookId) -> Message:
        """A message of its own, sent once and now, also to a webhook that is disabled."""
        hook, now = await self.get(user_id, hook_id), self.clock.now()
        nonce = secrets.token_hex(8)
        return await self.delivering.send(
            message_about(hook, user_id, TEST, {"webhook_id": hook_id, "nonce": nonce}, now), hook
        )

    async def list_messages(
        self, user_id: UserId, hook_id: HookId, before: MessageId | None, limit: int
    ) -> Sequence[Message]:
        """The newest first."""
        await self.get(user_id, hook_id)
        return await self.store.list_messages(hook_id, before, limit)

    async def resend(self, user_id: UserId, hook_id: HookId, message_id: MessageId) -> Message:
        """It is due now, with all its attempts before it. WebhookDisabledError."""
        hook = (await self._write(user_id, lambda hooks: rules.wake(hooks, hook_id))).get(hook_id)
        _check_enabled(hook)
        for lost in range(TRIES):
            message = await self.store.find_message(MessageMark(hook_id, message_id))
            if message is None:
                raise nothing_there()
            anew = begin_anew(message, self.clock.now())
            try:
                await self.store.commit(Posting(messages=(anew,)))
            except WriteConflictError:
                await pause(lost)
            else:
                return bumped(anew)
        raise DependencyUnavailableError(f"Too many write {message_id} at once.")

    async def _write(self, user_id: UserId, decide: Callable[[Hooks], Hooks]) -> Hooks:
        return await rewrite(
            lambda: self.store.get_hooks(user_id), decide, lambda after: self.store.commit(Posting(hooks=after))
        )


def _new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def _check_enabled(hook: Hook) -> None:
    if hook.disabled_at is not None:
        details = {"disabled_at": to_rfc3339(hook.disabled_at), "disabled_for": hook.disabled_for}
        raise WebhookDisabledError("Nothing is sent to a webhook that is disabled.", details=details)
