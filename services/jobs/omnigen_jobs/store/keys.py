"""Where each item of table `jobs` stands. One function per key; nothing else builds one."""

import zlib
from typing import Final, NamedTuple

from omnigen_jobs.domain.batches import BatchId
from omnigen_jobs.domain.hooks import HookId
from omnigen_jobs.domain.messages import MessageId
from omnigen_shared.contracts.base import IntentId, JobId, UserId

SHARDS: Final = 16
POST_SHARDS: Final = range(SHARDS, SHARDS + 4)
"""Beside the jobs' in the same index: what webhooks are to be told. The reaper never reads these."""
CHORE_SHARDS: Final = range(SHARDS + 4, SHARDS + 6)
"""And what has to be tidied up in time."""
META: Final = "META"
EVENT_PREFIX: Final = "EVENT#"
INTENT_PREFIX: Final = "INTENT#"
SCENE_PREFIX: Final = "SCENE#"
MESSAGE_PREFIX: Final = "MSG#"
STRAYS: Final = "STRAYS"


class Key(NamedTuple):
    """Partition and sort key."""

    pk: str
    sk: str


def job_key(job_id: JobId) -> Key:
    return Key(f"JOB#{job_id}", META)


def scene_key(job_id: JobId, number: int) -> Key:
    return Key(f"JOB#{job_id}", f"{SCENE_PREFIX}{number:02d}")


def intent_key(job_id: JobId, intent_id: IntentId) -> Key:
    return Key(f"JOB#{job_id}", f"{INTENT_PREFIX}{intent_id}")


def event_key(job_id: JobId, seq: int) -> Key:
    return Key(f"JOB#{job_id}", f"{EVENT_PREFIX}{seq:06d}")


def record_range(job_id: JobId) -> tuple[Key, Key]:
    """From the first intent over META to the last scene; events sort before all of them."""
    return Key(f"JOB#{job_id}", INTENT_PREFIX), Key(f"JOB#{job_id}", f"{SCENE_PREFIX}~")


def event_range(job_id: JobId, after: int) -> tuple[Key, Key]:
    """Events with a greater number than `after`."""
    return event_key(job_id, after + 1), Key(f"JOB#{job_id}", f"{EVENT_PREFIX}~")


def is_job(sk: str) -> bool:
    return sk == META


def is_scene(sk: str) -> bool:
    return sk.startswith(SCENE_PREFIX)


def is_intent(sk: str) -> bool:
    return sk.startswith(INTENT_PREFIX)


def binding_key(provider_id: str) -> Key:
    return Key(f"PRED#{provider_id}", "PRED")


def send_key(digest: str) -> Key:
    return Key(f"SEND#{digest}", "SEND")


def claim_key(user_id: UserId, fingerprint: str) -> Key:
    return Key(f"USER#{user_id}", f"CLIP#{fingerprint}")


def pin_key(user_id: UserId, digest: str) -> Key:
    return Key(f"USER#{user_id}", f"PLAN#{digest}")


def stray_key(message_id: str) -> Key:
    return Key(STRAYS, f"STRAY#{message_id[:500]}")


def stray_range() -> tuple[Key, Key]:
    """All of them."""
    return Key(STRAYS, "STRAY#"), Key(STRAYS, "STRAY#~")


def watch_key(task_id: str) -> Key:
    return Key("WATCHES", f"TASK#{task_id}")


def watch_range() -> tuple[Key, Key]:
    """Every task's."""
    return Key("WATCHES", "TASK#"), Key("WATCHES", "TASK#~")


def notice_key(job_id: JobId, seq: int) -> Key:
    """Sorts after all that belongs to the record."""
    return Key(f"JOB#{job_id}", f"TELL#{seq:06d}")


def shares_key(job_id: JobId) -> Key:
    """Sorts after all that belongs to the record."""
    return Key(f"JOB#{job_id}", "SHARES")


def share_key(digest: str) -> Key:
    return Key(f"SHARE#{digest}", "SHARE")


def hooks_key(user_id: UserId) -> Key:
    return Key(f"USER#{user_id}", "HOOKS")


def unlisted(user_id: UserId) -> str:
    """Stands in the index of users' jobs for what is no video, or is not admitted yet: nobody lists it."""
    return f"{user_id}/unlisted"


def batch_key(user_id: UserId, batch_id: BatchId) -> Key:
    return Key(user_partition(user_id), f"BATCH#{batch_id}")


def batch_range(user_id: UserId) -> tuple[Key, Key]:
    """All of a user's, by their time."""
    return Key(user_partition(user_id), "BATCH#"), Key(user_partition(user_id), "BATCH#~")


def user_partition(user_id: UserId) -> str:
    """Where all stands that is a user's and no job's."""
    return f"USER#{user_id}"


def erasure_key(user_id: UserId) -> Key:
    return Key(user_partition(user_id), "ERASURE")


def is_erasure(sk: str) -> bool:
    return sk == "ERASURE"


def uploads_key(user_id: UserId) -> Key:
    return Key(f"USER#{user_id}", "UPLOADS")


def message_key(hook_id: HookId, message_id: MessageId) -> Key:
    return Key(f"HOOK#{hook_id}", f"{MESSAGE_PREFIX}{message_id}")


def message_range(hook_id: HookId) -> tuple[Key, Key]:
    """All of a webhook's, by their time."""
    return Key(f"HOOK#{hook_id}", MESSAGE_PREFIX), Key(f"HOOK#{hook_id}", f"{MESSAGE_PREFIX}~")


def idempotency_key(user_id: UserId, key: str) -> Key:
    return Key(f"USER#{user_id}", f"IDEM#{key}")


def shard_of(job_id: JobId) -> int:
    """The part of the index of what is due that this job stands in, 0 … 15."""
    return zlib.crc32(job_id.encode()) % SHARDS


def post_shard_of(owner: JobId | HookId) -> int:
    """The part of it that a job's notices or a webhook's messages stand in."""
    return POST_SHARDS[zlib.crc32(owner.encode()) % len(POST_SHARDS)]


def chore_shard_of(owner: str) -> int:
    """The part of it that what has to be tidied up for a user or a job stands in."""
    return CHORE_SHARDS[zlib.crc32(owner.encode()) % len(CHORE_SHARDS)]
