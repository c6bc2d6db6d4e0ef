"""What an attempt says of its webhook: that it is well, that it fails, or that nobody should believe in it any more."""

from datetime import datetime
from typing import Any, Final

from omnigen_jobs.domain import hooks as rules
from omnigen_jobs.domain.hooks import DISABLED, Hook, Hooks, Reason
from omnigen_jobs.domain.messages import Message, MessageState, Posting, message_about
from omnigen_shared.clock import to_rfc3339

SLOW_MS: Final = 1000
"""From here on a failure costs us more than it costs the receiver."""


def account(hooks: Hooks, message: Message, *, is_gone: bool, now: datetime) -> Posting:
    """The message after its attempt, with what follows for its webhook; the user's others are told of an end."""
    hook = hooks.find(message.hook_id)
    if hook is None or message.is_test:
        return Posting(messages=(message,))
    if message.state is MessageState.DELIVERED:
        return _write(hooks, rules.note_success(hooks, hook.hook_id), message)
    failing = _note_failure(hooks, message, now)
    reason = Reason.GONE if is_gone else _find_reason(failing.get(hook.hook_id), message)
    if reason is None or not hook.is_enabled:
        return _write(hooks, failing, message)
    after = rules.disable(failing, hook.hook_id, reason, now)
    data = show_end(after.get(hook.hook_id))
    told = [message_about(other, hooks.user_id, DISABLED, data, now) for other in after.listening_to(DISABLED)]
    return Posting(hooks=after, messages=(message, *told))


def show_end(hook: Hook) -> dict[str, Any]:
    """What is told of a webhook that was disabled."""
    return {
        "webhook_id": hook.hook_id,
        "url": hook.url,
        "disabled_for": hook.disabled_for,
        "disabled_at": None if hook.disabled_at is None else to_rfc3339(hook.disabled_at),
        "failing_since": None if hook.failing_since is None else to_rfc3339(hook.failing_since),
    }


def _note_failure(hooks: Hooks, message: Message, now: datetime) -> Hooks:
    attempt = message.attempts[-1]
    failing = rules.note_failure(hooks, message.hook_id, attempt.at)
    return rules.hush(failing, message.hook_id, now) if attempt.duration_ms >= SLOW_MS else failing


def _find_reason(hook: Hook, message: Message) -> Reason | None:
    """It fails for good when a message was given up and no other got through since that was first sent."""
    first = message.attempts[max(0, len(message.attempts) - message.tries)]
    has_failed_throughout = hook.failing_since is not None and hook.failing_since <= first.at
    return Reason.FAILING if message.state is MessageState.FAILED and has_failed_throughout else None


def _write(before: Hooks, after: Hooks, message: Message) -> Posting:
    return Posting(hooks=None if after is before else after, messages=(message,))
