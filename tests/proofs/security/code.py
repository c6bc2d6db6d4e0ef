"""Our files: bandit over the code, and secrets in whatever git keeps."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from functools import cache
from typing import Any, Final

from tests.proofs.infra.tools import find_tool, run
from tests.proofs.security.findings import ACCEPTED, Findings, accepted

from omnigen_local.artefacts import ROOT

FOLDERS: Final = ("shared", "services", "local", "bench")
_EXPLAINED: Final = re.compile(r"# noqa: (?P<rules>[A-Z0-9, ]+?) - \S")


def bandit() -> Findings:
    """What ruff is told to leave, by the rule of the same number and with a reason, is left here, too."""
    ended = run([find_tool("security", "bandit"), "-q", "-r", *FOLDERS, "-f", "json"])
    report = json.loads(ended.stdout)
    faults = [_describe(result) for result in report["results"] if not _is_explained(result)]
    faults += [f"{error['filename']}: {error['reason']}" for error in report["errors"]]
    return Findings(faults, f"{report['metrics']['_totals']['loc']} lines in {', '.join(FOLDERS)}")


def _describe(found: Mapping[str, Any]) -> str:
    return f"{found['filename']}:{found['line_number']} {found['test_id']} {found['issue_text']}"


def _is_explained(found: Mapping[str, Any]) -> bool:
    rule = found["test_id"].replace("B", "S")
    lines = (ROOT / found["filename"]).read_text().splitlines()
    marked = (_EXPLAINED.search(lines[number - 1]) for number in found["line_range"])
    if any(mark and rule in mark["rules"].split(", ") for mark in marked):
        return True
    if any(fnmatch(found["filename"], glob) and rule in rules for glob, rules in _ignored_by_file().items()):
        return True
    entry = accepted()["bandit"].get(found["test_id"])
    return entry is not None and any(fnmatch(found["filename"], glob) for glob in entry["files"])


@cache
def _ignored_by_file() -> Mapping[str, list[str]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    ignored: Mapping[str, list[str]] = settings["tool"]["ruff"]["lint"]["per-file-ignores"]
    return ignored


def detect_secrets() -> Findings:
    """Every file that git knows, by all detectors; nothing is sent anywhere to be tried."""
    known = re.escape(str(ACCEPTED.relative_to(ROOT)))
    ended = run([find_tool("security", "detect-secrets"), "scan", "--no-verify", "--exclude-files", known])
    report = json.loads(ended.stdout)
    files = run(["git", "ls-files"]).stdout.splitlines()
    return Findings(list(_unknown_secrets(report["results"])), f"{len(files)} files")


def _unknown_secrets(found: Mapping[str, list[Mapping[str, Any]]]) -> Iterator[str]:
    """Those that are not accepted, and what is accepted and is not there any more."""
    known = accepted()["secrets"]
    for path, results in found.items():
        hashes = known.get(path, {}).get("hashes", [])
        for result in results:
            if result["hashed_secret"] not in hashes:
                yield f"{path}:{result['line_number']} {result['type']} {result['hashed_secret']}"
    for path, entry in known.items():
        there = {result["hashed_secret"] for result in found.get(path, [])}
        for gone in set(entry["hashes"]) - there:
            yield f"{path}: {gone} is accepted and not there"
