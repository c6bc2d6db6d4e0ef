"""A generator of a few lines: raises, sleeps, or tells what it was told."""

import os
import time
from typing import Any


class StaleAttemptError(Exception):
    pass


def handle(event: dict[str, Any], _context: object) -> dict[str, Any]:
    if event.get("raises"):
        raise StaleAttemptError("another attempt has begun")
    time.sleep(event.get("sleeps_s", 0))
    return {"environment": dict(os.environ), "pid": os.getpid()}
