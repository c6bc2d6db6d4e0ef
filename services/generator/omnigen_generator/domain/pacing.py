"""How long to wait before asking again, in whole seconds: a Wait state takes nothing finer."""

import zlib
from typing import Final

MIN_WAIT_S: Final = 1
MAX_POLL_S: Final = 3
EARLY_POLL_S: Final = 2
EARLY_SHARE: Final = 1 / 3
MAX_BACKOFF_S: Final = 10
MAX_HINT_S: Final = 60
JITTER_S: Final = 3


def poll_wait_s(elapsed_s: float, told_s: float = 0) -> int:
    """Between two looks at a running prediction: a small part of its age, and what a look costs is far less.

    `told_s`: where the provider tells of its end, how long that takes as a rule; else 0. Then a look is taken at once,
    and one that comes long before is only for what it could not tell. Those near the end stay close to one another: who
    has looked by himself waits for what is made of the output.
    """
    is_early = elapsed_s < told_s * EARLY_SHARE
    return round(min(max(elapsed_s / 30, EARLY_POLL_S if is_early else MIN_WAIT_S), MAX_POLL_S))


def backoff_wait_s(elapsed_s: float) -> int:
    """Between two tries of something that does not answer: a quarter of the time that has passed."""
    return round(min(max(elapsed_s / 4, MIN_WAIT_S), MAX_BACKOFF_S))


def throttle_wait_s(hint_s: int | None, salt: str) -> int:
    """After a refusal for too many calls: the provider's hint, spread so that waiting scenes do not return at once.

    The spread follows from the salt (an intent's id): nothing here is random.
    """
    base_s = min(max(hint_s or MIN_WAIT_S, MIN_WAIT_S), MAX_HINT_S)
    return base_s + zlib.crc32(salt.encode()) % (JITTER_S + 1)
