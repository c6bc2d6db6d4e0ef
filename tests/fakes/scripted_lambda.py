"""The state machine in the emulator, with a Lambda that asks this process what to answer.

The function's code is a few lines that hand the event over loopback and raise or return what comes back, under the same
runtime interface client as the real one: error names arrive as they do from our classes.
"""

import asyncio
import io
import sys
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson
from aiohttp import web

from omnigen_local.provisioning import client_options
from omnigen_shared.aws.clients import open_session

DEFINITION: Final = Path(__file__).parents[2] / "workflow" / "omnigen.asl.json"
ROLE: Final = "arn:aws:iam::000000000000:role/test"
TYPES: Final = ("EXPRESS", "STANDARD")
BOOTSTRAP: Final = f'#!/bin/sh\nexec {sys.executable} -m awslambdaric "$_HANDLER"\n'
HANDLER: Final = """\
import json
import os
import urllib.request


def handle(event, context):
    request = urllib.request.Request(os.environ["SCRIPT_URL"], json.dumps(event).encode())
    with urllib.request.urlopen(request, timeout=20) as answer:
        told = json.load(answer)
    if "error" in told:
        raise type(told["error"], (Exception,), {})("as scripted")
    return told["answer"]
"""

Call = Mapping[str, Any]
Script = Callable[[Call, int], Any]
"""The answer to a call, or an exception; the number says how often this very step was called before."""


def step_answer(outcome: str, **news: Any) -> dict[str, Any]:
    """What the generator's Lambda answers."""
    return {
        "outcome": outcome,
        "wait_s": 0,
        "chains": [],
        "problem": None,
        "is_silent": False,
        "is_mute": False,
        **news,
    }


@dataclass(slots=True)
class Execution:
    """One run: what the Lambda was asked, and how it ended."""

    script: Script
    calls: list[Call] = field(default_factory=list)
    status: str = ""
    error: str = ""

    def of(self, step: str, scene: int | None = None) -> list[Call]:
        return [call for call in self.calls if call["step"] == step and scene in {None, call.get("scene")}]

    @property
    def states(self) -> set[str]:
        return {call["state"] for call in self.calls}

    @property
    def order(self) -> list[str]:
        """Steps in the order in which they were first asked for."""
        return list(dict.fromkeys(call["step"] for call in self.calls))

    def respond(self, call: Call) -> dict[str, Any]:
        earlier = len(self.of(call["step"], call.get("scene")))
        self.calls.append(call)
        told = self.script(call, earlier)
        return {"error": type(told).__name__} if isinstance(told, Exception) else {"answer": told}


class ScriptedMachines:
    """Our definition under both types. `run` starts an execution and waits for its end."""

    def __init__(self, stepfunctions: Any, arns: Mapping[str, str]) -> None:
        self._stepfunctions = stepfunctions
        self._arns = arns
        self._executions: dict[str, Execution] = {}

    async def run(self, kind: str, script: Script, purpose: Mapping[str, str]) -> Execution:
        """`purpose`: what of the execution's input says what it is for."""
        job_id = f"job_{len(self._executions)}"
        execution = self._executions[job_id] = Execution(script)
        given = {"job_id": job_id, "user_id": "ada", "plan": "free", "attempt": 1, **purpose}
        started = await self._stepfunctions.start_execution(
            stateMachineArn=self._arns[kind], name=job_id, input=orjson.dumps(given).decode()
        )
        async with asyncio.timeout(60):
            while True:
                described = await self._stepfunctions.describe_execution(executionArn=started["executionArn"])
                if described["status"] != "RUNNING":
                    break
                await asyncio.sleep(0.1)
        execution.status, execution.error = described["status"], described.get("error", "")
        return execution

    async def respond(self, request: web.Request) -> web.Response:
        call = orjson.loads(await request.read())
        return web.json_response(self._executions[call["job"]["job_id"]].respond(call))


@asynccontextmanager
async def open_machines(emulator_url: str) -> AsyncIterator[ScriptedMachines]:
    """Two state machines and their Lambda, in an emulator."""
    session, options = open_session(), client_options(emulator_url)
    async with session.create_client("stepfunctions", **options) as stepfunctions:
        arns: dict[str, str] = {}
        machines = ScriptedMachines(stepfunctions, arns)
        app = web.Application()
        app.router.add_post("/", machines.respond)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with session.create_client("lambda", **options) as functions:
            function_arn = await _create_function(functions, f"http://127.0.0.1:{runner.addresses[0][1]}/")
        definition = DEFINITION.read_text().replace("${GeneratorFunctionArn}", function_arn)
        for kind in TYPES:
            created = await stepfunctions.create_state_machine(
                name=f"scripted-{kind}", definition=definition, roleArn=ROLE, type=kind
            )
            arns[kind] = created["stateMachineArn"]
        try:
            yield machines
        finally:
            await runner.cleanup()


async def _create_function(functions: Any, script_url: str) -> str:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        bootstrap = zipfile.ZipInfo("bootstrap")
        bootstrap.external_attr = 0o755 << 16
        archive.writestr(bootstrap, BOOTSTRAP)
        archive.writestr("scripted.py", HANDLER)
    created = await functions.create_function(
        FunctionName="scripted-generator",
        Runtime="provided.al2023",
        Handler="scripted.handle",
        Role=ROLE,
        Code={"ZipFile": buffer.getvalue()},
        Timeout=30,
        Environment={"Variables": {"SCRIPT_URL": script_url}},
    )
    return str(created["FunctionArn"])
