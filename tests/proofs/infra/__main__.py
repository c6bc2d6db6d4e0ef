"""`make check-infra`: every tool that reads templates, manifests, workflows and Dockerfiles, and what they find."""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from bench.goals import Scoreboard
from tests.infra import copilot
from tests.proofs.infra import tools
from tests.proofs.infra.packages import look_at_package

from omnigen_local.addons import Template, merge_addons, read_template
from omnigen_local.artefacts import ROOT, package_template
from omnigen_local.building import Architecture

SCHEMAS: Final = "COPILOT_SCHEMAS"
"""Names a folder with the JSON schemas of Copilot's manifests."""
_COPILOTS: Final = {"checkov": {"skip": [{"id": "CKV_AWS_158", "comment": "Copilot's, and encrypted with AWS's key"}]}}
DOCKERFILES: Final = (ROOT / "services" / "Dockerfile", ROOT / "local" / "Dockerfile")


def main() -> int:
    board = Scoreboard("check-infra")
    with tempfile.TemporaryDirectory(prefix="omnigen-check-infra-") as folder:
        for name, template in _templates(Path(folder)).items():
            path = Path(folder) / f"{name}.json"
            path.write_text(json.dumps(template, indent=2))
            _look(board, f"{name}.cfn_lint", lambda path=path: tools.cfn_lint(path))  # type: ignore[misc]
            _look(board, f"{name}.checkov", lambda path=path: tools.checkov(path))  # type: ignore[misc]
        definition = Path(folder) / "omnigen.asl.json"
        written = (ROOT / "workflow" / "omnigen.asl.json").read_text()
        definition.write_text(written.replace("${GeneratorFunctionArn}", tools.LAMBDA))
        _look(board, "workflow.statelint", lambda: tools.statelint(definition))
        _look(board, "workflow.asl_validator", lambda: tools.asl_validator(definition))
    _look(board, "workflows.actionlint", lambda: tools.actionlint(sorted((ROOT / ".github/workflows").glob("*.yml"))))
    _look(board, "dockerfiles.hadolint", lambda: tools.hadolint(DOCKERFILES))
    _look_at_manifests(board)
    for architecture in Architecture:
        look_at_package(board, architecture)
    code = board.conclude()
    return 1 if board.misses else code


def _templates(folder: Path) -> dict[str, Template]:
    """The merged addons as CloudFormation gets them (artefacts stand for themselves), and what each service adds."""
    for name in ("build/generator-aws/handler.py", "workflow/omnigen.asl.json"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).touch()
    merged, _ = package_template(merge_addons(), "artifacts", folder)
    return {
        "addons": merged,
        "bootstrap": read_template(ROOT / "copilot" / "bootstrap" / "github.yml"),
        **{f"{name}_policy": copilot.policy(name) for name in copilot.SERVICES},
        **{f"{name}_watch": _added(name) for name in copilot.SERVICES},
    }


def _added(service: str) -> Template:
    """The resources that a service's overrides add, beside the one of Copilot's that they refer to."""
    added = {patch["path"].rpartition("/")[2]: patch["value"] for patch in copilot.additions(service)}
    logs = {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 30}, "Metadata": _COPILOTS}
    parameters = {name: {"Type": "String"} for name in ("AppName", "EnvName")}
    return {"Parameters": parameters, "Resources": {"LogGroup": logs, **added}}


def _look(board: Scoreboard, what: str, find: Callable[[], Iterable[str]]) -> None:
    """One goal: that the tool finds nothing. Each thing that it does find is told."""
    try:
        found = list(find())
    except tools.ToolMissingError as error:
        board.skip(what, str(error))
        return
    for line in found:
        board.tell(f"  {line}")
    board.expect_equal(what, len(found), 0)


def _look_at_manifests(board: Scoreboard) -> None:
    documents = {
        f"environments/{name}": ("environment", copilot.environment_manifest(name)) for name in copilot.ENVIRONMENTS
    }
    for service in copilot.SERVICES:
        kind = "lb-web-service" if service == "gateway" else "backend-service"
        documents[service] = (kind, copilot.manifest(service))
        documents |= {f"{service}@{name}": (kind, copilot.manifest_in(service, name)) for name in copilot.ENVIRONMENTS}
    folder = os.environ.get(SCHEMAS)
    for name, (kind, document) in documents.items():
        if folder is None:
            board.skip(f"{name}.schema", f"{SCHEMAS} names no folder")
        else:
            _look(board, f"{name}.schema", lambda k=kind, d=document: tools.schema_errors(Path(folder), f"{k}.json", d))  # type: ignore[misc]


if __name__ == "__main__":
    sys.exit(main())
