"""What makes a receipt worth something to others."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Sealer(Protocol):
    """Signs receipts."""

    def seal(self, payload: bytes) -> str:
        """The detached JWS."""
        ...

    @property
    def public_keys(self) -> Sequence[Mapping[str, Any]]:
        """As JWKs: the one that signs now first, then those that have signed before."""
        ...
