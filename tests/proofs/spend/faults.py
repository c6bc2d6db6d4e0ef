"""What the provider does wrong, by chance: rules of the simulator, each with its own seed."""

from typing import Any

from tests.proofs.spend.pace import Pace


def draw_rules(seed: int, pace: Pace) -> list[dict[str, Any]]:
    """For every model."""
    return [
        {"faults": faults, "probability": share, "seed": seed * 1000 + number}
        for number, (faults, share) in enumerate(_shares(pace).items())
    ]


def _shares(pace: Pace) -> dict[str, float]:
    return {
        "reply_lost": 0.03,
        f"reply_lost, listed_late={pace.listed_soon_s}": 0.02,
        f"reply_lost, listed_late={pace.listed_late_s}": 0.01,
        "reply_lost, never_listed": 0.02,
        "reply_lost, never_listed, webhook_lost": 0.01,
        "reply_error=502": 0.02,
        f"reply_late={pace.reply_late_s}": 0.01,
        "server_error=503": 0.02,
        "throttled=2": 0.04,
        f"slow={pace.slow_s}": 0.03,
        "stuck": 0.01,
        "failed": 0.03,
        "failed_at_start": 0.02,
        "moderated": 0.02,
        "aborted": 0.02,
        "truncated": 0.04,
        "wrong_length": 0.02,
        "no_video": 0.01,
        "nonsense": 0.03,
        "webhook_lost": 0.1,
        f"webhook_late={pace.webhook_late_s}": 0.1,
        "webhook_twice": 0.1,
        "webhook_early": 0.1,
        f"webhook_replayed={pace.webhook_replayed_s}": 0.1,
    }
