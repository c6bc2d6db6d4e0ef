"""What GitHub's workflows may, and in which order they deploy."""

import os
import re
import shutil
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.proofs.security.__main__ import _parts

from omnigen_local.addons import read_template
from omnigen_local.artefacts import ROOT

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS: dict[str, dict[Any, Any]] = {path.stem: yaml.safe_load(path.read_text()) for path in FOLDER.glob("*.yml")}
DEPLOYMENT = WORKFLOWS["deploy-environment"]
DEPLOYING: dict[str, dict[str, Any]] = {
    step["name"]: step for step in DEPLOYMENT["jobs"]["deploy"]["steps"] if "name" in step
}
ROLES = read_template(ROOT / "copilot" / "bootstrap" / "github.yml")["Resources"]
ENVIRONMENTS = ("dev", "staging", "prod")
ON_EVERYTHING = {"SignInToTheRegistry", "ReadExports"}
FOR_COMMANDS = {
    "s3 sync": {"s3:ListBucket", "s3:PutObject"},
    "cloudfront create-invalidation": {"cloudfront:CreateInvalidation"},
    "cloudformation list-exports": {"cloudformation:ListExports"},
    "ssm get-parameter": {"ssm:GetParameter"},
    "ssm put-parameter": {"ssm:PutParameter"},
}
"""What our own commands in the workflow and in `copilot/publish-web` ask for."""
FOR_COPILOT = {
    *("sts:AssumeRole", "ssm:GetParameter", "ssm:GetParametersByPath"),
    *("cloudformation:DescribeStackSet", "cloudformation:DescribeStacks", "cloudformation:ListStackInstances"),
    *("ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload"),
    *("ecr:DescribeImages", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage"),
    *("ecr:UploadLayerPart", "s3:GetObject", "s3:PutObject"),
}
"""What Copilot 1.34 asks for with its caller's own rights, as read from its source; the rest it does as a manager."""


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


def test_an_environment_is_deployed_in_one_job_which_its_approval_is_for() -> None:
    (job,) = DEPLOYMENT["jobs"].values()
    # The environment of GitHub's is what asks for an approval, and what the role believes.
    assert job["environment"] == "${{ inputs.environment }}"
    assert job["timeout-minutes"] * 60 < ROLES["ProdRole"]["Properties"]["MaxSessionDuration"]


def test_the_gateway_is_deployed_after_what_it_calls_and_the_studio_last() -> None:
    parts = ["environment", "backends", "gateway", "web"]
    assert list(DEPLOYING) == ["something stands there in part", *parts, "what stands there now"]
    changed = "steps.changes.outputs.{} == 'true'".format
    conditions = [DEPLOYING[name]["if"] for name in ("environment", "backends", "web")]
    assert conditions == [changed("environment"), changed("backends"), changed("web")]
    # Its Service Connect proxy knows what stood when it began.
    assert DEPLOYING["gateway"]["if"] == f"{changed('gateway')} || {changed('backends')}"
    assert "if" not in DEPLOYING["what stands there now"]
    assert "if" not in DEPLOYING["something stands there in part"]
    assert re.findall(r"in ([a-z ]+);", DEPLOYING["backends"]["run"]) == ["quota composer jobs"]


def test_an_environment_is_deployed_where_only_its_functions_code_or_nothing_has_changed() -> None:
    """Copilot ends with an error where a template is as it was."""
    assert re.findall(r"copilot env deploy .*", DEPLOYING["environment"]["run"])[0].endswith(" --force")


@pytest.fixture
def history(tmp_path: Path) -> list[str]:
    """Three commits in a repository with our script: of jobs, of the gateway, of nothing that is deployed."""
    (tmp_path / "copilot").mkdir()
    shutil.copy(ROOT / "copilot" / "changes", tmp_path / "copilot" / "changes")
    git(tmp_path, "init", "--quiet")
    commits = []
    for path in ("services/jobs/a.py", "services/gateway/a.py", "docs/a.md"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).touch()
        git(tmp_path, "add", ".")
        git(tmp_path, "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet", "--message", path)
        commits.append(git(tmp_path, "rev-parse", "HEAD"))
    return commits


def git(folder: Path, *arguments: str) -> str:
    command = [str(shutil.which("git")), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603


def changes(folder: Path, deployed: str, event: str = "push") -> set[str]:
    """What the workflow's own step finds to deploy, where AWS says that this commit stands."""
    (step,) = [step for step in DEPLOYMENT["jobs"]["deploy"]["steps"] if step.get("id") == "changes"]
    aws, output = folder / "bin" / "aws", folder / "output"
    aws.parent.mkdir()
    aws.write_text(f"#!/bin/sh\n{f'echo {deployed}' if deployed else 'exit 254'}\n")
    aws.chmod(0o755)
    told = {"PATH": f"{aws.parent}:{os.environ['PATH']}", "GITHUB_OUTPUT": str(output), "GITHUB_EVENT_NAME": event}
    command = [str(shutil.which("bash")), "-eo", "pipefail", "-c", step["run"]]
    subprocess.run(command, cwd=folder, env={**told, "DEPLOYED": "/x"}, check=True, capture_output=True)  # noqa: S603
    return {line.removesuffix("=true") for line in output.read_text().split() if line.endswith("=true")}


@pytest.mark.parametrize(
    ("standing", "found"), [(0, {"gateway"}), (1, set()), (2, set())], ids=["a run was skipped", "docs", "again"]
)
def test_what_differs_from_what_stands_there_is_deployed(
    tmp_path: Path, history: list[str], standing: int, found: set[str]
) -> None:
    """A push whose run has failed, or made way for a newer one, is deployed by the next."""
    assert changes(tmp_path, history[standing]) == found


@pytest.mark.parametrize("deployed", ["", "unfinished", "0123456789012345678901234567890123456789"])
def test_where_nobody_knows_what_stands_there_all_is_deployed(
    tmp_path: Path, history: list[str], deployed: str
) -> None:
    assert history
    assert changes(tmp_path, deployed) == {"environment", "backends", "gateway", "web"}


def test_what_moves_changes_where_it_came_from_too(tmp_path: Path, history: list[str]) -> None:
    (tmp_path / "services/jobs/a.py").write_text("moved = True\n")
    git(tmp_path, "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet", "--all", "--message", "filled")
    before = git(tmp_path, "rev-parse", "HEAD")
    git(tmp_path, "mv", "services/jobs/a.py", "docs/b.py")
    git(tmp_path, "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet", "--message", "moved")
    assert history
    assert "backends" in changes(tmp_path, before)


def test_whoever_starts_it_by_hand_deploys_all(tmp_path: Path, history: list[str]) -> None:
    found = changes(tmp_path, history[-1], event="workflow_dispatch")
    assert found == {"environment", "backends", "gateway", "web"}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_role_is_given_to_one_environment_of_one_repository(environment: str) -> None:
    (statement,) = ROLES[f"{environment.title()}Role"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    issuer = "token.actions.githubusercontent.com"
    assert statement["Condition"] == {
        "StringEquals": {
            f"{issuer}:aud": "sts.amazonaws.com",
            f"{issuer}:sub": {"Fn::Sub": f"repo:${{Repository}}:environment:{environment}"},
        }
    }


def statements(environment: str) -> dict[str, dict[str, Any]]:
    """Everything that the role of an environment may, by its Sid."""
    role = ROLES[f"{environment.title()}Role"]["Properties"]
    assert role["ManagedPolicyArns"] == [{"Ref": "DeployPolicy"}]
    (own,) = role["Policies"]
    documents = (ROLES["DeployPolicy"]["Properties"]["PolicyDocument"], own["PolicyDocument"])
    return {statement["Sid"]: statement for document in documents for statement in document["Statement"]}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_role_may_what_a_deployment_asks_for_and_nothing_else(environment: str) -> None:
    scripts = [
        (ROOT / "copilot" / "publish-web").read_text(),
        *(step["run"] for step in steps(DEPLOYMENT) if "run" in step),
    ]
    commands = {found for script in scripts for found in re.findall(r"\baws ([a-z0-9]+ [a-z-]+)", script)}
    assert commands == set(FOR_COMMANDS)
    asked_for = FOR_COPILOT.union(*FOR_COMMANDS.values())
    assert {action for entry in statements(environment).values() for action in as_list(entry["Action"])} == asked_for


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_role_touches_no_other_environment(environment: str) -> None:
    found = statements(environment)
    assert {sid for sid, entry in found.items() if "*" in as_list(entry["Resource"])} == ON_EVERYTHING
    for sid in ("ActAsItsManager", "NoteWhatIsDeployed", "FillTheStudiosBucket"):
        for resource in as_list(found[sid]["Resource"]):
            assert re.search(rf"\$\{{App\}}[-/]{environment}[-/]", resource["Fn::Sub"]), resource


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_studios_bucket_is_the_roles_whatever_cloudformation_calls_it(environment: str) -> None:
    """A name of more than 63 characters keeps 24 of the stack's, as of staging's."""
    pattern, _ = statements(environment)["FillTheStudiosBucket"]["Resource"]
    stack, random = f"omnigen-{environment}-addonsstack-1abcdefghijkl", "1abcdefghijkl"
    told = pattern["Fn::Sub"].replace("${App}", "omnigen").rpartition(":")[2]
    for name in (f"{stack}-webbucket-{random}", f"{stack[:24]}-webbucket-{random}"):
        assert fnmatchcase(name, told)
    assert not fnmatchcase(f"omnigen-{environment}-addonsstack-1abc-assetsbucket-{random}", told)


@pytest.mark.parametrize(
    "needed", ["anchore/sbom-action", "anchore/scan-action", "make check-infra", "make test-compose"]
)
def test_images_are_scanned_and_told_of_and_the_whole_is_tried(needed: str) -> None:
    assert any(needed in f"{step.get('uses')} {step.get('run')}" for step in steps(WORKFLOWS["ci"]))
    assert not [step for step in steps(WORKFLOWS["ci"]) if step.get("continue-on-error")]


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
