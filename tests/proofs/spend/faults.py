"""What the provider does wrong, by chance: rules of the simulator, each with its own seed."""

from typing import Any, Final

SHARES: Final = {
    "reply_lost": 0.03,
    "reply_lost, listed_late=5": 0.02,
    "reply_lost, listed_late=90": 0.01,
    "reply_lost, never_listed": 0.02,
    "reply_lost, never_listed, webhook_lost": 0.01,
    "reply_error=502": 0.02,
    "reply_late=12": 0.01,
    "server_error=503": 0.02,
    "throttled=2": 0.04,
    "slow=12": 0.03,
    "failed": 0.03,
    "failed_at_start": 0.02,
    "moderated": 0.02,
    "aborted": 0.02,
    "truncated": 0.04,
    "wrong_length": 0.02,
    "no_video": 0.01,
    "nonsense": 0.03,
    "webhook_lost": 0.1,
    "webhook_late=8": 0.1,
    "webhook_twice": 0.1,
    "webhook_early": 0.1,
    "webhook_replayed=5": 0.1,
}


def draw_rules(seed: int) -> list[dict[str, Any]]:
    """For every model."""
    return [
        {"faults": faults, "probability": share, "seed": seed * 1000 + number}
        for number, (faults, share) in enumerate(SHARES.items())
    ]
