"""`make security`: what each tool and each suite that looks for holes finds; a row for each of them."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from bench.goals import Scoreboard
from tests.proofs.infra.tools import ToolMissingError
from tests.proofs.security import audits, code, containers, suites
from tests.proofs.security.findings import Findings, SkippedError

from omnigen_local.artefacts import ROOT

Part = tuple[str, Callable[[], Findings]]
SUITES: Final = {
    "attacks.refused": ["tests/attacks"],
    "tenants.isolated": [
        str(path.relative_to(ROOT)) for path in sorted((ROOT / "tests/contract").glob("test_every_*"))
    ],
    "containers.promised": ["tests/infra/test_compose.py", "tests/infra/test_manifests.py"],
    "threats.tested": ["tests/infra/test_threats.py"],
}


def main() -> int:
    """The parts whose names hold ONLY. With STRICT=1 a finding is an error, and so is what was skipped."""
    board = Scoreboard("security")
    with tempfile.TemporaryDirectory(prefix="omnigen-security-") as folder:
        for name, look in _parts(Path(folder)):
            if os.environ.get("ONLY", "") in name:
                _judge(board, name, look)
    return board.conclude()


def _parts(folder: Path) -> Iterator[Part]:
    yield "code.bandit", code.bandit
    yield "secrets.detect_secrets", code.detect_secrets
    yield "containers.hadolint", containers.hadolint
    yield "containers.checkov", containers.checkov
    for name, paths in SUITES.items():
        yield name, lambda paths=paths: suites.pytest(paths, folder)  # type: ignore[misc]
    yield "api.negative_cases", lambda: suites.ask_wrongly(folder)
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        yield f"pip_audit.{path.stem}", lambda path=path: audits.pip_audit(path)  # type: ignore[misc]
    for path in audits.LOCKED_BY_NPM:
        yield f"npm_audit.{path.name}", lambda path=path: audits.npm_audit(path)  # type: ignore[misc]


def _judge(board: Scoreboard, name: str, look: Callable[[], Findings]) -> None:
    """Findings are told one by one. What was not looked at is never a pass, also when nothing was found elsewhere."""
    try:
        found = look()
    except (SkippedError, ToolMissingError) as error:
        board.skip(name, str(error))
        return
    for line in found.faults:
        board.tell(f"  {line}")
    if found.skipped and not found.faults:
        board.skip(name, found.skipped)
        return
    if not found.faults:
        board.tell(f"{name} passed {found.seen}")
    board.expect_equal(name, len(found.faults), 0)


if __name__ == "__main__":
    sys.exit(main())
