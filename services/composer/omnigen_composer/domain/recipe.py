"""The recipe's id: two composers share one only if they would write the same bytes."""

import hashlib
import json
from pathlib import Path
from typing import Final

from omnigen_composer.domain import lettering, mix, recipes, sound, speech
from omnigen_composer.domain.drawing import Drawing
from omnigen_composer.domain.frames import Span
from omnigen_shared.contracts.composer import Corner
from omnigen_shared.contracts.media import FrameSize, Transition

REVISION: Final = 1
"""To be raised when something changes the bytes that is not among the arguments below."""


def recipe_id(build: str, architecture: str) -> str:
    """Sixteen hex digits over the builds of FFmpeg and the fonts, the architecture and every argument list.

    The arguments are made of sample values.
    """
    canonical = json.dumps([REVISION, build, architecture, _samples()])
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _samples() -> list[list[str]]:
    path, size, span = Path("x"), FrameSize(64, 36), Span(15, 30)
    source, hdr = recipes.Source(path, "bt709"), recipes.Source(path, is_hdr=True)
    drawn, cue = Drawing(path, Corner.TOP_LEFT, has_letters=True), lettering.Cue(0, 15, "x")
    return [
        *(recipes.body_args(clip, span, 45, size, path, path) for clip in (source, hdr)),
        *(recipes.transition_args(source, source, (span, span), size, path, style) for style in recipes.XFADES),
        recipes.body_args(source, span, 45, size, path, path, drawn, path),
        recipes.transition_args(recipes.Tail(path), source, (span, span), size, path, Transition.FADE),
        recipes.transition_args(source, source, (span, span), size, path, Transition.FADE, drawn),
        [lettering.write_script(shape, [cue], cue) for shape in (size, FrameSize(36, 64))],
        recipes.join_args(path, path, "", path),
        recipes.poster_args(path, 0, path),
        recipes.join_args(path, path, "", path, path),
        *(mix.mix_args(tracks, 45, path) for tracks in _sample_tracks(path)),
        sound.bed_args(path, 45, path),
        sound.trial_args(path, sound.Mastering(0)),
        sound.master_args(path, sound.Mastering(0), path),
        sound.silence_args(45, path),
    ]


def _sample_tracks(path: Path) -> list[mix.Tracks]:
    lines, clips = [speech.Line(path, "", 15, 30)], [mix.ClipTrack(path, 0, 45)]
    return [mix.Tracks(path, lines, clips), mix.Tracks(path, [], clips), mix.Tracks(None, lines, [])]
