import string
from typing import Any

import pytest

from omnigen_local.simulator.creating import BadRequestError, read_duration, read_request, read_wait
from omnigen_local.simulator.table import TINY

HOSTS = ("127.0.0.1",)


def a_body(**more: Any) -> dict[str, Any]:
    return {"input": {"prompt": "a lake"}, **more}


@pytest.mark.parametrize(
    ("text", "seconds"), [("30", 30), ("30s", 30), ("1m", 60), ("2h", 7_200), ("1h30m45s", 5_445), ("1m30", 90)]
)
def test_durations(text: str, seconds: int) -> None:
    assert read_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "1d", "-3s", "1.5m"])
def test_bad_durations(text: str) -> None:
    with pytest.raises(BadRequestError, match="Cancel-After"):
        read_duration(text)


@pytest.mark.parametrize(("prefer", "seconds"), [("", 0), ("wait", 60), ("wait=1", 1), ("wait=60", 60), ("respond", 0)])
def test_waits(prefer: str, seconds: int) -> None:
    assert read_wait(prefer) == seconds


@pytest.mark.parametrize("prefer", ["wait=0", "wait=61"])
def test_bad_waits(prefer: str) -> None:
    with pytest.raises(BadRequestError, match="between 1 and 60"):
        read_wait(prefer)


def test_a_plain_request() -> None:
    request = read_request(a_body(), {}, HOSTS)
    assert (request.input, request.webhook, request.wait_s, request.cancel_after_s) == (
        {"prompt": "a lake"},
        "",
        0,
        None,
    )
    assert request.webhook_events == ("start", "output", "logs", "completed")


def test_a_request_with_everything() -> None:
    body = a_body(webhook="https://hooks.test/?intent=1", webhook_events_filter=["completed"])
    request = read_request(body, {"prefer": "wait=5", "cancel-after": "1m"}, HOSTS)
    assert (request.webhook, request.webhook_events) == ("https://hooks.test/?intent=1", ("completed",))
    assert (request.wait_s, request.cancel_after_s) == (5, 60)


def test_plain_http_is_for_named_hosts_only() -> None:
    assert read_request(a_body(webhook="http://127.0.0.1:8080/hook"), {}, HOSTS).webhook
    with pytest.raises(BadRequestError, match="HTTPS"):
        read_request(a_body(webhook="http://hooks.test/hook"), {}, HOSTS)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (None, "input is required"),
        ([], "input is required"),
        ({"input": "a lake"}, "input is required"),
        ({"input": {}, "inptu": {}}, "Additional property inptu is not allowed"),
        ({"input": {}, "webhook": 3}, "webhook must be a URL"),
        ({"input": {}, "webhook": "ftp://127.0.0.1/"}, "webhook must be an HTTPS URL"),
        ({"input": {}, "webhook_events_filter": "start"}, "must be a list of"),
        ({"input": {}, "webhook_events_filter": ["done"]}, "must be a list of"),
    ],
)
def test_bad_bodies(body: Any, told: str) -> None:
    with pytest.raises(BadRequestError, match=told):
        read_request(body, {}, HOSTS)


def test_a_prediction_takes_over_what_was_asked_for() -> None:
    request = read_request(a_body(), {"cancel-after": "1m"}, HOSTS)
    prediction = request.to_prediction(TINY, {"slow": 3})
    assert prediction.model == TINY.name
    assert prediction.faults == {"slow": 3}
    assert prediction.deadline_at == prediction.created_at + 60


def test_ids_look_like_the_provider_s_and_never_repeat() -> None:
    request = read_request(a_body(), {}, HOSTS)
    ids = {request.to_prediction(TINY, {}).id for _ in range(200)}
    assert len(ids) == 200
    assert {len(name) for name in ids} == {26}
    assert set("".join(ids)) <= set(string.ascii_lowercase + string.digits)
