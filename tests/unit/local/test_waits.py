from omnigen_local.demo.waits import ClipWaits


def at(second: float) -> str:
    return f"2026-11-24T12:00:{second:09.6f}Z"


def test_clips_side_by_side_take_as_long_as_the_slowest() -> None:
    waits = ClipWaits()
    for number, begun in ((1, 0.0), (2, 0.5), (3, 1.0)):
        waits.note(number, "generating", at(begun))
    for number, ended in ((2, 2.5), (1, 3.0), (3, 4.0)):
        waits.note(number, "ingested", at(ended))
    assert waits.line() == "clips waited for 4.0 s in all: the slowest 3.0 s, one by one 8.0 s"


def test_a_scene_that_is_told_twice_counts_once() -> None:
    waits = ClipWaits()
    for second in (0.0, 1.0):
        waits.note(1, "generating", at(second))
    for second in (2.0, 9.0):
        waits.note(1, "ingested", at(second))
    assert waits.line() == "the clip was waited for 2.0 s"


def test_cached_and_failed_clips_were_not_waited_for() -> None:
    waits = ClipWaits()
    waits.note(1, "ingested", at(1))
    waits.note(2, "generating", at(1))
    waits.note(2, "failed", at(2))
    assert waits.line() == ""
