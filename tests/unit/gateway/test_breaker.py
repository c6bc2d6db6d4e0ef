"""The breaker opens after five failures in a row, and lets one probe through at a time."""

from omnigen_gateway.domain.breaker import FAILURES_TO_OPEN, OPEN_S, Breaker

NOW_S = 100.0


def opened() -> Breaker:
    breaker = Breaker()
    for _ in range(FAILURES_TO_OPEN):
        assert breaker.admit(NOW_S) is None
        breaker.record_failure(NOW_S)
    return breaker


def test_stays_closed_while_failures_are_not_in_a_row() -> None:
    breaker = Breaker()
    for _ in range(3):
        for _ in range(FAILURES_TO_OPEN - 1):
            breaker.record_failure(NOW_S)
        breaker.record_success()
    assert breaker.admit(NOW_S) is None


def test_open_it_refuses_and_says_for_how_long() -> None:
    breaker = opened()
    assert breaker.admit(NOW_S) == OPEN_S
    assert breaker.admit(NOW_S + 3.5) == 2
    assert breaker.admit(NOW_S + OPEN_S - 0.01) == 1


def test_one_probe_at_a_time() -> None:
    breaker = opened()
    assert breaker.admit(NOW_S + OPEN_S) is None
    assert breaker.admit(NOW_S + OPEN_S) == OPEN_S


def test_a_probe_that_never_reports_holds_nothing_up() -> None:
    breaker = opened()
    assert breaker.admit(NOW_S + OPEN_S) is None
    assert breaker.admit(NOW_S + 2 * OPEN_S) is None


def test_a_failed_probe_keeps_it_open() -> None:
    breaker = opened()
    breaker.admit(NOW_S + OPEN_S)
    breaker.record_failure(NOW_S + OPEN_S + 1)
    assert breaker.admit(NOW_S + OPEN_S + 1) == OPEN_S - 1


def test_a_probe_that_succeeds_closes_it() -> None:
    breaker = opened()
    breaker.admit(NOW_S + OPEN_S)
    breaker.record_success()
    assert [breaker.admit(NOW_S + OPEN_S) for _ in range(3)] == [None] * 3
