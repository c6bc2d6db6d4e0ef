"""What was looked up is remembered for a moment, and looked up once by all who ask meanwhile."""

import asyncio

import pytest

from omnigen_gateway.domain.breaker import FAILURES_TO_OPEN
from omnigen_gateway.service import remembering
from omnigen_gateway.service.remembering import AHEAD_S, PAUSE_S, Memory
from omnigen_shared.errors import DependencyUnavailableError


class Bench:
    """A memory whose clock is moved by hand, and what it looks at."""

    def __init__(self, stale_s: float = 0, capacity: int = 10) -> None:
        self.now_s = 0.0
        self.values: dict[str, str] = {"a": "1", "b": "2", "c": "3"}
        self.looks: list[str] = []
        self.error: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.memory = Memory(self.look, 30, stale_s=stale_s, capacity=capacity, monotonic=lambda: self.now_s)

    async def look(self, name: str) -> str | None:
        self.looks.append(name)
        found = self.values.get(name)
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return found


async def test_one_look_serves_until_its_age() -> None:
    bench = Bench()
    assert bench.memory.find("a") is None
    assert await bench.memory.get("a") == "1"
    bench.now_s = 30 - AHEAD_S - 0.1
    assert (bench.memory.find("a"), await bench.memory.get("a")) == ("1", "1")
    bench.now_s = 30
    assert bench.memory.find("a") is None
    bench.values["a"] = "new"
    assert await bench.memory.get("a") == "new"
    assert bench.looks == ["a", "a"]


async def test_all_who_ask_at_once_wait_for_one_look_even_if_the_first_one_leaves() -> None:
    bench = Bench()
    bench.gate.clear()
    first, second, third = (asyncio.ensure_future(bench.memory.get("a")) for _ in range(3))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    bench.gate.set()
    assert [await second, await third] == ["1", "1"]
    assert bench.looks == ["a"]


async def test_what_is_not_there_is_looked_for_each_time() -> None:
    bench = Bench()
    for _ in range(2):
        assert await bench.memory.get("nothing") is None
    assert len(bench.looks) == 2
    assert len(bench.memory) == 0


async def test_what_is_forgotten_is_looked_up_anew_and_a_look_under_way_is_not_kept() -> None:
    bench = Bench()
    await bench.memory.get("a")
    bench.memory.forget("a")
    assert bench.memory.find("a") is None
    bench.gate.clear()
    before = asyncio.ensure_future(bench.memory.get("a"))
    await asyncio.sleep(0)
    bench.memory.forget("a")
    bench.gate.set()
    assert await before == "1"
    assert bench.memory.find("a") is None


async def test_whoever_stops_waits_for_looks_forgotten_ones_too() -> None:
    bench = Bench()
    bench.gate.clear()
    asking = [asyncio.ensure_future(bench.memory.get(name)) for name in ("a", "b")]
    await asyncio.sleep(0)
    bench.memory.forget("a")
    landing = asyncio.ensure_future(bench.memory.land())
    await asyncio.sleep(0.01)
    assert not landing.done()
    bench.gate.set()
    await landing
    assert [await answer for answer in asking] == ["1", "2"]


async def test_an_error_reaches_whoever_waits_and_nothing_is_kept() -> None:
    bench = Bench()
    bench.error = DependencyUnavailableError("away")
    with pytest.raises(DependencyUnavailableError):
        await bench.memory.get("a")
    bench.error = None
    assert await bench.memory.get("a") == "1"


async def test_while_nobody_answers_the_last_value_holds_for_a_while() -> None:
    bench = Bench(stale_s=600)
    await bench.memory.get("a")
    bench.error = DependencyUnavailableError("away")
    bench.now_s = 629
    assert await bench.memory.get("a") == "1"
    bench.now_s = 630
    with pytest.raises(DependencyUnavailableError):
        await bench.memory.get("a")


async def test_in_the_last_seconds_it_is_looked_up_ahead_and_nobody_waits() -> None:
    bench = Bench()
    await bench.memory.get("a")
    bench.now_s = 30 - AHEAD_S
    bench.values["a"] = "new"
    assert [bench.memory.find("a"), bench.memory.find("a")] == ["1", "1"]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert bench.memory.find("a") == "new"
    assert bench.looks == ["a", "a"]


async def test_a_look_ahead_that_fails_is_nobodys_error_and_not_made_again_at_once() -> None:
    bench = Bench()
    await bench.memory.get("a")
    bench.error = DependencyUnavailableError("away")
    bench.now_s = 29
    for _ in range(5):
        assert bench.memory.find("a") == "1"
        await asyncio.sleep(0)
    assert bench.looks == ["a", "a"]


async def test_while_nobody_answers_older_values_do_without_a_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "PATIENCE_S", 0)
    bench, names = Bench(stale_s=600), [f"name-{number}" for number in range(FAILURES_TO_OPEN + 3)]
    bench.values |= dict.fromkeys(names, "old")
    for name in names:
        await bench.memory.get(name)
    bench.gate.clear()
    bench.now_s = 100
    bench.looks.clear()
    assert [await bench.memory.get(name) for name in names] == ["old"] * len(names)
    assert bench.looks == names[:FAILURES_TO_OPEN], "the silence of so many looks is known to the next"
    bench.gate.set()
    await bench.memory.land()
    bench.now_s += 30
    bench.values |= dict.fromkeys(names, "new")
    monkeypatch.setattr(remembering, "PATIENCE_S", 60)
    assert [await bench.memory.get(name) for name in names] == ["new"] * len(names)


async def test_a_look_in_vain_is_made_again_for_this_name_after_a_pause_and_for_others_at_once() -> None:
    bench = Bench(stale_s=600)
    for name in ("a", "b"):
        await bench.memory.get(name)
    bench.now_s = 100
    bench.error = DependencyUnavailableError("throttled")
    assert await bench.memory.get("a") == "1"
    bench.error = None
    bench.values = {"a": "new", "b": "new"}
    assert (await bench.memory.get("a"), await bench.memory.get("b")) == ("1", "new")
    bench.now_s += PAUSE_S
    assert await bench.memory.get("a") == "new"


async def test_all_who_wait_for_one_look_in_vain_are_one_failure() -> None:
    bench = Bench(stale_s=600)
    for name in ("a", "b"):
        await bench.memory.get(name)
    bench.now_s = 100
    bench.error = DependencyUnavailableError("throttled")
    assert await asyncio.gather(*(bench.memory.get("a") for _ in range(20))) == ["1"] * 20
    bench.error = None
    bench.values["b"] = "new"
    assert await bench.memory.get("b") == "new"


async def test_it_is_bounded_and_keeps_what_was_asked_for_last() -> None:
    bench = Bench(capacity=2)
    for name in ("a", "b"):
        await bench.memory.get(name)
    bench.memory.find("a")
    await bench.memory.get("c")
    assert len(bench.memory) == 2
    assert (bench.memory.find("a"), bench.memory.find("b"), bench.memory.find("c")) == ("1", None, "3")
