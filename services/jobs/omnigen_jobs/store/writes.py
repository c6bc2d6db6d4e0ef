"""A change of the record as the items of one transaction."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from omnigen_jobs.domain.changes import Change
from omnigen_jobs.domain.idempotency import Entry
from omnigen_jobs.domain.messages import KEPT_FOR, Message, Posting, find_notice
from omnigen_jobs.domain.records import Claim, Event, Job, Send, Stray
from omnigen_jobs.store import keys
from omnigen_jobs.store.conditions import Condition, is_live_attempt, is_unchanged
from omnigen_jobs.store.items import (
    StoredBinding,
    StoredClaim,
    StoredEntry,
    StoredEvent,
    StoredIntent,
    StoredItem,
    StoredJob,
    StoredPin,
    StoredScene,
    StoredSend,
    StoredStray,
)
from omnigen_jobs.store.post_items import StoredHooks, StoredMessage, StoredNotice
from omnigen_shared.aws.items import to_item
from omnigen_shared.clock import to_rfc3339


@dataclass(frozen=True, slots=True)
class Writes:
    """Makes the transaction items for one table."""

    table: str

    def of_change(self, change: Change) -> Iterator[dict[str, Any]]:
        """All of the change but its event, whose number the table knows."""
        job_id = change.fence.job_id
        if change.job is None:
            yield self._check(keys.job_key(job_id), is_live_attempt(change.fence))
        else:
            yield self.put(keys.job_key(job_id), StoredJob.of(change.job), change.job.version, _index_of(change.job))
        for scene in change.scenes:
            yield self.put(keys.scene_key(job_id, scene.number), StoredScene.of(scene), scene.version)
        if (intent := change.intent) is not None:
            yield self.put(keys.intent_key(job_id, intent.intent_id), StoredIntent.of(intent), intent.version)
        if change.claim is not None:
            yield self.of_claim(change.claim)
        if change.binding is not None:
            yield self.put(keys.binding_key(change.binding.provider_id), StoredBinding.of(change.binding), 0)

        if change.send is not None:
            yield self._put_send(change.send)
        if (pin := change.pin) is not None:
            yield self.put(keys.pin_key(pin.user_id, pin.digest), StoredPin.of(pin), pin.version)

    def of_event(self, job: Job, event: Event) -> Iterator[dict[str, Any]]:
        """The event under its number, which must be free; with it what brings it to webhooks."""
        yield self.put(keys.event_key(job.job_id, event.seq), StoredEvent.of(event), 0)
        if (notice := find_notice(job, event)) is not None:
            due = {"open_shard": keys.post_shard_of(job.job_id), "lease_until": to_rfc3339(notice.at)}
            yield self.put(keys.notice_key(job.job_id, event.seq), StoredNotice.of(notice), 0, due)

    def of_posting(self, posting: Posting) -> Iterator[dict[str, Any]]:
        """What becomes of an event on its way to webhooks."""
        if (told := posting.told) is not None:
            yield self.removal(keys.notice_key(told.job_id, told.seq), told.version)
        if (hooks := posting.hooks) is not None:
            yield self.put(keys.hooks_key(hooks.user_id), StoredHooks.of(hooks), hooks.version)
        for message in posting.messages:
            key, index = keys.message_key(message.hook_id, message.message_id), _index_of_message(message)
            yield self.put(key, StoredMessage.of(message), message.version, index)
        if (removed := posting.removed) is not None:
            yield self.removal(keys.message_key(removed.hook_id, removed.message_id), removed.version)

    def of_entry(self, entry: Entry) -> dict[str, Any]:
        """The Idempotency-Key's item, which the table may drop once it is not kept any more."""
        expiry = {"expires_at": int(entry.kept_until.timestamp())}
        return self.put(keys.idempotency_key(entry.user_id, entry.key), StoredEntry.of(entry), entry.version, expiry)

    def of_stray(self, stray: Stray, kept_until: datetime) -> dict[str, Any]:
        """The same message again is the same item."""
        expiry = {"expires_at": int(kept_until.timestamp())}
        return self.put_own(keys.stray_key(stray.message_id), StoredStray.of(stray), expiry)

    def put_own(self, key: keys.Key, stored: StoredItem, more: Mapping[str, Any]) -> dict[str, Any]:
        """In place of whatever is there: nobody else writes under this key."""
        return {"Put": {"TableName": self.table, "Item": to_item({**stored.to_values(), **key._asdict(), **more})}}

    def removal(self, key: keys.Key, version: int) -> dict[str, Any]:
        """The item goes, if it is still at this version."""
        return {"Delete": self._request(is_unchanged(version), Key=to_item(key._asdict()))}

    def _put_send(self, send: Send) -> dict[str, Any]:
        key = keys.send_key(send.digest)
        return self.removal(key, send.version) if send.is_over else self.put(key, StoredSend.of(send), send.version)

    def of_claim(self, claim: Claim) -> dict[str, Any]:
        return self.put(keys.claim_key(claim.user_id, claim.fingerprint), StoredClaim.of(claim), claim.version)

    def put(
        self, key: keys.Key, stored: StoredItem, version: int, more: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The item on top of this version, with what else it holds beside the entity."""
        values = {**stored.to_values(), "version": version + 1, **key._asdict(), **(more or {})}
        return {"Put": self._request(is_unchanged(version), Item=to_item(values))}

    def _check(self, key: keys.Key, condition: Condition) -> dict[str, Any]:
        return {"ConditionCheck": self._request(condition, Key=to_item(key._asdict()))}

    def _request(self, condition: Condition, **content: Any) -> dict[str, Any]:
        return {"TableName": self.table, **content, **condition.to_request()}


def _index_of(job: Job) -> dict[str, Any]:
    """The keys of the two indexes: all jobs of a user, those that are shown apart; jobs to be looked after."""
    listed = {"gsi_user": job.user_id if job.is_listed else keys.unlisted(job.user_id)}
    if job.lease_until is not None:
        return {**listed, "open_shard": keys.shard_of(job.job_id)}
    if job.media_until is not None:
        return {**listed, "open_shard": keys.chore_shard_of(job.job_id), "lease_until": to_rfc3339(job.media_until)}
    return listed


def _index_of_message(message: Message) -> dict[str, Any]:
    """When it has to be sent, and when the table may forget it."""
    kept = {"expires_at": int((message.created_at + KEPT_FOR).timestamp())}
    if message.due_at is None:
        return kept
    return {**kept, "open_shard": keys.post_shard_of(message.hook_id), "lease_until": to_rfc3339(message.due_at)}
