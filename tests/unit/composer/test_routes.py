from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from tests.fakes.composer_bench import ADA, a_body, a_render, an_export, key_of
from tests.fakes.object_store import MemoryStore
from tests.fakes.waiting import wait_until
from tests.fakes.workshop import RECIPE, FakeWorkshop, export_result, segment_result

from omnigen_composer.app import Adapters, create_app
from omnigen_composer.routes import find_wait_s, pause_s
from omnigen_composer.settings import ComposerSettings
from omnigen_shared.contracts.composer import segment_key
from omnigen_shared.identity import IDENTITY_HEADER, IdentitySigner
from omnigen_shared.testing.identities import new_key_pair

PRIVATE, PUBLIC = new_key_pair()
SETTINGS = ComposerSettings(
    assets_bucket="assets",
    identity_public_keys={"generator": [PUBLIC], "gateway": [PUBLIC], "jobs": [PUBLIC]},
    signing_key="pem",
    signing_certificates="pem",
    default_wait_s=0,
)
KEY, BODY = key_of(a_body()), a_body().model_dump(mode="json")
URL = f"/v1/segments/{KEY}"
WAIT = {"Prefer": "wait=5"}


def headers_for(issuer: str = "generator", subject: str = ADA, audience: str = "composer") -> dict[str, str]:
    return {IDENTITY_HEADER: IdentitySigner(issuer, PRIVATE).sign(audience, subject, "free")}


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def workshop(store: MemoryStore) -> FakeWorkshop:
    return FakeWorkshop(store)


@pytest.fixture
async def client(store: MemoryStore, workshop: FakeWorkshop) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(SETTINGS, Adapters(store, workshop))
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        transport = httpx.ASGITransport(with_state, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://composer", headers=headers_for()) as opened:
            yield opened


def seen(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_the_recipe_is_told(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/recipe")).json() == {"recipe_id": RECIPE}


async def test_a_segment_is_pending_then_done(client: httpx.AsyncClient, workshop: FakeWorkshop) -> None:
    await client.put(URL, json=BODY)
    await wait_until(lambda: workshop.running == {KEY})
    pending = await client.put(URL, json=BODY)
    assert (pending.status_code, pending.json()) == (202, {"progress": 0.5})
    assert pending.headers["retry-after"] == "0"
    workshop.finish.set()
    done = await client.put(URL, json=BODY, headers=WAIT)
    assert (done.status_code, done.json()) == (200, segment_result(KEY).model_dump(mode="json"))


@pytest.mark.parametrize(("progress", "expected_s"), [(0, 1), (0.01, 0), (0.6, 0), (1, 0)])
def test_from_what_is_being_made_nobody_is_sent_away(progress: float, expected_s: int) -> None:
    assert pause_s(progress) == expected_s


async def test_a_render_is_ordered_the_same_way(client: httpx.AsyncClient, workshop: FakeWorkshop) -> None:
    key, request = a_render()
    workshop.finish.set()
    done = await client.put(f"/v1/renders/{key}", json=request.model_dump(mode="json"), headers=WAIT)
    assert (done.status_code, done.json()["key"]) == (200, key)


async def test_delete_ends_the_work(client: httpx.AsyncClient, workshop: FakeWorkshop) -> None:
    await client.put(URL, json=BODY)
    await wait_until(lambda: workshop.running == {KEY})
    assert (await client.delete(URL)).status_code == 204
    assert workshop.running == set()
    assert (await client.delete(URL)).status_code == 204


@pytest.mark.parametrize(
    ("sign", "expected"),
    [
        (lambda: {IDENTITY_HEADER: ""}, (401, "unauthenticated")),
        (lambda: headers_for(audience="jobs"), (401, "unauthenticated")),
        (lambda: headers_for(issuer="gateway"), (403, "forbidden")),
        (lambda: headers_for(subject="eve"), (403, "key_not_allowed")),
    ],
)  # signed when the test runs: a token lives for a minute
async def test_only_the_generator_calls_and_only_for_its_user(
    client: httpx.AsyncClient, workshop: FakeWorkshop, sign: Callable[[], dict[str, str]], expected: tuple[int, str]
) -> None:
    headers = sign()
    assert seen(await client.put(URL, json=BODY, headers=headers)) == expected
    assert seen(await client.delete(URL, headers=headers)) == expected
    assert workshop.begun == []


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_a_path_cannot_climb_out_of_the_users_folder(client: httpx.AsyncClient, method: str) -> None:
    url = "/v1/segments/u/ada/%2e%2e/eve/segments/x/1.mp4"
    assert seen(await client.request(method, url, json=BODY)) == (403, "key_not_allowed")


async def test_keys_and_recipes_that_do_not_fit(client: httpx.AsyncClient) -> None:
    other_recipe = segment_key(ADA, "feed", a_body())
    assert seen(await client.put(f"/v1/segments/{other_recipe}", json=BODY)) == (409, "recipe_mismatch")
    other_body = key_of(a_body(2))
    assert seen(await client.put(f"/v1/segments/{other_body}", json=BODY)) == (422, "key_mismatch")


async def test_a_render_is_no_segment(client: httpx.AsyncClient) -> None:
    key, request = a_render()
    answer = await client.put(f"/v1/segments/{key}", json=request.model_dump(mode="json"))
    assert seen(answer) == (422, "invalid_request")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"width": 1281}, "width"),
        ({"width": 8192}, "width"),
        ({"kept_frames": 0}, "kept_frames"),
        ({"clip_key": "../../etc/passwd"}, "clip_key"),
        ({"surprise": 1}, "surprise"),
        ({"kind": "opera"}, "body"),
    ],
)
async def test_a_wrong_field_is_named(client: httpx.AsyncClient, change: dict[str, object], field: str) -> None:
    answer = await client.put(URL, json={**BODY, **change})
    assert seen(answer) == (422, "invalid_request")
    assert field in answer.json()["details"]["fields"][0]["field"]


async def test_ready_says_what_it_depends_on(client: httpx.AsyncClient, store: MemoryStore) -> None:
    assert (await client.get("/ready")).json()["dependencies"] == {"assets": "ok"}
    store.is_away = True
    assert (await client.get("/ready")).status_code == 503
    assert (await client.get("/health")).status_code == 200


async def test_the_end_of_the_app_ends_the_work(store: MemoryStore, workshop: FakeWorkshop) -> None:
    app = create_app(SETTINGS, Adapters(store, workshop))
    async with app.router.lifespan_context(app) as state:
        assert state is not None
        await state["composer"].order(ADA, KEY, a_body(), 0)
        await wait_until(lambda: workshop.running == {KEY})
    assert workshop.running == set()
    assert store.objects == {}


@pytest.mark.parametrize(
    ("prefer", "wait_s"),
    [("wait=7", 7), ("respond-async, wait=10", 10), ("respond-async", None), ("", None), ("wait=-1", None)],
)
def test_the_preferred_wait(prefer: str, wait_s: int | None) -> None:
    assert find_wait_s(prefer) == wait_s


async def test_only_jobs_orders_exports_and_is_told_of_them(client: httpx.AsyncClient, workshop: FakeWorkshop) -> None:
    key, request = an_export()
    body, url = request.model_dump(mode="json"), f"/v1/exports/{key}"
    assert seen(await client.put(url, json=body)) == (403, "forbidden")
    workshop.finish.set()
    done = await client.put(url, json=body, headers={**headers_for("jobs"), **WAIT})
    assert (done.status_code, done.json()) == (200, export_result(key).model_dump(mode="json"))
    assert (await client.delete(url, headers=headers_for("jobs"))).status_code == 204
    other = await client.put(url, json={**body, "width": 66}, headers=headers_for("jobs"))
    assert seen(other) == (422, "key_mismatch")
