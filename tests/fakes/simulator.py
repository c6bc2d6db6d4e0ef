"""The provider simulator in process, without a socket, and a studio that makes nothing."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr
from starlette.types import Receive, Scope, Send

from omnigen_local.simulator.app import create_app
from omnigen_local.simulator.faults import Faults
from omnigen_local.simulator.models import Model
from omnigen_local.simulator.predictions import Output, Prediction
from omnigen_local.simulator.settings import SimulatorSettings
from omnigen_local.simulator.state import Simulator

TOKEN = "r8_local"
SECRET = "whsec_bG9jYWwtc2VjcmV0"
TINY = "omnigen/tiny"
LANGUAGE = "openai/gpt-4o-mini"
INSTANT = {"video_latency_s": 0, "music_latency_s": 0, "speech_latency_s": 0, "language_latency_s": 0}


def a_settings(folder: Path, **changes: Any) -> SimulatorSettings:
    plain: dict[str, Any] = {
        "public_url": "http://provider.test",
        "state_dir": folder,
        "api_token": SecretStr(TOKEN),
        "webhook_secret": SecretStr(SECRET),
        "has_tiny_model": True,
        **INSTANT,
    }
    return SimulatorSettings(**{**plain, **changes})


def a_prediction(prediction_id: str = "p1", **changes: Any) -> Prediction:
    plain: dict[str, Any] = {"id": prediction_id, "model": TINY, "input": {"prompt": "a lake"}, "created_at": 1_000.0}
    return Prediction(**{**plain, **changes})


@dataclass
class OpenSimulator:
    """A running simulator and a client that is signed in."""

    client: httpx.AsyncClient
    simulator: Simulator

    async def create(self, model: str = TINY, **body: Any) -> httpx.Response:
        """Post a create; `headers` among the arguments are added to the request's."""
        headers = body.pop("headers", {})
        content = {"input": {"prompt": "a lake"}, **body}
        return await self.client.post(f"/v1/models/{model}/predictions", json=content, headers=headers)

    async def run(self, model: str = TINY, **body: Any) -> dict[str, Any]:
        """The prediction at its end."""
        created = await self.create(model, **body)
        assert created.status_code == 201, created.text
        await self.simulator.engine.wait(created.json()["id"], 30)
        return await self.get(created.json()["id"])

    async def get(self, prediction_id: str) -> dict[str, Any]:
        answer = await self.client.get(f"/v1/predictions/{prediction_id}")
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    async def list_ids(self) -> list[str]:
        return [entry["id"] for entry in (await self.client.get("/v1/predictions")).json()["results"]]

    async def bill(self) -> dict[str, Any]:
        shown: dict[str, Any] = (await self.client.get("/_simulator/bill")).json()
        return shown


@asynccontextmanager
async def open_simulator(folder: Path, **changes: Any) -> AsyncIterator[OpenSimulator]:
    """Leaving it stops the process's tasks as a shutdown does; the folder can be opened again."""
    app = create_app(a_settings(folder, **changes))
    async with app.router.lifespan_context(app) as state:
        shared = dict(state or {})

        async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": shared}, receive, send)

        transport = httpx.ASGITransport(with_state)
        headers = {"authorization": f"Bearer {TOKEN}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://provider.test", headers=headers) as client:
            yield OpenSimulator(client, shared["simulator"])


@dataclass
class FakeStudio:
    """Implements what the engine needs of Studio. Work ends when `finish` is set, or fails with `error`."""

    finish: asyncio.Event = field(default_factory=asyncio.Event)
    error: Exception | None = None
    begun: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)

    async def produce(self, model: Model, values: Mapping[str, Any], faults: Faults) -> Output:
        prompt = str(values["prompt"])
        self.begun.append(prompt)
        try:
            await self.finish.wait()
        except asyncio.CancelledError:
            self.stopped.append(prompt)
            raise
        if self.error is not None:
            raise self.error
        return Output(pieces=(model.name, *faults))
