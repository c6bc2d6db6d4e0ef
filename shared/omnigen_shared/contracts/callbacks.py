"""Where the provider calls back: the address names a paid call, with a code that we alone can make."""

import hashlib
import hmac
import re
from typing import Final

from omnigen_shared.contracts.base import IntentId, JobId

CALLBACK_PATH: Final = "/api/v1/webhooks/replicate"
_TOKEN: Final = re.compile(r"([A-Za-z0-9_]{1,64})~([a-z0-9.-]{1,63})~([0-9a-f]{64})")


def callback_url(base_url: str, secret: str, job_id: JobId, intent_id: IntentId) -> str:
    """The address to be given to the provider with a create. `secret` signs the provider's webhooks, too."""
    token = f"{job_id}~{intent_id}~{_code(secret, job_id, intent_id)}"
    return f"{base_url.rstrip('/')}{CALLBACK_PATH}?call={token}"


def read_callback(token: str, secret: str) -> tuple[JobId, IntentId] | None:
    """Job and intent of a token that callback_url made with this secret; None for any other text."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    job_id, intent_id = JobId(found[1]), IntentId(found[2])
    return (job_id, intent_id) if hmac.compare_digest(found[3], _code(secret, job_id, intent_id)) else None


def _code(secret: str, job_id: JobId, intent_id: IntentId) -> str:
    return hmac.new(secret.encode(), f"callback:{job_id}:{intent_id}".encode(), hashlib.sha256).hexdigest()
