from itertools import pairwise
from pathlib import Path

import pytest

from omnigen_composer.domain import recipe, recipes
from omnigen_composer.domain.frames import Span
from omnigen_composer.domain.recipes import Source
from omnigen_shared.contracts.media import FrameSize, Transition

SIZE = FrameSize(1280, 720)
LEFT, RIGHT, OUT = Source(Path("/w/left")), Source(Path("/w/right"), "bt709"), Path("/w/out.mp4")


def value_of(arguments: list[str], flag: str) -> str:
    return dict(pairwise(arguments))[flag]


def body() -> list[str]:
    return recipes.body_args(LEFT, Span(15, 135), 150, SIZE, OUT, Path("/w/last.jpg"))


def transition(style: Transition = Transition.FADE) -> list[str]:
    return recipes.transition_args(LEFT, RIGHT, (Span(135, 150), Span(0, 15)), SIZE, OUT, style)


def encoder_of(arguments: list[str]) -> list[str]:
    start = arguments.index("-c:v")
    return arguments[start : arguments.index("-fps_mode") + 2]


def test_bodies_and_transitions_are_encoded_alike() -> None:
    assert encoder_of(body()) == encoder_of(transition()) == list(recipes.HOUSE_ENCODER)


def test_each_transition_but_a_cut_has_a_filter_of_its_own() -> None:
    styles = [style for style in Transition if style is not Transition.CUT]
    graphs = {value_of(transition(style), "-filter_complex") for style in styles}
    assert len(graphs) == len(styles) == len(recipes.XFADES)


def test_lengths_are_frames_never_seconds() -> None:
    assert value_of(body(), "-frames:v") in {"120", "1"}
    assert body().count("-frames:v") == 2
    assert value_of(transition(), "-frames:v") == "15"
    assert not {"-t", "-ss", "-to"} & {*body(), *transition()}


def test_frames_are_chosen_before_they_are_scaled() -> None:
    graph = LEFT.normalise(Span(3, 9), SIZE)
    assert graph.index("trim=start_frame=3:end_frame=9") < graph.index("scale=w=")


def test_only_untagged_colours_are_assumed() -> None:
    assert "in_color_matrix" not in LEFT.normalise(Span(0, 1), SIZE)
    assert ":in_color_matrix=smpte170m," in Source(Path("/w/left"), "smpte170m").normalise(Span(0, 1), SIZE)


def test_only_hdr_is_mapped() -> None:
    assert "tonemap" not in LEFT.fit(SIZE)
    assert "tonemap" in Source(Path("/w/hdr"), is_hdr=True).fit(SIZE)


@pytest.mark.parametrize("arguments", [body(), transition(), recipes.poster_args(OUT, 1.5, Path("p.jpg"))])
def test_every_input_is_a_file_in_a_known_container(arguments: list[str]) -> None:
    for index, argument in enumerate(arguments):
        if argument == "-i":
            guard = arguments[index - 4 : index]
            assert guard[:3] == ["-protocol_whitelist", "file", "-format_whitelist"]
            assert guard[3] in {recipes.CLIP_FORMATS, "mov"}


def test_the_join_copies_and_leaves_parameter_sets_alone() -> None:
    arguments = recipes.join_args(Path("list.txt"), Path("sound.m4a"), "it's; $(a) title", OUT)
    assert (value_of(arguments, "-c"), value_of(arguments, "-auto_convert")) == ("copy", "0")
    assert value_of(arguments, "-metadata") == "title=it's; $(a) title"
    assert value_of(arguments, "-movflags") == "+faststart"


def test_the_list_of_segments_names_files_beside_it() -> None:
    assert recipes.join_list(["000.mp4", "001.mp4"]) == "file 000.mp4\nfile 001.mp4\n"


def test_the_recipe_depends_on_build_architecture_and_flags(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = recipe.recipe_id("ffmpeg 9", "x86_64")
    assert ours == recipe.recipe_id("ffmpeg 9", "x86_64")
    others = {recipe.recipe_id("ffmpeg 10", "x86_64"), recipe.recipe_id("ffmpeg 9", "aarch64")}
    monkeypatch.setattr(recipes, "HOUSE_ENCODER", (*recipes.HOUSE_ENCODER, "-tune", "film"))
    others.add(recipe.recipe_id("ffmpeg 9", "x86_64"))
    assert len({ours, *others}) == 4


def test_a_recipe_fits_into_a_key() -> None:
    assert recipe.recipe_id("any", "any").isalnum()
