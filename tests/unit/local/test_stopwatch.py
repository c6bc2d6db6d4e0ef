from omnigen_local.demo.stopwatch import Stopwatch


def test_each_phase_lasts_until_the_next() -> None:
    times = iter([10.0, 11.5, 14.0, 20.0])
    stopwatch = Stopwatch(lambda: next(times))
    entered = [stopwatch.enter(phase) for phase in ("emulator", "services", "services", "job")]
    assert entered == [True, True, False, True]
    assert stopwatch.lines() == [
        "   1.50 s  emulator",
        "   2.50 s  services",
        "   6.00 s  job",
        "  10.00 s  in all",
    ]
