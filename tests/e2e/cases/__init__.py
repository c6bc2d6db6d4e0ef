"""What people do in the studio, and what may go wrong while they do."""

from collections.abc import Awaitable, Callable
from typing import Final

from tests.e2e.world import World

Case = Callable[[World], Awaitable[None]]
CASES: Final[tuple[Case, ...]] = ()
