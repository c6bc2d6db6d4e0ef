"""Seeds that follow from other seeds: equal orders get equal pictures, and nothing is random."""

import hashlib
from typing import Final

SEEDS: Final = 2**31


def derive_seed(seed: int, number: int) -> int:
    """Another seed, by number: of a job's scene, of a scene's take."""
    digest = hashlib.sha256(f"{seed}:{number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % SEEDS
