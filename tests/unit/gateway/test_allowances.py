"""What a lease allows, for how long, and what is forgotten."""

from typing import Any

from omnigen_gateway.domain.allowances import ASK, IDLE_S, PASS, RECHECK_S, REFUSE, Allowance, Allowances
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.rates import RateLease
from omnigen_shared.contracts.spending import PlanName

FREE, PRO = PlanName.FREE, PlanName.PRO


def a_lease(size: int, **changes: Any) -> RateLease:
    return RateLease(**{"window": 7, "remaining_ms": 30_000, "size": size, "limit": 100, "remaining": 40} | changes)


def an_allowance(size: int, asked_s: float = 0.0, **changes: Any) -> Allowance:
    allowance = Allowance()
    allowance.accept(a_lease(size, **changes), FREE, asked_s)
    return allowance


def test_nothing_is_known_of_a_new_user() -> None:
    assert Allowance().take(FREE, 0.0) is ASK


def test_a_lease_lets_so_many_pass() -> None:
    allowance = an_allowance(2)
    assert [allowance.take(FREE, 1.0) for _ in range(3)] == [PASS, PASS, ASK]


def test_a_lease_ends_with_its_window_counted_from_before_the_call() -> None:
    allowance = an_allowance(3, asked_s=100.0)
    assert allowance.take(FREE, 129.9) is PASS
    assert allowance.take(FREE, 130.0) is ASK
    assert allowance.left == 2


def test_what_is_left_of_one_window_is_nothing_in_the_next() -> None:
    allowance = an_allowance(5)
    allowance.accept(a_lease(3, window=8), FREE, 30.0)
    assert [allowance.take(FREE, 31.0) for _ in range(4)] == [PASS, PASS, PASS, ASK]


def test_a_lease_in_advance_is_added() -> None:
    allowance = an_allowance(2)
    allowance.accept(a_lease(10), FREE, 1.0)
    assert allowance.left == 12


def test_the_first_refusal_of_a_window_is_looked_into_once() -> None:
    allowance = an_allowance(0)
    assert allowance.take(FREE, RECHECK_S - 0.1) is REFUSE
    assert allowance.take(FREE, RECHECK_S) is ASK
    allowance.accept(a_lease(0, remaining_ms=27_000), FREE, RECHECK_S)
    assert allowance.take(FREE, 29.9) is REFUSE
    assert allowance.take(FREE, 30.0) is ASK


def test_a_refusal_never_outlasts_its_window() -> None:
    allowance = an_allowance(0, remaining_ms=500)
    assert allowance.take(FREE, 0.4) is REFUSE
    assert allowance.take(FREE, 0.5) is ASK


def test_each_window_has_a_first_refusal() -> None:
    allowance = an_allowance(0)
    allowance.accept(a_lease(0, window=8, remaining_ms=60_000), FREE, 30.0)
    assert allowance.take(FREE, 30.0 + RECHECK_S) is ASK


def test_what_is_held_passes_though_there_is_no_more() -> None:
    allowance = an_allowance(2)
    allowance.accept(a_lease(0), FREE, 1.0)
    assert [allowance.take(FREE, 2.0) for _ in range(3)] == [PASS, PASS, REFUSE]


def test_plans_are_refused_apart() -> None:
    allowance = an_allowance(0)
    assert allowance.take(PRO, 1.0) is ASK
    allowance.accept(a_lease(0), PRO, 1.0)
    assert [allowance.take(plan, 1.5) for plan in (FREE, PRO, FREE, PRO)] == [REFUSE] * 4


def test_the_next_lease_is_worth_asking_for_when_this_one_goes_fast() -> None:
    allowance = an_allowance(4)
    low = []
    for now_s in (0.1, 0.2, 0.3, 0.4):
        allowance.take(FREE, now_s)
        low.append(allowance.is_running_low(now_s))
    assert low == [False, True, False, False]


def test_and_not_when_it_goes_slowly() -> None:
    allowance = an_allowance(3)
    allowance.take(FREE, 5.0)
    assert (allowance.left, allowance.is_running_low(5.0)) == (2, False)


def test_what_is_unused_is_given_back_once() -> None:
    allowance = an_allowance(4)
    assert allowance.give_back(29.0) == 4
    assert allowance.give_back(29.0) == 0
    assert allowance.take(FREE, 29.0) is ASK


def test_nothing_is_given_back_after_the_window() -> None:
    assert an_allowance(4).give_back(30.0) == 0


def test_a_user_is_told_where_he_stands() -> None:
    allowance = an_allowance(10)
    allowance.take(FREE, 0.5)
    assert (allowance.left, allowance.unleased) == (9, 40)
    assert allowance.headers(0.5, remaining=49) == (
        (b"ratelimit-policy", b'"requests";q=100;w=60'),
        (b"ratelimit", b'"requests";r=49;t=30'),
    )
    assert [allowance.reset_s(now_s) for now_s in (0.0, 29.0, 29.9, 30.0)] == [30, 1, 1, 1]


def test_the_least_recently_used_user_leaves_first() -> None:
    allowances = Allowances(capacity=2)
    first = allowances.touch(UserId("a"))
    allowances.touch(UserId("b"))
    assert allowances.touch(UserId("a")) is first
    allowances.touch(UserId("c"))
    assert len(allowances) == 2
    assert allowances.touch(UserId("a")) is first


def test_who_is_idle_and_holds_something_is_listed() -> None:
    allowances = Allowances()
    for name, size, used_s in (("holds", 3, 0.0), ("refused", 0, 0.5), ("busy", 3, 9.0)):
        allowance = allowances.touch(UserId(name))
        allowance.accept(a_lease(size), FREE, 0.0)
        allowance.take(FREE, used_s)
    assert [user_id for user_id, _ in allowances.list_idle(0.0 + IDLE_S - 0.1)] == []
    assert [user_id for user_id, _ in allowances.list_idle(10.0)] == ["holds"]
    assert len(allowances) == 3


def test_who_has_used_up_all_or_given_it_back_is_forgotten() -> None:
    allowances = Allowances()
    for name, size in (("used up", 1), ("given back", 3)):
        allowance = allowances.touch(UserId(name))
        allowance.accept(a_lease(size), FREE, 0.0)
        allowance.take(FREE, 0.1)
    allowances.touch(UserId("given back")).give_back(0.2)
    assert allowances.list_idle(5.0) == []
    assert len(allowances) == 0


def test_who_is_idle_after_the_window_is_forgotten() -> None:
    allowances = Allowances()
    for name, size in (("held", 3), ("refused", 0)):
        allowance = allowances.touch(UserId(name))
        allowance.accept(a_lease(size), FREE, 0.0)
        allowance.take(FREE, 0.1)
    assert allowances.list_idle(31.0) == []
    assert len(allowances) == 0
