from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnigen_composer.domain.sound import (
    MAX_TRUE_PEAK_DBTP,
    TARGET_LUFS,
    Loudness,
    Mastering,
    bed_args,
    master_args,
    silence_args,
)

SUMMARY = """
[Parsed_ebur128_6 @ 0x7f] Summary:

  Integrated loudness:
    I:         {integrated} LUFS
    Threshold: -21.6 LUFS

  Loudness range:
    LRA:         0.3 LU

  True peak:
    Peak:       {peak} dBFS
"""


def test_the_meters_summary_is_read() -> None:
    loudness = Loudness.parse("size=1\n" + SUMMARY.format(integrated="-11.6", peak="-6.3") + "[out#0] done")
    assert loudness == Loudness(-11.6, -6.3)
    assert not loudness.is_silence


def test_silence_is_recognised() -> None:
    assert Loudness.parse(SUMMARY.format(integrated="-70.0", peak="-inf")).is_silence


def test_a_log_without_a_summary_is_an_error() -> None:
    with pytest.raises(ValueError, match="no loudness summary"):
        Loudness.parse("Conversion failed!")


@given(st.floats(-60, 0), st.floats(-20, 3))
def test_gain_alone_reaches_the_target_where_nothing_limits(integrated: float, peak: float) -> None:
    mastering = Mastering.first(Loudness(integrated, peak))
    assert integrated + mastering.gain_db == pytest.approx(TARGET_LUFS, abs=0.01)


@given(st.floats(-40, -14.5), st.floats(-20, MAX_TRUE_PEAK_DBTP))
def test_what_is_too_quiet_gets_more_gain_under_the_same_ceiling(integrated: float, peak: float) -> None:
    before = Mastering(3.0)
    after = before.correct(Loudness(integrated, peak))
    assert after.gain_db > before.gain_db
    assert after.ceiling == before.ceiling


@given(st.floats(MAX_TRUE_PEAK_DBTP + 0.05, 3))
def test_a_peak_that_is_too_high_lowers_the_ceiling(peak: float) -> None:
    before = Mastering(3.0)
    assert before.correct(Loudness(TARGET_LUFS, peak)).ceiling < before.ceiling


@pytest.mark.parametrize(("peak", "is_squeezing"), [(-9.0, False), (-7.0, False), (-6.0, True)])
def test_the_limiter_is_tried_out_where_it_has_much_to_do(peak: float, is_squeezing: bool) -> None:
    bed = Loudness(-20, peak)
    assert Mastering.first(bed).is_squeezing(bed) is is_squeezing


@pytest.mark.parametrize(
    ("integrated", "peak", "is_fine"),
    [(-14.1, -1.3, True), (-14.4, -1.3, False), (-14.0, -0.9, False), (-13.85, -1.1, True)],
)
def test_what_is_good_enough(integrated: float, peak: float, is_fine: bool) -> None:
    assert Loudness(integrated, peak).is_house_loudness is is_fine


@given(st.integers(1, 5400))
def test_the_bed_is_as_long_as_the_frames_and_its_fades_do_not_overlap(frames: int) -> None:
    samples = frames * 1600
    filters = dict(part.partition("=")[::2] for part in " ".join(bed_args(Path("m"), frames, Path("b"))).split(","))
    assert filters["atrim"] == f"end_sample={samples}"
    arguments = " ".join(bed_args(Path("m"), frames, Path("b")))
    fade_in = int(arguments.split("afade=t=in:ns=")[1].split(",")[0])
    fade_out_at = int(arguments.split("afade=t=out:ss=")[1].split(":")[0])
    assert fade_in <= fade_out_at < samples


def test_music_silence_and_master_end_as_the_same_kind_of_sound() -> None:
    master = master_args(Path("bed.wav"), Mastering(-2.5), Path("s.m4a"))
    silence = silence_args(30, Path("s.m4a"))
    assert "volume=-2.50dB" in master[master.index("-af") + 1]
    assert master[master.index("-c:a") :] == silence[silence.index("-c:a") :]
