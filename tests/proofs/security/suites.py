"""Our own tests that attack, and schemathesis asking only what the document forbids."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.proofs.api.asking import Inquiry
from tests.proofs.api.ground import serve_api, sign_in
from tests.proofs.infra.tools import find_tool, run
from tests.proofs.security.findings import Findings

CASES = 3
"""Of each operation, anonymous and signed in; `make prove-api` asks more."""


def pytest(paths: Sequence[str], folder: Path) -> Findings:
    """A test that fails is a fault, and so are none at all; one that is skipped is told."""
    report = folder / "tests.xml"
    ended = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *paths])
    if not report.exists():
        return Findings([line for line in ended.stdout.splitlines() if line][-5:] or ["pytest has not begun"], "")
    cases = list(ET.parse(report).getroot().iter("testcase"))  # noqa: S314 - pytest has just written it
    faults = list(_failed(cases)) or ([] if cases else ["no test was found"])
    skipped = [case for case in cases if case.find("skipped") is not None]
    return Findings(faults, f"{len(cases)} tests", f"{len(skipped)} tests" if skipped else "")


def _failed(cases: Sequence[ET.Element]) -> Iterator[str]:
    for case in cases:
        if case.find("failure") is not None or case.find("error") is not None:
            yield f"{case.get('classname')}.{case.get('name')}"


def ask_wrongly(folder: Path) -> Findings:
    """Whatever the document forbids, without and with a sign-in: nothing of it is taken, nothing ends in a 5xx."""
    find_tool("api", "schemathesis")
    return asyncio.run(_ask_wrongly(Inquiry(folder, CASES, seed=1, mode="negative")))


async def _ask_wrongly(inquiry: Inquiry) -> Findings:
    faults: list[str] = []
    cases = 0
    for who, headers in (("anonymous", {}), ("signed_in", sign_in())):
        async with serve_api() as url:
            found = await inquiry.ask(url, who, headers)
        cases += found.cases
        faults += [f"{who}: {fault}" for fault in found.faults]
        faults += [] if found.is_complete else [f"{who}: not all operations were asked"]
    return Findings(faults, f"{cases} cases")
