"""docs/security.md names what there is: each file, each test; and no threat is without either test or reason."""

import re
from functools import cache

import pytest

from omnigen_local.artefacts import ROOT

PAGE = ROOT / "docs" / "security.md"
NOT_TESTED = "not tested: "


def rows() -> list[list[str]]:
    """Threat, kinds, what meets it, what shows it."""
    table = PAGE.read_text().split("## Threats\n")[1]
    lines = [line for line in table.splitlines() if line.startswith("| ")][2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


@cache
def known_tests() -> frozenset[str]:
    files = (ROOT / "tests").rglob("test_*.py")
    return frozenset(name for path in files for name in re.findall(r"def (test_\w+)\(", path.read_text()))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_threat_is_met_somewhere_and_shown_by_a_test_or_by_a_reason(row: list[str]) -> None:
    assert len(row) == 4
    _, kinds, met, shown = row
    assert set(kinds.split()) <= {*"STRIDE", "all"}
    assert met
    named = re.findall(r"`(\w+)`", shown)
    assert named or re.fullmatch(f"{NOT_TESTED}.{{20,}}", shown)
    assert [name for name in named if name not in known_tests()] == []


def test_every_file_that_is_linked_exists() -> None:
    linked = re.findall(r"\]\(([^)#]+)\)", PAGE.read_text())
    assert linked
    assert [path for path in linked if not (PAGE.parent / path).exists()] == []
