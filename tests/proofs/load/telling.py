"""The load as two tables: each step, and the knees."""

from collections.abc import Iterable

from rich.table import Table
from tests.proofs.load.arrivals import Step
from tests.proofs.load.knees import Climb

TOLD_CORES = 0.05
TOLD_CPU_MS = 0.1


def draw_steps(ways: Iterable[Climb]) -> Table:
    """Rates, times, errors, and the cores that each process used."""
    table = Table(title="growing rates, an open loop: times from when each was due")
    for column in ("", "a second", "p50 ms", "p95 ms", "failed", "cores used", "instead of a success"):
        table.add_column(column, justify="right" if column.endswith(("second", "ms", "failed")) else "left")
    for way in ways:
        for step in way.steps:
            mark = "" if step.holds(way.within_s) else " ✗"
            table.add_row(way.name + mark, *_figures(step))
        table.add_section()
    return table


def _figures(step: Step) -> tuple[str, ...]:
    cores = ", ".join(f"{name} {used:.2f}" for name, used in step.cores.items() if used >= TOLD_CORES)
    failures = ", ".join(f"{count} x {told}" for told, count in step.failures.most_common(3))
    return (
        f"{step.rate:.1f}",
        f"{step.percentile_s(0.5) * 1000:.0f}",
        f"{step.percentile_s(0.95) * 1000:.0f}",
        f"{step.error_share:.1%}",
        cores,
        failures,
    )


def draw_knees(ways: Iterable[Climb]) -> Table:
    """The last rate that held, what the next one met, and how far a core of their own would take the dearest."""
    table = Table(title="the knees; CPU of one request, and where it would use up a core")
    for column in ("", "a second", "what broke first beyond it", "CPU ms each", "a core's worth, a second"):
        table.add_column(column, justify="right" if column == "a second" else "left")
    for way in ways:
        dear = {name: each for name, each in way.cpu_ms_each.items() if each >= TOLD_CPU_MS}
        each = ", ".join(f"{name} {cpu_ms:.1f}" for name, cpu_ms in dear.items())
        worth = ", ".join(f"{name} {1000 / cpu_ms:.0f}" for name, cpu_ms in list(dear.items())[:3])
        table.add_row(way.name, f"{way.knee:.1f}", way.broke_first, each, worth)
    return table
