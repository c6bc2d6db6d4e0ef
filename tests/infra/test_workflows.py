"""What GitHub's workflows may, and in which order they deploy."""

import re
from typing import Any

import pytest
import yaml
from tests.proofs.security.__main__ import _parts

from omnigen_local.artefacts import ROOT

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS: dict[str, dict[Any, Any]] = {path.stem: yaml.safe_load(path.read_text()) for path in FOLDER.glob("*.yml")}
DEPLOYMENT = WORKFLOWS["deploy-environment"]
ROLES = yaml.safe_load(re.sub(r"!\w+", "", (ROOT / "copilot" / "bootstrap" / "github.yml").read_text()))["Resources"]


def steps(workflow: dict[Any, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job.get("steps", [])]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_read_and_only_deployments_take_a_role(name: str) -> None:
    assert WORKFLOWS[name]["permissions"] == {"contents": "read"}
    for job in WORKFLOWS[name]["jobs"].values():
        granted = job.get("permissions", {"contents": "read"})
        assert granted in ({"contents": "read"}, {"contents": "read", "id-token": "write"})
        assert ("id-token" in granted) <= name.startswith("deploy")


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_workflow_leaves_its_token_in_the_checkout(name: str) -> None:
    checkouts = [step for step in steps(WORKFLOWS[name]) if step.get("uses", "").startswith("actions/checkout@")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_an_action_is_ours_or_of_a_release(name: str) -> None:
    for step in steps(WORKFLOWS[name]):
        assert re.fullmatch(r"\./.+|[\w.-]+/[\w.-]+@v\d+(\.\d+)*", step.get("uses", "./x"))


@pytest.mark.parametrize("name", WORKFLOWS)
def test_nothing_that_others_write_becomes_a_command(name: str) -> None:
    assert [step["run"] for step in steps(WORKFLOWS[name]) if "${{ github.event" in step.get("run", "")] == []


def test_a_pull_request_cancels_its_older_runs_and_a_deployment_is_never_cancelled() -> None:
    assert WORKFLOWS["ci"]["concurrency"]["cancel-in-progress"] == "${{ github.event_name == 'pull_request' }}"
    assert DEPLOYMENT["concurrency"] == {"group": "deploy-${{ inputs.environment }}", "cancel-in-progress": False}


def test_environments_are_deployed_one_after_the_other() -> None:
    jobs = WORKFLOWS["deploy"]["jobs"]
    assert [jobs[name].get("needs") for name in ("dev", "staging", "prod")] == [None, "dev", "staging"]
    assert {name: job["with"]["environment"] for name, job in jobs.items()} == {name: name for name in jobs}


def test_the_gateway_is_deployed_after_what_it_calls() -> None:
    jobs = DEPLOYMENT["jobs"]
    assert jobs["environment"]["needs"] == ["changes"]
    assert jobs["backends"]["needs"] == ["changes", "environment"]
    assert jobs["gateway"]["needs"] == ["changes", "environment", "backends"]
    assert jobs["web"]["needs"] == ["changes", "environment", "gateway"]
    deploying = {name: job for name, job in jobs.items() if name != "changes"}
    # The environment of GitHub's is what asks for an approval, and what the role believes.
    assert all(job["environment"] == "${{ inputs.environment }}" for job in deploying.values())


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_a_role_is_given_to_one_environment_of_one_repository(environment: str) -> None:
    trust = ROLES[f"{environment.title()}Role"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    (statement,) = trust
    subject = statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    assert subject == f"repo:${{Repository}}:environment:{environment}"


def test_known_holes_in_all_pins_are_looked_for_with_every_change_and_once_a_week() -> None:
    workflow = WORKFLOWS["security"]
    assert {"push", "pull_request", "schedule"} == set(workflow[True])  # YAML takes "on" for yes
    commands = [step["run"] for step in steps(workflow) if "run" in step]
    assert commands == ["make security STRICT=1"]
    assert not [step for step in steps(workflow) if step.get("continue-on-error")]
    pins = {path.stem for path in (ROOT / "requirements").glob("*.txt")}
    locks = {path.parent.name for path in ROOT.glob("**/package-lock.json") if "node_modules" not in path.parts}
    parts = {name for name, _ in _parts(ROOT)}
    assert {f"pip_audit.{name}" for name in pins} | {f"npm_audit.{name}" for name in locks} <= parts
