"""The stored form of webhooks and of what they are told."""

from typing import Any

from omnigen_jobs.domain.hooks import Hook, HookId, Hooks, Reason, Secret
from omnigen_jobs.domain.messages import Attempt, Message, MessageId, MessageState, Notice
from omnigen_jobs.store.items import Instant, StoredItem
from omnigen_shared.contracts.base import JobId, UserId


class StoredNotice(StoredItem):
    """The index's keys are added beside these."""

    job_id: JobId
    user_id: UserId
    seq: int
    at: Instant
    version: int

    def to_domain(self) -> Notice:
        return Notice(**dict(self))


class StoredSecret(StoredItem):
    text: str
    valid_until: Instant | None = None


class StoredHook(StoredItem):
    hook_id: HookId
    url: str
    description: str = ""
    events: tuple[str, ...]
    secrets: tuple[StoredSecret, ...]
    created_at: Instant
    failing_since: Instant | None = None
    quiet_until: Instant | None = None
    disabled_at: Instant | None = None
    disabled_for: Reason | None = None

    def to_domain(self) -> Hook:
        secrets = tuple(Secret(**dict(secret)) for secret in self.secrets)
        return Hook(**{**dict(self), "secrets": secrets})


class StoredHooks(StoredItem):
    user_id: UserId
    hooks: tuple[StoredHook, ...] = ()
    version: int

    def to_domain(self) -> Hooks:
        hooks = tuple(hook.to_domain() for hook in self.hooks)
        return Hooks(user_id=self.user_id, hooks=hooks, version=self.version)


class StoredAttempt(StoredItem):
    at: Instant
    duration_ms: int
    status: int | None = None
    problem: str | None = None
    detail: str = ""
    answer: str = ""

    def to_domain(self) -> Attempt:
        return Attempt(**dict(self))


class StoredMessage(StoredItem):
    """The index's keys and `expires_at` are added beside these."""

    message_id: MessageId
    hook_id: HookId
    user_id: UserId
    type: str
    body: str
    job_id: JobId | None = None
    created_at: Instant
    state: MessageState
    due_at: Instant | None = None
    tries: int
    is_test: bool = False
    attempts: tuple[StoredAttempt, ...] = ()
    version: int

    def to_domain(self) -> Message:
        attempts = tuple(attempt.to_domain() for attempt in self.attempts)
        values: dict[str, Any] = {**dict(self), "attempts": attempts}
        return Message(**values)
