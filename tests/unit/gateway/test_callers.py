"""A verified token is remembered, but never for longer than it may be."""

import pytest
from tests.fakes.tokens import CLIENT_ID, ISSUER, FakeKeys, claims, provider_key, stranger_key

from omnigen_gateway.domain.cache import MAX_AGE_S, CallerCache
from omnigen_gateway.domain.claims import Caller, Expected
from omnigen_gateway.domain.problems import ExpiredTokenError, InvalidTokenError
from omnigen_gateway.service.callers import Authenticator, Signatures
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.spending import PlanName

START_S = 1_800_000_000


class Bench:
    """An authenticator whose wall clock is moved by hand."""

    def __init__(self) -> None:
        self.now_s = float(START_S)
        self.keys = FakeKeys()
        self.authenticator = Authenticator(Signatures(self.keys), Expected(ISSUER, CLIENT_ID), lambda: self.now_s)

    async def identify(self, token: str) -> str:
        return (await self.authenticator.identify(f"{token}".encode())).user_id


def token(lifetime_s: int = 3600, sub: str = "alice") -> str:
    return provider_key().sign(claims(sub=sub, iat=START_S, exp=START_S + lifetime_s))


async def test_a_token_is_verified_once() -> None:
    bench, alice = Bench(), token()
    assert [await bench.identify(alice) for _ in range(3)] == ["alice"] * 3
    assert len(bench.keys.asked) == 1


async def test_each_token_is_its_own() -> None:
    bench = Bench()
    assert await bench.identify(token(sub="alice")) == "alice"
    assert await bench.identify(token(sub="bob")) == "bob"


async def test_a_cached_token_with_another_signature_is_verified() -> None:
    bench, alice = Bench(), token()
    await bench.identify(alice)
    forged = f"{alice.rpartition('.')[0]}.{stranger_key().sign(claims()).rpartition('.')[2]}"
    with pytest.raises(InvalidTokenError):
        await bench.identify(forged)


async def test_it_is_verified_again_after_five_minutes() -> None:
    bench, alice = Bench(), token()
    await bench.identify(alice)
    bench.now_s += MAX_AGE_S - 1
    await bench.identify(alice)
    assert len(bench.keys.asked) == 1
    bench.now_s += 1
    await bench.identify(alice)
    assert len(bench.keys.asked) == 2


async def test_the_cache_ends_with_the_token() -> None:
    bench, brief = Bench(), token(lifetime_s=60)
    await bench.identify(brief)
    bench.now_s += 60
    await bench.identify(brief)
    assert len(bench.keys.asked) == 2, "within the skew it is verified each time"
    bench.now_s += 5
    with pytest.raises(ExpiredTokenError):
        await bench.identify(brief)


async def test_a_refused_token_is_not_remembered() -> None:
    bench = Bench()
    for _ in range(2):
        with pytest.raises(InvalidTokenError):
            await bench.identify(stranger_key().sign(claims()))
    assert len(bench.keys.asked) == 2


def test_the_cache_is_bounded_and_keeps_who_was_seen_last() -> None:
    cache = CallerCache(capacity=2)
    callers = {name: Caller(UserId(name), PlanName.FREE, START_S + 3600) for name in ("a", "b", "c")}
    for name in ("a", "b"):
        cache.put(name.encode(), callers[name], START_S)
    assert cache.find(b"a", START_S) == callers["a"]
    cache.put(b"c", callers["c"], START_S)
    assert len(cache) == 2
    assert cache.find(b"b", START_S) is None
    assert cache.find(b"a", START_S) == callers["a"]


def test_an_entry_that_is_over_is_dropped() -> None:
    cache = CallerCache()
    cache.put(b"a", Caller(UserId("a"), PlanName.FREE, START_S + 10), START_S)
    assert cache.find(b"a", START_S + 10) is None
    assert len(cache) == 0
