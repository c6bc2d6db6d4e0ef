"""A user's webhooks: where they are, what they are told, and by which secrets it is signed.

All of a user's stand in one item, so that how many there are is decided by the same write that adds one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType

from omnigen_jobs.domain import events
from omnigen_jobs.domain.problems import TooManyWebhooksError, nothing_there
from omnigen_shared.contracts.base import UserId

HookId = NewType("HookId", str)

MOST_HOOKS: Final = 10
"""Of one user."""
SHORTEST_QUIET: Final = timedelta(seconds=5)
LONGEST_QUIET: Final = timedelta(minutes=5)
DISABLED: Final = "webhook.disabled"
TEST: Final = "webhook.test"
TOLD: Final = (
    events.CREATED,
    events.PLANNED,
    events.RESUMED,
    events.COMPLETED,
    events.FAILED,
    events.CANCELED,
)
"""Events of a job that are kept for webhooks; whoever wants every scene follows the job's stream."""
SUBSCRIBABLE: Final = (*TOLD, DISABLED)


class Reason(StrEnum):
    """Why a webhook is told nothing any more."""

    FAILING = "failing"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """whsec_ and base64. `valid_until`: a former one, which signs until then beside the present one."""

    text: str
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """`failing_since` is the first failure after the last success, `disabled_at` when we gave it up.

    `quiet_until`: it has kept us waiting in vain. What is due before is put off, so that what somebody's receiver never
    answers does not stand in front of what others wait for.
    """

    hook_id: HookId
    url: str
    description: str
    events: tuple[str, ...]
    secrets: tuple[Secret, ...]
    created_at: datetime
    failing_since: datetime | None = None
    quiet_until: datetime | None = None
    disabled_at: datetime | None = None
    disabled_for: Reason | None = None

    @property
    def is_enabled(self) -> bool:
        return self.disabled_at is None

    def secrets_at(self, now: datetime) -> tuple[str, ...]:
        """Those that sign now, the present one first."""
        return tuple(one.text for one in self.secrets if one.valid_until is None or one.valid_until > now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """All of a user's, in the order in which they were registered."""

    user_id: UserId
    hooks: tuple[Hook, ...] = ()
    version: int = 0

    def find(self, hook_id: HookId) -> Hook | None:
        return next((hook for hook in self.hooks if hook.hook_id == hook_id), None)

    def get(self, hook_id: HookId) -> Hook:
        """NotFoundError."""
        found = self.find(hook_id)
        if found is None:
            raise nothing_there()
        return found

    def listening_to(self, event: str) -> tuple[Hook, ...]:
        return tuple(hook for hook in self.hooks if hook.is_enabled and event in hook.events)


def register(hooks: Hooks, hook: Hook) -> Hooks:
    """TooManyWebhooksError."""
    if len(hooks.hooks) >= MOST_HOOKS:
        raise TooManyWebhooksError(f"There are {MOST_HOOKS} already.", details={"limit": MOST_HOOKS})
    return replace(hooks, hooks=(*hooks.hooks, hook))


def remove(hooks: Hooks, hook_id: HookId) -> Hooks:
    """NotFoundError."""
    gone = hooks.get(hook_id)
    return replace(hooks, hooks=tuple(hook for hook in hooks.hooks if hook is not gone))


def rotate(hooks: Hooks, hook_id: HookId, secret: str, now: datetime, overlap: timedelta) -> Hooks:
    """A new secret; the present one goes on beside it for a while, those before it do not. NotFoundError."""

    def change(hook: Hook) -> Hook:
        former = replace(hook.secrets[0], valid_until=now + overlap)
        return replace(hook, secrets=(Secret(text=secret), *([former] if overlap else [])))

    return _change(hooks, hook_id, change)


def enable(hooks: Hooks, hook_id: HookId) -> Hooks:
    """It is told again what happens from now on. NotFoundError."""
    return _change(hooks, hook_id, _heal)


def note_success(hooks: Hooks, hook_id: HookId) -> Hooks:
    return _change(hooks, hook_id, lambda hook: replace(hook, failing_since=None, quiet_until=None))


def note_failure(hooks: Hooks, hook_id: HookId, began: datetime) -> Hooks:
    """Of an attempt that began then."""
    return _change(hooks, hook_id, lambda hook: replace(hook, failing_since=hook.failing_since or began))


def hush(hooks: Hooks, hook_id: HookId, now: datetime) -> Hooks:
    """It is left alone for a while: the longer, the longer it has failed."""

    def change(hook: Hook) -> Hook:
        quiet = (now - (hook.failing_since or now)) / 10
        return replace(hook, quiet_until=now + min(max(quiet, SHORTEST_QUIET), LONGEST_QUIET))

    return _change(hooks, hook_id, change)


def wake(hooks: Hooks, hook_id: HookId) -> Hooks:
    """Its user thinks that it answers now. NotFoundError."""
    return _change(hooks, hook_id, lambda hook: replace(hook, quiet_until=None))


def disable(hooks: Hooks, hook_id: HookId, reason: Reason, now: datetime) -> Hooks:
    """It is told nothing until its user enables it."""
    return _change(hooks, hook_id, lambda hook: replace(hook, disabled_at=now, disabled_for=reason))


def _heal(hook: Hook) -> Hook:
    return replace(hook, failing_since=None, quiet_until=None, disabled_at=None, disabled_for=None)


def _change(hooks: Hooks, hook_id: HookId, change: Callable[[Hook], Hook]) -> Hooks:
    """The same object where nothing changes."""
    before = hooks.get(hook_id)
    after = change(before)
    if after == before:
        return hooks
    return replace(hooks, hooks=tuple(after if hook is before else hook for hook in hooks.hooks))
