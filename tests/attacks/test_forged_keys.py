"""API keys that nobody was given, that are over, or that may not do what they are used for."""

import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from secrets import token_hex
from typing import Final

import pytest
from tests.attacks.refusals import assert_refused
from tests.fakes.gateway import GatewayBench
from tests.fakes.own_routes import give_key
from tests.fakes.tokens import claims, provider_key

from omnigen_gateway.domain.scopes import Scope

pytestmark = pytest.mark.asyncio(loop_scope="module")

Forge = Callable[[GatewayBench, str, str], dict[str, str]]
"""Headers, made of a good key: its text and its id."""


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def take_back(bench: GatewayBench, text: str, key_id: str) -> dict[str, str]:
    del bench.identity.keys.keys[key_id]
    return bearer(text)


def let_it_end(bench: GatewayBench, text: str, key_id: str) -> dict[str, str]:
    table = bench.identity.keys.keys
    table[key_id] = replace(table[key_id], expires_at=int(time.time()))
    return bearer(text)


def show_what_the_table_knows(bench: GatewayBench, _text: str, key_id: str) -> dict[str, str]:
    return bearer(f"omk_{key_id}_{bench.identity.keys.keys[key_id].secret_hash[:43]}")


KEYS: Final[dict[str, Forge]] = {
    "taken back": take_back,
    "over": let_it_end,
    "the table's hash for the secret": show_what_the_table_knows,
    "another secret": lambda _, text, _id: bearer(text[:-43] + "A" * 43),
    "another id": lambda _, text, key_id: bearer(text.replace(key_id, key_id[::-1])),
    "no secret": lambda _, _text, key_id: bearer(f"omk_{key_id}_"),
    "no id": lambda _, text, _id: bearer(f"omk__{text[-43:]}"),
    "the secret alone": lambda _, text, _id: bearer(text[-43:]),
    "cut": lambda _, text, _id: bearer(text[:-1]),
    "longer": lambda _, text, _id: bearer(f"{text}A"),
    "in capitals": lambda _, text, _id: bearer(text.upper()),
    "another prefix": lambda _, text, _id: bearer(text.replace("omk_", "omk-")),
    "the prefix in capitals": lambda _, text, _id: bearer(text.replace("omk_", "OMK_")),
    "an id that is a table's key": lambda _, text, key_id: bearer(text.replace(key_id, "KEY#0123456789ab")),
    "an id that is a path": lambda _, text, key_id: bearer(text.replace(key_id, "../../SESSION#00")),
    "an id with a wildcard": lambda _, text, key_id: bearer(text.replace(key_id, "%" * 16)),
    "a null byte behind it": lambda _, text, _id: bearer(f"{text}\0"),
    "a line break inside": lambda _, text, _id: bearer(f"{text[:20]}\n{text[20:]}"),
    "twice": lambda _, text, _id: bearer(f"{text},{text}"),
    "beside a token": lambda _, text, _id: bearer(f"{text} {provider_key().sign(claims())}"),
    "as a password": lambda _, text, _id: {"Authorization": f"Basic {b64encode(f'key:{text}'.encode()).decode()}"},
    "as another scheme": lambda _, text, _id: {"Authorization": f"ApiKey {text}"},
    "in a header of its own": lambda _, text, _id: {"X-Api-Key": text},
    "as a cookie": lambda _, text, _id: {"Cookie": f"__Host-omnigen={text}"},
    "as a session": lambda _, text, _id: {"Cookie": f"__Host-omnigen={text[-43:]}"},
}


@pytest.mark.parametrize("name", KEYS)
async def test_a_forged_key_opens_nothing(bench: GatewayBench, name: str) -> None:
    key_id = token_hex(8)
    text = give_key(bench, key_id)["Authorization"].removeprefix("Bearer ")
    answer = await bench.ask("GET", "/api/v1/jobs/job_1", KEYS[name](bench, text, key_id))
    assert_refused(answer, bench)
    assert (answer.status, answer.json["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        (Scope.JOBS_READ, "POST", "/api/v1/jobs"),
        (Scope.JOBS_READ, "DELETE", "/api/v1/jobs/job_1"),
        (Scope.JOBS_WRITE, "GET", "/api/v1/jobs"),
        (Scope.USAGE_READ, "GET", "/api/v1/jobs"),
        (Scope.JOBS_WRITE, "POST", "/api/v1/webhooks"),
        (Scope.JOBS_WRITE, "POST", "/api/v1/keys"),
        (Scope.JOBS_WRITE, "DELETE", "/api/v1/keys/0123456789abcdef"),
        (Scope.JOBS_WRITE, "POST", "/api/v1/auth/logout"),
    ],
)
async def test_a_good_key_opens_nothing_else(bench: GatewayBench, scope: Scope, method: str, path: str) -> None:
    answer = await bench.ask(method, path, give_key(bench, token_hex(8), [scope]))
    assert_refused(answer, bench)
    assert (answer.status, answer.json["code"]) == (403, "insufficient_scope")


async def test_a_token_or_key_in_the_address_is_none(bench: GatewayBench) -> None:
    text = give_key(bench, token_hex(8))["Authorization"].removeprefix("Bearer ")
    for query in (f"access_token={text}", f"api_key={text}", f"key={text}"):
        assert_refused(await bench.ask("GET", f"/api/v1/jobs/job_1?{query}", {}), bench)
