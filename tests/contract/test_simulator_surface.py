"""The provider's calls and fields, written down once: the simulator has exactly these and no more."""

import re
from pathlib import Path
from typing import Any

from fastapi.routing import APIRoute
from tests.fakes.simulator import LANGUAGE, TINY, a_settings, open_simulator

from omnigen_local.simulator import admin, routes
from omnigen_local.simulator.app import create_app
from omnigen_local.simulator.predictions import Status

PROVIDER_CALLS = {
    ("POST", "/v1/models/{owner}/{name}/predictions"),
    ("GET", "/v1/predictions/{prediction_id}"),
    ("GET", "/v1/predictions"),
    ("POST", "/v1/predictions/{prediction_id}/cancel"),
    ("GET", "/v1/webhooks/default/secret"),
    ("GET", "/delivery/{prediction_id}/{name}"),
}
OWN_CALLS = {
    ("GET", "/health"),
    ("GET", "/ready"),
    ("GET", "/_simulator/bill"),
    ("GET", "/_simulator/faults"),
    ("POST", "/_simulator/faults"),
    ("DELETE", "/_simulator/faults"),
}
PREDICTION_FIELDS = [
    "id",
    "model",
    "version",
    "input",
    "output",
    "error",
    "logs",
    "status",
    "data_removed",
    "created_at",
    "started_at",
    "completed_at",
    "deadline",
    "metrics",
    "urls",
]
STATUSES = ["starting", "processing", "succeeded", "failed", "canceled", "aborted"]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def calls_of(*routers: Any) -> set[tuple[str, str]]:
    found = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    return {(method, route.path) for route in found for method in route.methods or ()}


def test_calls_of_the_provider() -> None:
    assert calls_of(routes.creates, routes.others, routes.files) == PROVIDER_CALLS


def test_calls_of_its_own() -> None:
    assert calls_of(admin.router) == OWN_CALLS


def test_nothing_else_is_served(tmp_path: Path) -> None:
    app = create_app(a_settings(tmp_path))
    assert (app.docs_url, app.redoc_url, app.openapi_url) == (None, None, None)


def test_statuses() -> None:
    assert [status.value for status in Status] == STATUSES


async def test_fields_are_the_same_wherever_a_prediction_is_shown(tmp_path: Path) -> None:
    body = {"input": {"prompt": "rivers"}, "webhook": "https://hooks.test/", "webhook_events_filter": ["completed"]}
    async with open_simulator(tmp_path, webhook_retry_delays_s=[60]) as provider:
        created = (await provider.create(LANGUAGE, **body)).json()
        await provider.simulator.engine.wait(created["id"], 20)
        got = await provider.get(created["id"])
        listed = (await provider.client.get("/v1/predictions")).json()
        canceled = (await provider.client.post(f"/v1/predictions/{created['id']}/cancel")).json()
        sent = provider.simulator.webhooks._store.waiting()[0]  # its body is what a receiver would get
    assert list(created) == list(got) == list(canceled) == list(listed["results"][0]) == PREDICTION_FIELDS
    assert set(listed) == {"previous", "next", "results"}
    assert '"webhook' not in sent.body
    for field in PREDICTION_FIELDS:
        assert f'"{field}":' in sent.body


async def test_what_a_finished_prediction_looks_like(tmp_path: Path) -> None:
    async with open_simulator(tmp_path) as provider:
        text = await provider.run(LANGUAGE, input={"prompt": "rivers"})
        clip = await provider.run(TINY, input={"prompt": "a lake", "duration": 1})
    assert isinstance(text["output"], list)
    assert all(isinstance(piece, str) for piece in text["output"])
    assert clip["output"].startswith("http://provider.test/delivery/")
    for shown in (text, clip):
        assert shown["version"] == "hidden"
        assert shown["error"] is None
        assert shown["data_removed"] is False
        assert set(shown["urls"]) == {"get", "cancel", "web"}
        assert set(shown["metrics"]) == {"predict_time", "total_time"}
        assert all(TIME.fullmatch(shown[field]) for field in ("created_at", "started_at", "completed_at"))


async def test_refusals_have_a_detail_and_nothing_else(tmp_path: Path) -> None:
    async with open_simulator(tmp_path) as provider:
        refusals = [
            await provider.create("no/model"),
            await provider.create(TINY, input={}),
            await provider.create(TINY, headers={"authorization": "Bearer wrong"}),
            await provider.create(TINY, input={"prompt": "x [[sim:throttled]]"}),
            await provider.create(TINY, input={"prompt": "x [[sim:server_error]]"}),
            await provider.client.get("/delivery/x/y?expires=1&signature=2"),
        ]
    assert [answer.status_code for answer in refusals] == [404, 422, 401, 429, 500, 403]
    assert all(set(answer.json()) == {"detail"} for answer in refusals)
