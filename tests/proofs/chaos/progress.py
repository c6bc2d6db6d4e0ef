"""How far a run is: jobs by their state, and what was done to the stack so far."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text
from tests.proofs.chaos.customers import Customers
from tests.proofs.chaos.ground import Ground
from tests.proofs.chaos.harm import Harm

PLAIN_S: Final = 15.0
LIVE_S: Final = 1.0


@dataclass
class Progress:
    """Redrawn in place for people, a line now and then for a log."""

    customers: Customers
    harm: Harm
    ground: Ground
    console: Console
    phase: str = "orders"
    started: float = field(default_factory=time.monotonic)

    @asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        """Until the block ends."""
        if self.console.is_terminal:
            with Live(get_renderable=self._draw, console=self.console, refresh_per_second=2, transient=True):
                yield
            return
        telling = asyncio.create_task(self._tell())
        try:
            yield
        finally:
            telling.cancel()

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(PLAIN_S)
            self.console.print(self._line(), highlight=False, soft_wrap=True)

    def _line(self) -> str:
        ends = ", ".join(f"{times} {end}" for end, times in sorted(self.customers.ends.items()) if ":" not in end)
        deeds, faults = sum(self.harm.done.values()), self.ground.proxy.struck.total()
        elapsed_s = time.monotonic() - self.started
        refused = self.customers.refused.total()
        jobs = (
            f"{len(self.customers.jobs)} ordered, {refused} refused, {self.customers.open} open, {ends or 'none ended'}"
        )
        return f"{elapsed_s:5.0f} s {self.phase}: {jobs}; {deeds} deeds, {faults} faults of AWS"

    def _draw(self) -> Group:
        return Group(Text(self._line()), _as_table(self.harm.done), _as_table(self.ground.proxy.struck))


def _as_table(counts: Mapping[str, int]) -> Table:
    table = Table.grid(padding=(0, 2))
    cells = [f"{times:5} {what}" for what, times in sorted(counts.items())]
    for start in range(0, len(cells), 4):
        table.add_row(*cells[start : start + 4])
    return table
