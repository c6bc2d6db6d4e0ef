"""What holds for the merged addons, wherever they are deployed."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from omnigen_local.addons import ADDONS, PARAMETERS_FILE, Template, addon_paths, read_template
from omnigen_local.artefacts import ROOT
from omnigen_local.provisioning import StackOutputs, output_name

CFN_LINT = ROOT / ".venv-infra" / "bin" / "cfn-lint"
GIVEN_BY_COPILOT = {"App", "Env"}
KEPT_TYPES = {
    "AWS::DynamoDB::Table",
    "AWS::S3::Bucket",
    "AWS::Cognito::UserPool",
    "AWS::SecretsManager::Secret",
}


def test_cfn_lint_has_nothing_to_say(packaged_addons: Template, tmp_path: Path) -> None:
    path = tmp_path / "addons.json"
    path.write_text(json.dumps(packaged_addons, indent=2))
    command = [str(CFN_LINT), "-r", "us-east-1", "-t", str(path)]
    linted = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - the pinned linter
    assert (linted.returncode, linted.stdout) == (0, "")


@pytest.mark.parametrize("path", list(addon_paths()), ids=lambda path: path.name)
def test_every_file_names_the_app_and_the_environment(path: Path) -> None:
    parameters = read_template(path)["Parameters"]
    assert {name: parameters[name] for name in GIVEN_BY_COPILOT} == {
        name: {"Type": "String"} for name in GIVEN_BY_COPILOT
    }


def test_copilot_is_told_to_give_what_has_no_default(addons: Template) -> None:
    given = set(read_template(ADDONS / PARAMETERS_FILE)["Parameters"])
    without_default = {name for name, definition in addons["Parameters"].items() if "Default" not in definition}
    assert without_default - GIVEN_BY_COPILOT <= given <= set(addons["Parameters"]) - GIVEN_BY_COPILOT


def test_every_output_is_exported_under_its_name(addons: Template) -> None:
    exports = {name: output["Export"]["Name"]["Fn::Sub"] for name, output in addons["Outputs"].items()}
    assert exports == {name: f"${{App}}-${{Env}}-{name}" for name in exports}


def test_the_outputs_that_the_local_stack_reads_are_there(addons: Template) -> None:
    assert {output_name(field) for field in StackOutputs.model_fields} <= set(addons["Outputs"])


def test_what_users_own_outlives_the_stack(resources: dict[str, Any]) -> None:
    kept = {name for name, entry in resources.items() if entry["Type"] in KEPT_TYPES} - {"WebBucket"}
    retained = {
        name
        for name, entry in resources.items()
        if (entry.get("DeletionPolicy"), entry.get("UpdateReplacePolicy")) == ("Retain", "Retain")
    }
    assert kept == retained
    assert len(kept) == 11


def test_step_functions_may_write_to_its_log_group(resources: dict[str, Any]) -> None:
    groups = [entry for entry in resources.values() if entry["Type"] == "AWS::Logs::LogGroup"]
    names = [group["Properties"]["LogGroupName"]["Fn::Sub"] for group in groups]
    assert all(name.startswith("/copilot/${App}-${Env}-") for name in names)
    assert all(group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"} for group in groups)


def test_an_execution_hands_over_before_an_express_one_dies(addons: Template, resources: dict[str, Any]) -> None:
    step_s = resources["GeneratorFunction"]["Properties"]["Timeout"]
    budget = addons["Parameters"]["ExecutionBudgetS"]
    assert budget["Default"] + step_s < 300
    definition = json.loads((ROOT / "workflow" / "omnigen.asl.json").read_text())
    assert step_s < definition["States"]["Plan"]["TimeoutSeconds"]


def test_rates_of_the_workflow_are_decimals_as_its_linter_wants_them() -> None:
    text = (ROOT / "workflow" / "omnigen.asl.json").read_text()
    assert re.findall(r'"BackoffRate": (?!\d+\.\d)', text) == []
