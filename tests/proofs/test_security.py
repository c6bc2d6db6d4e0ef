"""An audit that has asked nobody is never a pass, and what is accepted says why."""

from collections.abc import Mapping
from typing import Any

import pytest
from bench.goals import Scoreboard
from tests.proofs.security import audits, findings
from tests.proofs.security.__main__ import _judge
from tests.proofs.security.code import _unknown_secrets
from tests.proofs.security.findings import Findings, SkippedError

from omnigen_local.artefacts import ROOT

SOUND = {"name": "uv", "version": "1.0", "vulns": []}
UNSEEN = {"name": "uv", "skip_reason": "Dependency not found on PyPI"}
HOLE = {**SOUND, "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["1.1"]}]}
LEAK = {
    "vulnerabilities": {"vite": {"via": ["esbuild", {"title": "leaks", "severity": "low", "url": "https://x/GHSA-1"}]}}
}
COUNTED = {"metadata": {"dependencies": {"total": 3}}}


def judge(name: str, look: Any) -> tuple[int, int, int]:
    board = Scoreboard("security", tell=lambda _line: None)
    _judge(board, name, look)
    return board.passed, len(board.misses), board.skipped


@pytest.mark.parametrize(
    ("packages", "verdict"),
    [
        ([SOUND], (1, 0, 0)),
        ([SOUND, UNSEEN], (0, 0, 1)),
        ([HOLE], (0, 1, 0)),
        ([HOLE, UNSEEN], (0, 1, 0)),
        ([], (0, 0, 1)),
    ],
    ids=["sound", "one unseen", "a hole", "a hole and one unseen", "nothing"],
)
def test_pins_pass_only_where_each_was_looked_at(packages: list[Any], verdict: tuple[int, int, int]) -> None:
    assert judge("pip_audit", lambda: audits.read_pip_report({"dependencies": packages})) == verdict


@pytest.mark.parametrize(
    ("report", "verdict"),
    [
        ({"vulnerabilities": {}, **COUNTED}, (1, 0, 0)),
        ({**LEAK, **COUNTED}, (0, 1, 0)),
        ({"message": "405 Method Not Allowed"}, (0, 0, 1)),
        ({"vulnerabilities": {}, "metadata": {"dependencies": {"total": 0}}}, (0, 0, 1)),
    ],
    ids=["sound", "a hole", "no database", "nothing"],
)
def test_npms_packages_pass_only_where_npm_has_asked(report: Any, verdict: tuple[int, int, int]) -> None:
    assert judge("npm_audit", lambda: audits.read_npm_report(report)) == verdict


def test_a_part_that_cannot_look_is_skipped() -> None:
    def look() -> Findings:
        raise SkippedError("there is no npm")

    assert judge("npm_audit", look) == (0, 0, 1)


def test_another_secret_in_a_known_file_is_found_and_so_is_one_that_is_gone() -> None:
    path, entry = next(iter(findings.accepted()["secrets"].items()))
    known = {"type": "t", "line_number": 1, "hashed_secret": entry["hashes"][0]}
    others: dict[str, list[Mapping[str, Any]]] = {
        name: [{**known, "hashed_secret": it} for it in e["hashes"]]
        for name, e in findings.accepted()["secrets"].items()
    }
    assert list(_unknown_secrets(others)) == []
    assert len(list(_unknown_secrets({**others, path: [*others[path], {**known, "hashed_secret": "another"}]}))) == 1
    assert len(list(_unknown_secrets({**others, path: []}))) == len(entry["hashes"])


def test_whatever_is_accepted_is_in_a_file_of_ours() -> None:
    assert [path for path in findings.accepted()["secrets"] if not (ROOT / path).exists()] == []
