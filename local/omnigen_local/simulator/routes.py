"""The provider's API: the calls of Replicate that OmniGen uses, and no others."""

import asyncio
import base64
import binascii
import hmac
import time
from dataclasses import replace
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, JSONResponse, Response

from omnigen_local.simulator.canonical import fingerprint
from omnigen_local.simulator.creating import BadRequestError, read_request
from omnigen_local.simulator.faults import Faults
from omnigen_local.simulator.models import Kind, Model
from omnigen_local.simulator.planning.answers import read_for_faults
from omnigen_local.simulator.predictions import Prediction, Status
from omnigen_local.simulator.refusals import (
    FAILED,
    NOT_FOUND,
    UNAUTHENTICATED,
    ConnectionDroppedError,
    RefusalError,
    throttled,
)
from omnigen_local.simulator.state import Simulator

EARLY_WEBHOOK_WAIT_S: Final = 60


# All of these are async so that they run on the event loop's thread, as SQLite and the engine want it.
async def _simulator(request: Request) -> Simulator:
    simulator: Simulator = request.state.simulator
    return simulator


State = Annotated[Simulator, Depends(_simulator)]


async def check_service(simulator: State) -> None:
    """The faults that every call meets."""
    faults = simulator.rulebook.service_faults()
    if "unreachable" in faults:
        raise ConnectionDroppedError
    if "down" in faults:
        raise RefusalError(int(faults["down"]), FAILED)


async def check_token(request: Request, simulator: State) -> None:
    expected = f"Bearer {simulator.settings.api_token.get_secret_value()}"
    if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected.encode()):
        raise RefusalError(401, UNAUTHENTICATED)


async def check_request_rate(simulator: State) -> None:
    if (resets_in_s := simulator.request_limiter.take()) is not None:
        raise throttled(resets_in_s)


async def read_json(request: Request) -> Any:
    try:
        return orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise BadRequestError("- the body must be JSON") from error


files = APIRouter(dependencies=[Depends(check_service)])
creates = APIRouter(prefix="/v1", dependencies=[Depends(check_service), Depends(check_token)])
others = APIRouter(
    prefix="/v1", dependencies=[Depends(check_service), Depends(check_token), Depends(check_request_rate)]
)


@creates.post("/models/{owner}/{name}/predictions")
async def create_prediction(
    owner: str, name: str, request: Request, simulator: State, body: Annotated[Any, Depends(read_json)]
) -> Response:
    if (resets_in_s := simulator.create_limiter.take()) is not None:
        raise throttled(resets_in_s)
    model = simulator.models.get(f"{owner}/{name}")
    if model is None:
        raise RefusalError(404, NOT_FOUND)
    wanted = read_request(body, request.headers, simulator.settings.http_webhook_hosts)
    values = model.check(wanted.input)
    faults = simulator.rulebook.decide(model.name, _asked_text(model, values), fingerprint(model.name, values))
    _refuse_by_fault(faults)
    prediction = wanted.to_prediction(model, faults)
    simulator.engine.accept(prediction)
    await _delay_reply(simulator, prediction, wanted.wait_s)
    _lose_reply(faults)
    return JSONResponse(_show_created(simulator, prediction.id), 201)


def _show_created(simulator: Simulator, prediction_id: str) -> dict[str, Any]:
    """As it was accepted, unless it has ended: the provider's own client takes `processing` for an end here."""
    prediction = _get(simulator, prediction_id)
    if prediction.completed_at is None:
        prediction = replace(prediction, status=Status.STARTING, started_at=None)
    return simulator.presenter.show(prediction, time.time())


def _asked_text(model: Model, values: dict[str, Any]) -> str:
    text = model.text(values)
    return read_for_faults(text) if model.kind is Kind.LANGUAGE else text


def _refuse_by_fault(faults: Faults) -> None:
    if "throttled" in faults:
        raise throttled(faults["throttled"])
    if "server_error" in faults:
        raise RefusalError(int(faults["server_error"]), FAILED)


async def _delay_reply(simulator: Simulator, prediction: Prediction, wait_s: float) -> None:
    if wait_s:
        await simulator.engine.wait(prediction.id, wait_s)
    if "webhook_early" in prediction.faults:
        await simulator.webhooks.wait_for_early(prediction.id, EARLY_WEBHOOK_WAIT_S)
    await asyncio.sleep(prediction.faults.get("reply_late", 0))


def _lose_reply(faults: Faults) -> None:
    if "reply_lost" in faults:
        raise ConnectionDroppedError
    if "reply_error" in faults:
        raise RefusalError(int(faults["reply_error"]), FAILED)


@others.get("/predictions")
async def list_predictions(simulator: State, cursor: str = "") -> dict[str, Any]:
    now = time.time()
    page = simulator.store.list_page(now, _decode_cursor(cursor))
    return {
        "previous": _page_url(simulator, page.newer),
        "next": _page_url(simulator, page.older),
        "results": [simulator.presenter.show(prediction, now) for prediction in page.predictions],
    }


@others.get("/predictions/{prediction_id}")
async def get_prediction(prediction_id: str, simulator: State) -> dict[str, Any]:
    return _show(simulator, prediction_id)


@others.post("/predictions/{prediction_id}/cancel")
async def cancel_prediction(prediction_id: str, simulator: State) -> dict[str, Any]:
    await simulator.engine.cancel(_get(simulator, prediction_id))
    return _show(simulator, prediction_id)


@others.get("/webhooks/default/secret")
async def get_webhook_secret(simulator: State) -> dict[str, str]:
    return {"key": simulator.settings.webhook_secret.get_secret_value()}


@files.get("/delivery/{prediction_id}/{name}")
async def get_output(prediction_id: str, name: str, expires: int, signature: str, simulator: State) -> Response:
    if not simulator.presenter.links.is_good(prediction_id, name, expires, signature, time.time()):
        raise RefusalError(403, "This link is not valid, or has expired.")
    output = _get(simulator, prediction_id).output
    if output is None or not output.file:
        raise RefusalError(404, NOT_FOUND)
    return FileResponse(simulator.gallery.path(output.file))


def _get(simulator: Simulator, prediction_id: str) -> Prediction:
    prediction = simulator.store.find(prediction_id)
    if prediction is None:
        raise RefusalError(404, NOT_FOUND)
    return prediction


def _show(simulator: Simulator, prediction_id: str) -> dict[str, Any]:
    return simulator.presenter.show(_get(simulator, prediction_id), time.time())


def _page_url(simulator: Simulator, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    encoded = base64.urlsafe_b64encode(cursor.encode()).decode()
    return f"{simulator.presenter.links.public_url}/v1/predictions?cursor={encoded}"


def _decode_cursor(cursor: str) -> str:
    try:
        decoded = base64.urlsafe_b64decode(cursor.encode()).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise BadRequestError("- cursor is not valid") from error
    if decoded and not (decoded[0] in "<>" and decoded[1:].isdigit()):
        raise BadRequestError("- cursor is not valid")
    return decoded
