"""The deployed state machine and function: what the real workflow relies on."""

import json
from collections import Counter
from typing import Any

from tests.integration.emulator.machines import RunMachine

from omnigen_local.artefacts import ROOT
from omnigen_local.emulator import LAMBDA_WORKERS
from omnigen_local.provisioning import StackOutputs

THROTTLED = "Lambda.TooManyRequestsException"
"""What AWS calls an invocation that it refuses, and the emulator as we run it."""


async def test_an_exception_is_caught_by_the_name_of_its_class(run_machine: RunMachine) -> None:
    assert await run_machine({"items": [{"raises": True}]}) == [{"caught": "StaleAttemptError"}]


async def test_the_function_is_told_where_everything_is(
    run_machine: RunMachine, tiny_outputs: StackOutputs, emulator_url: str
) -> None:
    ((answer),) = await run_machine({"items": [{}]})
    told = answer["environment"]
    assert told["ASSETS_BUCKET"] == tiny_outputs.assets_bucket_name
    assert told["GENERATOR_SECRET_ARN"] == tiny_outputs.generator_secret_arn
    assert told["AWS_ENDPOINT_URL"] == emulator_url
    assert told["EXECUTION_BUDGET_S"] == "240"
    assert "OTLP_ENDPOINT" not in told


async def test_more_steps_at_once_than_workers_are_refused_by_a_name_that_can_be_retried(
    run_machine: RunMachine,
) -> None:
    answers = await run_machine({"items": [{"sleeps_s": 1}] * (LAMBDA_WORKERS + 4)})
    refusals = Counter(answer["other"] for answer in answers if "other" in answer)
    assert refusals == {THROTTLED: 4}
    assert len({answer["pid"] for answer in answers if "pid" in answer}) == LAMBDA_WORKERS


def test_every_task_of_the_real_workflow_waits_and_retries_when_refused() -> None:
    """But for the look, which whoever waits can do without: it ends and takes no worker a second time."""
    machine = json.loads((ROOT / "workflow" / "omnigen.asl.json").read_text())
    look = machine["States"].pop("Look")
    assert "Retry" not in look
    assert look["Catch"][-1] == {"ErrorEquals": ["States.ALL"], "ResultPath": "$.step", "Next": "Ended"}
    tasks = find_tasks(machine)
    assert tasks
    for task in tasks:
        (retry,) = [entry for entry in task["Retry"] if THROTTLED in entry["ErrorEquals"]]
        assert retry["MaxAttempts"] >= 5


def find_tasks(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [task for entry in node for task in find_tasks(entry)]
    if not isinstance(node, dict):
        return []
    own = [node] if node.get("Type") == "Task" else []
    return own + [task for entry in node.values() for task in find_tasks(entry)]
