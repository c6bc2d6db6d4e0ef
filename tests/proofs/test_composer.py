"""The strict look of `make prove-composer` misses nothing that is wrong, and knows where scenes meet."""

from pathlib import Path

from bench.goals import Scoreboard
from tests.fakes.footage import make_clip, make_sound, run_ffmpeg
from tests.proofs.composer.__main__ import CASES
from tests.proofs.composer.checks import check_film


def test_a_video_that_is_not_ours_misses_its_goals(tmp_path: Path) -> None:
    """A frame is missing, the last one lasts too long, the sound is too quiet and ends early."""
    gap = ("-vf", "setpts=(N+gt(N\\,50))/30/TB", "-fps_mode", "passthrough")
    silent, wav = make_clip(tmp_path / "clip", options=gap), make_sound(tmp_path / "wav", "0.01*sin(880*t)", 1.5)
    video = tmp_path / "video.mp4"
    run_ffmpeg("-i", silent, "-i", wav, "-c:v", "copy", "-c:a", "aac", video)
    board = Scoreboard("prove-composer", tell=lambda _line: None)
    check_film(board, "case", video, 61)
    missed = {line.split()[0] for line in board.misses}
    assert missed == {"case.frames", "case.gaps", "case.ends_apart_s", "case.loudness_off_lu"}


def test_seams_are_where_segments_begin() -> None:
    seams = {case.name: case.seams for case in CASES}
    assert seams["equal"] == [135, 150, 270, 285, 405, 420]
    assert seams["every_change"][:4] == [149, 150, 299, 409]
