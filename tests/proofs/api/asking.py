"""One run of schemathesis against a running API, in an environment of its own, and what it has found."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[2]
ANSWERS_WITHIN_S: Final = 15


@dataclass(frozen=True)
class Findings:
    """`faults` are told as `check operation`; `text` is all that it has to say."""

    operations: int
    cases: int
    faults: tuple[str, ...]
    is_complete: bool
    text: str


@dataclass(frozen=True)
class Inquiry:
    """So many cases of each operation in each phase, drawn by `seed`; reports go to `folder`."""

    folder: Path
    cases: int
    seed: int
    mode: str = "all"
    """Or `negative`: only what the document forbids, which needs no phase that builds on good answers."""

    async def ask(self, url: str, who: str, headers: Mapping[str, str]) -> Findings:
        """All checks and phases over the document that is served at `url`."""
        report = self.folder / f"{who}.json"
        phases = "coverage,fuzzing" if self.mode == "negative" else "examples,coverage,fuzzing,stateful"
        argv = [
            *("--config-file", HERE / "schemathesis.toml", "run", f"{url}/api/v1/openapi.json", "--url", url),
            *("--checks", "all", "--phases", phases, "--mode", self.mode, "--continue-on-failure"),
            *("--max-examples", str(self.cases), "--seed", str(self.seed), "--generation-database", "none"),
            *("--request-timeout", str(ANSWERS_WITHIN_S), "--no-shrink", "--no-color", "--warnings", "off"),
            *("--report", "json", "--report-json-path", report),
        ]
        for name, value in headers.items():
            argv += ["--header", f"{name}: {value}"]
        text = await self._run(argv)
        return _read(orjson.loads(report.read_bytes()), text)

    async def _run(self, argv: list[Any]) -> str:
        environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.proofs.api.hooks", "PYTHONPATH": str(ROOT)}
        running = await asyncio.create_subprocess_exec(
            ROOT / ".venv-api" / "bin" / "schemathesis",
            *argv,
            cwd=self.folder,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        told, _ = await running.communicate()
        return told.decode()


def _read(report: dict[str, Any], text: str) -> Findings:
    faults = [f"{fault['code']} {where}" for fault in report["failures"] for where in fault["operations"]]
    faults += [f"error {error}" for error in report["errors"]]
    return Findings(
        operations=report["operations"]["tested"],
        cases=report["test_cases"]["generated"],
        faults=tuple(faults),
        is_complete=report["complete"],
        text=text,
    )
