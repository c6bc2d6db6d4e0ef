"""The provider's API over ASGI, without a socket."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio
from pydantic import SecretStr, ValidationError
from tests.fakes.simulator import LANGUAGE, SECRET, TINY, OpenSimulator, a_settings, open_simulator

from omnigen_local.simulator.refusals import ConnectionDroppedError

PROMPT = {"prompt": "Tell me about rivers"}
TALK = "/v1/models/openai/gpt-4o-mini/predictions"


@pytest_asyncio.fixture
async def provider(tmp_path: Path) -> AsyncIterator[OpenSimulator]:
    async with open_simulator(tmp_path) as opened:
        yield opened


async def talk(provider: OpenSimulator, text: str = "rivers", **body: Any) -> Any:
    return await provider.create(LANGUAGE, input={"prompt": text}, **body)


async def test_a_create_is_answered_at_once(provider: OpenSimulator) -> None:
    answer = await talk(provider)
    assert answer.status_code == 201
    shown = answer.json()
    assert (shown["model"], shown["status"], shown["output"]) == (LANGUAGE, "starting", None)
    assert shown["input"] == {"prompt": "rivers"}


async def test_it_ends_with_its_output_and_on_the_bill(provider: OpenSimulator) -> None:
    ended = await provider.run(LANGUAGE, input=PROMPT)
    assert ended["status"] == "succeeded"
    assert "rivers" in "".join(ended["output"])
    bill = await provider.bill()
    assert bill["total_microusd"] == 10_000
    assert [row["prediction_id"] for row in bill["rows"]] == [ended["id"]]


async def test_prefer_wait_answers_with_the_end(provider: OpenSimulator) -> None:
    answer = await talk(provider, headers={"prefer": "wait=10"})
    assert answer.json()["status"] == "succeeded"


async def test_prefer_wait_answers_before_the_end_when_that_is_far(provider: OpenSimulator) -> None:
    """By the source of the provider's own client it says `starting` then, also of one that runs."""
    answer = await talk(provider, "rivers [[sim:slow=60]]", headers={"prefer": "wait=1"})
    assert (answer.status_code, answer.json()["status"], answer.json()["started_at"]) == (201, "starting", None)
    assert (await provider.get(answer.json()["id"]))["status"] == "processing"


async def test_cancel_after_sets_the_deadline(provider: OpenSimulator) -> None:
    shown = (await talk(provider, headers={"cancel-after": "1m"})).json()
    assert shown["deadline"] > shown["created_at"]


@pytest.mark.parametrize(
    "headers", [{"authorization": ""}, {"authorization": "Bearer wrong"}, {"authorization": "r8_local"}]
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", TALK), ("GET", "/v1/predictions"), ("GET", "/v1/predictions/x"), ("GET", "/v1/webhooks/default/secret")],
)
async def test_without_its_token_nobody_is_served(
    provider: OpenSimulator, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = await provider.client.request(method, path, headers=headers, json={"input": PROMPT})
    assert answer.status_code == 401
    assert answer.json() == {"detail": "You did not pass a valid authentication token"}


@pytest.mark.parametrize("model", ["openai/gpt-9", "bytedance/seedance-1-pro"])
async def test_an_unknown_model_is_not_found(provider: OpenSimulator, model: str) -> None:
    answer = await provider.create(model)
    assert (answer.status_code, answer.json()) == (404, {"detail": "The requested resource could not be found."})


@pytest.mark.parametrize("path", ["/v1/predictions/none", "/v1/nothing", "/"])
async def test_unknown_addresses_are_not_found(provider: OpenSimulator, path: str) -> None:
    assert (await provider.client.get(path)).status_code == 404


async def test_wrong_input_is_told_by_field(provider: OpenSimulator) -> None:
    wrong = {"prompt": "a lake", "duration": 99, "aspect_ratio": "2:1"}
    answer = await provider.create("bytedance/seedance-1-pro-fast", input=wrong)
    assert answer.status_code == 422
    assert answer.json()["detail"].splitlines()[0] == (
        "- input.duration: must be greater than or equal to 2 and less than or equal to 12"
    )
    assert "input.aspect_ratio" in answer.json()["detail"]
    assert await provider.list_ids() == []


@pytest.mark.parametrize("content", [b"", b"not json", b"[]", b'{"input": {"prompt": "x"}, "stream": true}'])
async def test_a_body_that_is_none_is_refused(provider: OpenSimulator, content: bytes) -> None:
    answer = await provider.client.post(TALK, content=content)
    assert answer.status_code == 422
    assert set(answer.json()) == {"detail"}


async def test_an_unknown_fault_is_refused_with_those_that_exist(provider: OpenSimulator) -> None:
    answer = await talk(provider, "x [[sim:explode]]")
    assert answer.status_code == 422
    assert "reply_lost" in answer.json()["detail"]


async def test_a_cancel_answers_with_the_canceled_prediction(provider: OpenSimulator) -> None:
    created = (await talk(provider, "x [[sim:stuck]]")).json()
    answer = await provider.client.post(f"/v1/predictions/{created['id']}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "canceled")
    assert (await provider.client.post("/v1/predictions/none/cancel")).status_code == 404


async def test_the_list_is_newest_first_with_inputs(provider: OpenSimulator) -> None:
    made = [(await talk(provider, f"prompt {number}")).json()["id"] for number in range(3)]
    page = (await provider.client.get("/v1/predictions")).json()
    assert [entry["id"] for entry in page["results"]] == made[::-1]
    assert page["results"][0]["input"] == {"prompt": "prompt 2"}
    assert (page["previous"], page["next"]) == (None, None)


async def test_a_hundred_are_on_a_page_and_its_links_lead_on(provider: OpenSimulator) -> None:
    made = [(await talk(provider, f"prompt {number}")).json()["id"] for number in range(103)]
    first = (await provider.client.get("/v1/predictions")).json()
    assert len(first["results"]) == 100
    second = (await provider.client.get(first["next"])).json()
    assert [entry["id"] for entry in second["results"]] == made[2::-1]
    assert second["next"] is None
    assert (await provider.client.get(second["previous"])).json()["results"] == first["results"]


@pytest.mark.parametrize("cursor", ["nonsense", "Pg==", "%3Cabc", "PGFiYw=="])
async def test_a_cursor_that_was_not_given_out_is_refused(provider: OpenSimulator, cursor: str) -> None:
    assert (await provider.client.get(f"/v1/predictions?cursor={cursor}")).status_code == 422


async def test_the_webhook_secret_is_told(provider: OpenSimulator) -> None:
    assert (await provider.client.get("/v1/webhooks/default/secret")).json() == {"key": SECRET}


async def test_creates_are_limited_by_the_minute(tmp_path: Path) -> None:
    async with open_simulator(tmp_path, creates_per_minute=2) as provider:
        codes = [(await talk(provider)).status_code for _ in range(2)]
        refused = await talk(provider)
        assert codes == [201, 201]
        assert refused.status_code == 429
        assert refused.json()["detail"].startswith("Request was throttled. Your rate limit resets in ~")
        assert refused.json()["detail"].endswith("s.")
        assert "retry-after" not in refused.headers
        assert len(await provider.list_ids()) == 2


async def test_other_calls_have_a_limit_of_their_own(tmp_path: Path) -> None:
    async with open_simulator(tmp_path, requests_per_minute=1) as provider:
        codes = [(await provider.client.get("/v1/predictions")).status_code for _ in range(2)]
        assert codes == [200, 429]
        assert (await talk(provider)).status_code == 201


@pytest.mark.parametrize(
    ("marker", "status"), [("server_error", 500), ("server_error=503", 503), ("throttled=30", 429)]
)
async def test_a_refused_create_stores_nothing(provider: OpenSimulator, marker: str, status: int) -> None:
    answer = await talk(provider, f"x [[sim:{marker}]]")
    assert answer.status_code == status
    assert await provider.list_ids() == []


async def test_a_throttled_create_names_its_seconds(provider: OpenSimulator) -> None:
    answer = await talk(provider, "x [[sim:throttled=30]]")
    assert answer.json() == {"detail": "Request was throttled. Your rate limit resets in ~30s."}


async def test_a_lost_reply_has_made_a_prediction(provider: OpenSimulator) -> None:
    with pytest.raises(ConnectionDroppedError):
        await talk(provider, "x [[sim:reply_lost]]")
    (made,) = await provider.list_ids()
    await provider.simulator.engine.wait(made, 20)
    assert (await provider.bill())["total_microusd"] == 10_000


async def test_an_error_after_acceptance_has_made_a_prediction(provider: OpenSimulator) -> None:
    assert (await talk(provider, "x [[sim:reply_error]]")).status_code == 502
    assert len(await provider.list_ids()) == 1


async def test_a_late_reply_still_comes(provider: OpenSimulator) -> None:
    assert (await talk(provider, "x [[sim:reply_late=0.05]]")).json()["status"] == "succeeded"


@pytest.mark.parametrize("fault", ["never_listed", "listed_late=90"])
async def test_what_is_not_listed_is_still_there(provider: OpenSimulator, fault: str) -> None:
    created = (await talk(provider, f"x [[sim:{fault}]]")).json()
    assert await provider.list_ids() == []
    assert (await provider.get(created["id"]))["id"] == created["id"]


async def test_faults_are_set_seen_and_cleared_by_call(provider: OpenSimulator) -> None:
    rule = {"faults": "failed", "model": LANGUAGE, "count": 1}
    shown = (await provider.client.post("/_simulator/faults", json=rule)).json()
    assert shown["rules"][0]["faults"] == "failed"
    assert (await provider.run(LANGUAGE, input=PROMPT))["status"] == "failed"
    assert (await provider.run(LANGUAGE, input=PROMPT))["status"] == "succeeded"
    assert (await provider.client.get("/_simulator/faults")).json()["rules"][0]["used"] == 1
    assert (await provider.client.delete("/_simulator/faults")).json() == {"rules": []}


@pytest.mark.parametrize("rule", [{"faults": "explode"}, {"fault": "failed"}, "failed", [3]])
async def test_a_rule_that_is_none_is_refused(provider: OpenSimulator, rule: object) -> None:
    answer = await provider.client.post("/_simulator/faults", json=rule)
    assert answer.status_code == 422
    assert (await provider.client.get("/_simulator/faults")).json() == {"rules": []}


async def test_when_it_is_down_it_is_down_for_all_but_its_own_calls(provider: OpenSimulator) -> None:
    created = (await talk(provider)).json()
    await provider.client.post("/_simulator/faults", json={"faults": "down"})
    get = await provider.client.get(f"/v1/predictions/{created['id']}")
    assert (get.status_code, (await talk(provider)).status_code) == (503, 503)
    assert (await provider.client.get("/health")).json() == {"status": "ok"}
    await provider.client.delete("/_simulator/faults")
    assert (await talk(provider)).status_code == 201


async def test_when_it_is_unreachable_no_answer_comes(provider: OpenSimulator) -> None:
    await provider.client.post("/_simulator/faults", json=[{"faults": "unreachable", "count": 1}])
    with pytest.raises(ConnectionDroppedError):
        await provider.client.get("/v1/predictions")
    assert (await provider.client.get("/v1/predictions")).status_code == 200


async def test_faults_may_come_from_the_environment(tmp_path: Path) -> None:
    rules = [{"faults": "failed", "prompt_contains": "lake"}]
    async with open_simulator(tmp_path, faults=rules) as provider:
        assert (await provider.run(LANGUAGE, input={"prompt": "a lake"}))["status"] == "failed"
        assert (await provider.run(LANGUAGE, input={"prompt": "a sea"}))["status"] == "succeeded"


async def test_a_planner_s_call_hands_markers_on_and_is_not_hit_by_them(provider: OpenSimulator) -> None:
    document = {"prompt": "a lake [[sim:failed@2]]", "scene_durations_s": [5, 5]}
    ended = await provider.run(LANGUAGE, input={"prompt": orjson.dumps(document).decode()})
    scenes = orjson.loads("".join(ended["output"]))["scenes"]
    ends = [(await provider.run(input={"prompt": scene["prompt"]}))["status"] for scene in scenes]
    assert ends == ["succeeded", "failed"]


async def test_after_a_restart_everything_is_still_there(tmp_path: Path) -> None:
    async with open_simulator(tmp_path) as before:
        created = (await talk(before, "x [[sim:slow=0.5]]")).json()
        await talk(before)
        await asyncio.sleep(0)
    async with open_simulator(tmp_path) as after:
        await after.simulator.engine.wait(created["id"], 20)
        assert (await after.get(created["id"]))["status"] == "succeeded"
        assert len(await after.list_ids()) == 2


async def test_the_tiny_model_is_served_only_when_asked_for(tmp_path: Path) -> None:
    async with open_simulator(tmp_path, has_tiny_model=False) as provider:
        assert (await provider.create(TINY)).status_code == 404


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!!", "bG9jYWw="])
def test_a_webhook_secret_must_be_usable(tmp_path: Path, secret: str) -> None:
    with pytest.raises(ValidationError, match="whsec_ and base64"):
        a_settings(tmp_path, webhook_secret=SecretStr(secret))


def test_settings_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "PUBLIC_URL": "http://provider.test",
        "STATE_DIR": str(tmp_path),
        "API_TOKEN": "t",
        "WEBHOOK_SECRET": SECRET,
        "FAULTS": '[{"faults": "failed"}]',
        "HTTP_WEBHOOK_HOSTS": '["gateway"]',
    }
    for name, value in values.items():
        monkeypatch.setenv(f"SIMULATOR_{name}", value)
    settings = type(a_settings(tmp_path))()
    assert settings.faults == [{"faults": "failed"}]
    assert settings.http_webhook_hosts == ["gateway"]
    assert settings.video_latency_s == 2
