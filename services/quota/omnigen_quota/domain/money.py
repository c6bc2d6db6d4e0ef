"""Money as people read it."""

from decimal import Decimal
from typing import Final

MICROUSD_PER_USD: Final = 1_000_000


def format_usd(amount_microusd: int) -> str:
    """Micro-dollars as a decimal string in USD with at least two places: 425000 → 0.425, 15000000 → 15.00."""
    whole, _, places = f"{Decimal(amount_microusd) / MICROUSD_PER_USD:.6f}".partition(".")
    return f"{whole}.{places.rstrip('0').ljust(2, '0')}"
