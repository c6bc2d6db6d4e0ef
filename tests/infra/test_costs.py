"""The page of costs says what the templates cost, and dev stays cheap."""

import os

from tests.infra.costs import monthly, table

from omnigen_local.artefacts import ROOT

PAGE = ROOT / "docs" / "operations" / "costs.md"
BEGIN, END = "<!-- computed -->\n", "<!-- end -->"


def test_the_table_is_fresh() -> None:
    """OMNIGEN_WRITE_COSTS=1 writes it anew."""
    before, rest = PAGE.read_text().split(BEGIN)
    written, after = rest.split(END)
    if os.environ.get("OMNIGEN_WRITE_COSTS") == "1":
        PAGE.write_text(f"{before}{BEGIN}{table()}{END}{after}")
    else:
        assert written == table()


def test_dev_costs_120_dollars_at_most_while_nobody_uses_it() -> None:
    assert sum(monthly("dev").values()) <= 120


def test_what_is_larger_costs_more() -> None:
    dev, staging, prod = (sum(monthly(name).values()) for name in ("dev", "staging", "prod"))
    assert dev < staging < prod
