"""Known holes in what is pinned. An audit that has asked nobody, or left a package out, has not been made."""

import json
import shutil
from pathlib import Path
from typing import Any, Final

from tests.proofs.infra.tools import find_tool, run
from tests.proofs.security.findings import Findings, SkippedError, accepted

from omnigen_local.artefacts import ROOT

LOCKED_BY_NPM: Final = (ROOT / "web", ROOT / "requirements" / "npm", ROOT / "requirements" / "lighthouse")
ELSEWHERE: Final = "this is asked where the database can be reached, as by .github/workflows/security.yml"


def pip_audit(requirements: Path) -> Findings:
    """One file of pins, each package in it."""
    options = ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "-f", "json"]
    ended = run([find_tool("security", "pip-audit"), "-r", str(requirements), *options])
    try:
        report = json.loads(ended.stdout)
    except json.JSONDecodeError:
        raise SkippedError(f"{_last_line(ended.stderr)}; {ELSEWHERE}") from None
    return read_pip_report(report)


def read_pip_report(report: Any) -> Findings:
    """pip-audit's JSON. SkippedError when it lists no package at all."""
    packages = report["dependencies"]
    if not packages:
        raise SkippedError("pip-audit has seen no package")
    skipped = [package["skip_reason"] for package in packages if "skip_reason" in package]
    faults = [
        f"{package['name']} {package['version']}: {hole['id']}, mended in {hole['fix_versions']}"
        for package in packages
        for hole in package.get("vulns", [])
        if not _is_accepted(hole["id"], hole.get("aliases", []))
    ]
    why = f"{len(skipped)} of {len(packages)} packages ({skipped[0]}); {ELSEWHERE}" if skipped else ""
    return Findings(faults, f"{len(packages)} packages", why)


def npm_audit(folder: Path) -> Findings:
    """One lock file, packages for development too: they see the same secrets while they build."""
    if shutil.which("npm") is None:
        raise SkippedError("there is no npm (Debian: apt install npm)")
    ended = run(["npm", "audit", "--prefix", str(folder), "--package-lock-only", "--json"])
    try:
        report = json.loads(ended.stdout)
    except json.JSONDecodeError:
        raise SkippedError(f"{_last_line(ended.stderr)}; {ELSEWHERE}") from None
    return read_npm_report(report)


def read_npm_report(report: Any) -> Findings:
    """npm's JSON. SkippedError when it is not the outcome of an audit."""
    if "vulnerabilities" not in report or "metadata" not in report:
        raise SkippedError(f"{report.get('message', 'npm has not answered')}; {ELSEWHERE}")
    faults = []
    for name, hole in report["vulnerabilities"].items():
        advisories = [via for via in hole["via"] if isinstance(via, dict)]
        faults += [
            f"{name}: {via['title']} ({via['severity']}) {via['url']}"
            for via in advisories
            if not _is_accepted(via["url"].rpartition("/")[2], [])
        ]
    seen = report["metadata"]["dependencies"]["total"]
    if not seen:
        raise SkippedError("npm has seen no package")
    return Findings(faults, f"{seen} packages")


def _is_accepted(name: str, aliases: list[str]) -> bool:
    return bool({name, *aliases} & accepted()["holes"].keys())


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no answer"])[-1]
