"""API keys: shown once, kept as a hash, taken as their user, dead within a minute."""

import time
from collections.abc import Callable

import pytest
from tests.fakes.identity import FakeKeyTable

from omnigen_gateway.domain.api_keys import MAX_KEYS, read_key
from omnigen_gateway.domain.claims import Means
from omnigen_gateway.domain.problems import InvalidTokenError, TooManyKeysError
from omnigen_gateway.service.api_keys import MAX_AGE_S, ApiKeys
from omnigen_shared.contracts.base import UserId
from omnigen_shared.errors import DependencyUnavailableError, NotFoundError

USER, OTHER = UserId("user-1"), UserId("user-2")
DAY_S = 86_400


class Bench:
    """Two gateways over one table; the clock is moved by hand."""

    def __init__(self) -> None:
        self.now_s = float(int(time.time()))
        self.table = FakeKeyTable()
        clock: Callable[[], float] = lambda: self.now_s  # noqa: E731 - both clocks go together
        self.here, self.elsewhere = (ApiKeys(self.table, clock, clock) for _ in range(2))

    async def create(self, user_id: UserId = USER) -> str:
        return (await self.here.create(user_id, "a program", ["jobs:read"], DAY_S))[1]


async def test_a_key_is_its_user_with_its_scopes() -> None:
    bench = Bench()
    key, text = await bench.here.create(USER, "a program", ["jobs:read", "usage:read"], DAY_S)
    caller = await bench.elsewhere.get_caller(text)
    assert (caller.user_id, caller.means, caller.scopes) == (USER, Means.KEY, frozenset({"jobs:read", "usage:read"}))
    assert caller.expires_at == key.expires_at == bench.now_s + DAY_S
    assert text.startswith(f"omk_{key.key_id}_")
    (_, secret) = read_key(text) or ("", "")
    assert len(secret) == 43
    assert secret not in repr(bench.table.keys)


async def test_the_table_is_asked_once_in_a_while_and_the_use_is_known_to_the_minute() -> None:
    bench = Bench()
    text = await bench.create()
    for _ in range(5):
        await bench.here.get_caller(text)
    assert bench.table.finds == 1
    (key,) = await bench.here.list_of(USER)
    assert key.last_used_at == bench.now_s
    bench.now_s += MAX_AGE_S
    await bench.here.get_caller(text)
    assert (await bench.here.list_of(USER))[0].last_used_at == bench.now_s - MAX_AGE_S
    bench.now_s += MAX_AGE_S
    await bench.here.get_caller(text)
    assert (await bench.here.list_of(USER))[0].last_used_at == bench.now_s


async def test_who_knows_the_id_alone_has_not_used_the_key() -> None:
    bench = Bench()
    text = await bench.create()
    for _ in range(2):
        with pytest.raises(InvalidTokenError):
            await bench.elsewhere.get_caller(text[:-43] + "A" * 43)
    assert (await bench.here.list_of(USER))[0].last_used_at == 0
    await bench.elsewhere.get_caller(text)
    assert (await bench.here.list_of(USER))[0].last_used_at == bench.now_s


async def test_a_use_that_cannot_be_noted_is_no_refusal() -> None:
    bench = Bench()
    text = await bench.create()
    bench.table.note_error = DependencyUnavailableError("away")
    for _ in range(2):
        assert (await bench.here.get_caller(text)).user_id == USER


async def test_a_deleted_key_is_dead_here_at_once_and_elsewhere_within_a_minute() -> None:
    bench = Bench()
    text = await bench.create()
    for gateway in (bench.here, bench.elsewhere):
        await gateway.get_caller(text)
    await bench.here.delete(USER, text.split("_")[1])
    with pytest.raises(InvalidTokenError):
        await bench.here.get_caller(text)
    assert MAX_AGE_S < 60
    bench.now_s += MAX_AGE_S
    with pytest.raises(InvalidTokenError):
        await bench.elsewhere.get_caller(text)


async def test_it_ends_on_its_day_also_where_it_is_remembered() -> None:
    bench = Bench()
    text = await bench.create()
    bench.now_s += DAY_S - 1
    await bench.here.get_caller(text)
    bench.now_s += 1
    with pytest.raises(InvalidTokenError):
        await bench.here.get_caller(text)
    assert await bench.here.list_of(USER) == []


async def test_another_secret_is_refused_also_where_the_key_is_remembered() -> None:
    bench = Bench()
    text, other = await bench.create(), await bench.create()
    await bench.here.get_caller(text)
    mixed = text[:-43] + other[-43:]
    for wrong in (mixed, text[:-1], text + "A", text.upper(), text.replace("omk_", "key_"), "omk_", f"{text}\n"):
        with pytest.raises(InvalidTokenError):
            await bench.here.get_caller(wrong)


async def test_only_its_user_deletes_it() -> None:
    bench = Bench()
    text = await bench.create()
    with pytest.raises(NotFoundError):
        await bench.here.delete(OTHER, text.split("_")[1])
    assert (await bench.here.get_caller(text)).user_id == USER


async def test_there_are_so_many_at_most_and_those_that_are_over_make_room() -> None:
    bench = Bench()
    for _ in range(MAX_KEYS):
        await bench.create()
    with pytest.raises(TooManyKeysError):
        await bench.create()
    await bench.create(OTHER)
    bench.now_s += DAY_S
    await bench.create()
    assert len(bench.table.keys) == 2, "the other user's, which nobody swept, and the new one"
