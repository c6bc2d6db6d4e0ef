"""Ids that we give out: a prefix that says what it names, and 128 random bits."""

import random
import secrets

from omnigen_shared.contracts.base import JobId


def new_job_id() -> JobId:
    """A fresh id, never given out before: job_ and 32 hex digits."""
    return JobId(f"job_{secrets.token_hex(16)}")


def new_request_id() -> str:
    """Names one HTTP request in logs and problems: req_ and 24 hex digits. Nothing depends on nobody guessing it."""
    return f"req_{random.getrandbits(96):024x}"
