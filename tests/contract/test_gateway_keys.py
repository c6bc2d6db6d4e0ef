"""The identity provider's keys, read over HTTP: cached, refreshed once, and kept when the provider is away."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
from tests.fakes.loopback import serve_app
from tests.fakes.tokens import CLIENT_ID, ISSUER, KID, KeyPair, claims, provider_key
from tests.fakes.waiting import wait_until

from omnigen_gateway.clients.keys import FRESH_S, REFRESH_INTERVAL_S, SPARE_READS, USABLE_S, CognitoKeys
from omnigen_gateway.clients.session import open_session
from omnigen_gateway.domain.claims import Expected
from omnigen_gateway.service.callers import Authenticator, Signatures
from omnigen_shared.errors import DependencyUnavailableError


class Provider:
    """Publishes a key set, counts how often it is read, and can be away."""

    def __init__(self) -> None:
        self.key_set: Any = {"keys": [provider_key().jwk()]}
        self.status = 200
        self.reads = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.reads += 1
        answer: Response = JSONResponse(self.key_set, self.status, {"Location": "/elsewhere"})
        await answer(scope, receive, send)


class Bench:
    """Keys over a provider, with a clock that is moved by hand."""

    def __init__(self, provider: Provider, keys: CognitoKeys) -> None:
        self.provider = provider
        self.keys = keys
        self.now_s = 5.0

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds

    async def knows(self, kid: str = KID) -> bool:
        return await self.keys.find_key(kid) is not None


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    provider = Provider()
    async with (
        serve_app(provider, lifespan="off") as url,
        open_session() as session,
        CognitoKeys(session, f"{url}/jwks.json", lambda: made.now_s, lambda wait_s: made.sleep(wait_s)) as keys,  # noqa: PLW0108 - it is made below
    ):
        made = Bench(provider, keys)
        yield made


async def test_keys_are_read_once_for_an_hour(bench: Bench) -> None:
    assert all([await bench.knows() for _ in range(3)])
    bench.now_s += FRESH_S - 1
    assert await bench.knows()
    assert bench.provider.reads == 1


async def test_many_at_once_read_once(bench: Bench) -> None:
    assert all(await asyncio.gather(*(bench.knows() for _ in range(50))))
    assert bench.provider.reads == 1


async def test_after_an_hour_they_are_read_again_while_the_old_ones_serve(bench: Bench) -> None:
    await bench.knows()
    bench.now_s += FRESH_S
    assert await bench.knows()
    await wait_until(lambda: bench.provider.reads == 2)


async def test_an_unknown_key_is_looked_for_once(bench: Bench) -> None:
    await bench.knows()
    rotated = KeyPair("key-2")
    bench.provider.key_set = {"keys": [provider_key().jwk(), rotated.jwk()]}
    bench.now_s += REFRESH_INTERVAL_S
    assert all(await asyncio.gather(*(bench.knows("key-2") for _ in range(20))))
    assert bench.provider.reads == 2


async def test_a_key_that_is_changed_right_after_a_read_is_found_at_once(bench: Bench) -> None:
    await bench.knows()
    for number in range(2, 2 + SPARE_READS):
        bench.provider.key_set = {"keys": [KeyPair(f"key-{number - 1}").jwk(), KeyPair(f"key-{number}").jwk()]}
        assert await bench.knows(f"key-{number}")
    assert bench.provider.reads == 1 + SPARE_READS


async def test_invented_keys_cause_few_reads_at_once_and_then_one_in_a_while(bench: Bench) -> None:
    await bench.knows()
    begun_s = bench.now_s = bench.now_s + REFRESH_INTERVAL_S
    assert not any([await bench.knows(f"invented-{number}") for number in range(SPARE_READS + 1)])
    assert (bench.provider.reads, bench.now_s) == (1 + SPARE_READS + 1, begun_s)
    for turn in range(1, 4):
        assert not any(await asyncio.gather(*(bench.knows(f"invented-{number}") for number in range(20))))
        assert (bench.provider.reads, bench.now_s) == (2 + SPARE_READS + turn, begun_s + turn * REFRESH_INTERVAL_S)


async def test_a_new_key_is_found_though_somebody_invents_others_all_the_time(bench: Bench) -> None:
    await bench.knows()
    assert not any([await bench.knows(f"invented-{number}") for number in range(SPARE_READS)])
    bench.provider.key_set = {"keys": [provider_key().jwk(), KeyPair("key-2").jwk()]}
    found = await asyncio.gather(*(bench.knows(f"invented-{number}") for number in range(20)), bench.knows("key-2"))
    assert found == [False] * 20 + [True]


async def test_no_good_token_is_refused_while_the_provider_changes_its_key(bench: Bench) -> None:
    old, new = provider_key(), KeyPair("key-2")
    signatures, expected = Signatures(bench.keys), Expected(ISSUER, CLIENT_ID)
    gateways = [Authenticator(signatures, expected) for _ in range(2)]

    async def ask(*pairs: KeyPair) -> None:
        tokens = [pair.sign(claims(sub=f"user-{number}")).encode() for pair in pairs for number in range(8)]
        asking = [gateway.identify(token) for gateway in gateways for token in tokens]
        assert len(await asyncio.gather(*asking)) == 16 * len(pairs)

    await ask(old)
    bench.provider.key_set = {"keys": [old.jwk(), new.jwk()]}
    await ask(old, new)
    await asyncio.gather(ask(new), ask(old))
    bench.now_s += FRESH_S
    await ask(old, new)
    assert bench.provider.reads <= 3


async def test_a_key_that_was_withdrawn_is_forgotten(bench: Bench) -> None:
    await bench.knows()
    bench.provider.key_set = {"keys": [KeyPair("key-2").jwk()]}
    bench.now_s += FRESH_S
    assert await bench.knows("key-2")
    assert not await bench.knows()


@pytest.mark.parametrize(("status", "key_set"), [(503, None), (302, None), (200, {"keys": []}), (200, "text")])
async def test_while_the_provider_is_away_old_keys_serve(bench: Bench, status: int, key_set: Any) -> None:
    await bench.knows()
    bench.provider.status, bench.provider.key_set = status, key_set
    bench.now_s += FRESH_S
    assert await bench.knows()
    await wait_until(lambda: bench.provider.reads == 2)
    assert await bench.knows()
    for _ in range(2):
        with pytest.raises(DependencyUnavailableError):
            await bench.knows("unknown")
    assert bench.provider.reads == 2


async def test_keys_that_are_too_old_serve_no_longer(bench: Bench) -> None:
    await bench.knows()
    bench.provider.status = 503
    bench.now_s += USABLE_S
    with pytest.raises(DependencyUnavailableError):
        await bench.knows()


async def test_without_keys_nobody_is_refused_or_let_in(bench: Bench) -> None:
    bench.provider.status = 503
    for check in (bench.knows(), bench.knows("unknown"), bench.keys.check()):
        with pytest.raises(DependencyUnavailableError):
            await check
    assert bench.provider.reads == 1
    bench.provider.status = 200
    bench.now_s += REFRESH_INTERVAL_S
    await bench.keys.check()
    assert await bench.knows()


async def test_leaving_ends_a_read_that_is_under_way() -> None:
    asked = asyncio.Event()

    async def hold(_scope: Scope, _receive: Receive, _send: Send) -> None:
        asked.set()
        await asyncio.Event().wait()

    async with serve_app(hold, lifespan="off") as url, open_session() as session:
        keys = CognitoKeys(session, url)
        async with keys:
            waiting = asyncio.create_task(keys.find_key(KID))
            await asked.wait()
        with pytest.raises(asyncio.CancelledError):
            await waiting
