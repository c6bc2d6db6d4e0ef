"""Skylines and pixels, before FFmpeg sees them."""

import pytest

from omnigen_local.simulator.rendering import terrain
from omnigen_local.simulator.rendering.city import Facade, draw_city
from omnigen_local.simulator.rendering.colour import mix, rgb, rgba, yuv
from omnigen_local.simulator.rendering.dice import Dice
from omnigen_local.simulator.rendering.mark import DOT_ROWS, LETTERS, PAD_DOTS, WORD, draw_mark
from omnigen_local.simulator.rendering.moods import MOODS, WORDS, choose_mood, find_named
from omnigen_local.simulator.rendering.raster import Pixels, draw_silhouette, shade
from omnigen_local.simulator.rendering.sprites import draw_bird, draw_boat, draw_disc, draw_glow, draw_stars
from omnigen_local.simulator.rendering.worlds import Ground, choose_world, draw_row, plan_rows

BLACK, WHITE = (0.0, 0.0, 0.0), (255.0, 255.0, 255.0)


def pixel(pixels: Pixels, column: int, row: int) -> tuple[int, ...]:
    """RGBA at a place of the picture."""
    across, down = (row, column) if pixels.transposed else (column, row)
    stride = pixels.height if pixels.transposed else pixels.width
    place = 4 * (down * stride + across)
    return tuple(pixels.data[place : place + 4])


def test_dice_repeat_for_equal_parts_only() -> None:
    def draws(*parts: object) -> list[float]:
        dice = Dice(*parts)
        return [dice.between(0, 1) for _ in range(5)]

    assert draws("a", 1) == draws("a", 1)
    assert len({tuple(draws(*parts)) for parts in (("a", 1), ("a", 2), ("a1",), ("b", 1))}) == 4


def test_dice_are_the_same_on_every_machine() -> None:
    assert Dice("fixed").between(0, 1) == 0.25106640163982874


def test_dice_stay_within_limits_and_use_them() -> None:
    dice = Dice("range")
    drawn = [dice.between(2, 4) for _ in range(500)]
    assert 2 <= min(drawn) < 2.1
    assert 3.9 < max(drawn) < 4
    assert {dice.sign() for _ in range(50)} == {-1, 1}
    assert {dice.pick("abc") for _ in range(50)} == set("abc")
    assert sorted(dice.shuffled([3, 1, 2])) == [1, 2, 3]


def test_colours() -> None:
    assert rgb("#ff8000") == (255, 128, 0)
    assert mix(BLACK, WHITE, 0.5) == (127.5, 127.5, 127.5)
    assert rgba((300, -5, 12.6), 0.5) == bytes((255, 0, 13, 128))
    assert yuv(WHITE) == pytest.approx((235, 128, 128))
    assert yuv(BLACK) == pytest.approx((16, 128, 128))


def test_a_silhouette_is_clear_above_its_line_and_solid_below() -> None:
    pixels = draw_silhouette([0.25, 0.5, 0.75], 8, shade(WHITE, WHITE, 8))
    assert (pixels.width, pixels.height, len(pixels.data)) == (3, 8, 3 * 8 * 4)
    for column, edge in enumerate((6, 4, 2)):
        assert pixel(pixels, column, edge - 1)[3] == 0
        assert pixel(pixels, column, edge + 1)[3] == 255


def test_an_edge_between_two_pixels_is_half_clear() -> None:
    pixels = draw_silhouette([0.4375], 8, shade(WHITE, WHITE, 8))
    assert pixel(pixels, 0, 4)[3] == 127


def test_shade_starts_at_the_edge_or_at_the_layer() -> None:
    column = shade(WHITE, BLACK, 8)
    assert pixel(draw_silhouette([0.5], 8, column), 0, 5)[0] > 200
    assert pixel(draw_silhouette([0.5], 8, column, anchored=True), 0, 5)[0] < 100


@pytest.mark.parametrize("edge", [-1, 0, 1, 2])
def test_lines_outside_of_the_layer_are_kept_in_it(edge: float) -> None:
    assert len(draw_silhouette([edge], 8, shade(WHITE, BLACK, 8)).data) == 32


@pytest.mark.parametrize(
    "make",
    [
        lambda dice: terrain.raise_mountains(700, 600, dice, 0.5, 0.3),
        lambda dice: terrain.roll_hills(700, 600, dice, 0.5, 0.3),
        lambda dice: terrain.blow_dunes(700, 600, dice, 0.5, 0.3),
        lambda dice: terrain.swell(700, 600, dice, 0.5, 0.3),
        lambda dice: terrain.plant_firs(700, 600, dice, 0.5, 0.3, 40),
    ],
    ids=["mountains", "hills", "dunes", "swell", "firs"],
)
def test_terrain_repeats_varies_and_moves(make: object) -> None:
    assert callable(make)
    heights = make(Dice("one"))
    assert len(heights) == 700
    assert heights == make(Dice("one"))
    assert heights != make(Dice("two"))
    assert max(heights) - min(heights) > 0.1


def test_firs_stand_on_the_ground() -> None:
    ground = terrain.roll_hills(700, 600, Dice("same"), 0.5, 0.12)
    firs = terrain.plant_firs(700, 600, Dice("same"), 0.5, 0.3, 40)
    assert all(tree >= hill for tree, hill in zip(firs, ground, strict=True))


def test_smoothing_keeps_length_and_level() -> None:
    assert terrain.smooth([1.0] * 10, 3) == pytest.approx([1.0] * 10)
    assert max(terrain.smooth([0.0] * 5 + [1.0] + [0.0] * 5, 2)) == pytest.approx(0.2)


def test_a_city_has_lights_as_far_as_it_shall() -> None:
    column = shade((10, 10, 10), (20, 20, 20), 120)
    dark = draw_city(300, 120, Dice("c"), 40, Facade(column, (255, 220, 150), 0))
    lit = draw_city(300, 120, Dice("c"), 40, Facade(column, (255, 220, 150), 1))
    assert (dark.width, len(dark.data)) == (300, 300 * 120 * 4)
    assert max(dark.data[0::4]) <= 20
    assert max(lit.data[0::4]) > 200


def test_sprites_fade_to_nothing_at_their_rims() -> None:
    for pixels in (draw_glow(WHITE), draw_disc(WHITE), draw_bird(BLACK)):
        assert pixel(pixels, 0, 0)[3] == 0
        assert max(pixels.data[3::4]) > 200


def test_a_boat_has_a_hull_below_and_air_above() -> None:
    boat = draw_boat(BLACK, WHITE)
    assert len(boat.data) == boat.width * boat.height * 4
    assert pixel(boat, boat.width // 2, int(boat.height * 0.85)) == (0, 0, 0, 255)
    assert pixel(boat, 2, 2)[3] == 0


def test_stars_are_few() -> None:
    stars = draw_stars(320, 100, Dice("night"))
    lit = sum(alpha > 0 for alpha in stars.data[3::4])
    assert 100 < lit < 320 * 100 * 0.05


def test_the_mark_says_simulated() -> None:
    mark = draw_mark(1)
    rows = [
        "".join("#" if pixel(mark, column, row)[3] > 128 else "." for column in range(PAD_DOTS, mark.width - PAD_DOTS))
        for row in range(PAD_DOTS, PAD_DOTS + DOT_ROWS)
    ]
    assert rows == [".".join(LETTERS[letter][row] for letter in WORD) for row in range(DOT_ROWS)]
    assert WORD == "simulated"
    assert (draw_mark(3).width, draw_mark(3).height) == (mark.width * 3, mark.height * 3)


@pytest.mark.parametrize(
    ("prompt", "mood"),
    [
        ("a coffee farm in golden light", "golden"),
        ("Northern lights", "aurora"),
        ("EVENING in town, later night", "violet"),
        ("a reddish thing under the moon", "blue"),
    ],
)
def test_words_choose_the_light(prompt: str, mood: str) -> None:
    assert choose_mood(prompt, Dice("any"))[0] == mood


def test_without_words_the_dice_choose() -> None:
    chosen = {choose_mood("something", Dice(number))[0] for number in range(60)}
    assert chosen == set(MOODS) == set(WORDS)


def test_the_first_word_in_the_text_wins() -> None:
    assert find_named("city by the sea", {"sea": "sea", "city": "city"}) == "city"
    assert find_named("seafood", {"sea": "sea"}) is None


def test_far_land_is_nearer_to_the_horizon_s_colour() -> None:
    mood = MOODS["golden"]
    distances = [abs(mood.land(depth)[0] - mood.horizon[0]) for depth in (0, 0.5, 1)]
    assert distances == sorted(distances)


@pytest.mark.parametrize("world", ["mountains", "city", "dunes", "forest", "sea", "hills"])
def test_every_world_can_be_drawn(world: str) -> None:
    rows = plan_rows(world, Dice(world))
    assert [row.depth for row in rows[2:]] == sorted(row.depth for row in rows[2:])
    for row in rows:
        pixels = draw_row(row, MOODS["golden"], Ground(128, 40, 120), Dice(row.kind))
        assert pixels.transposed
        assert len(pixels.data) == pixels.width * pixels.height * 4


def test_the_prompt_names_its_world() -> None:
    assert choose_world("a coffee ad", Dice(0)) == "mountains"
    assert choose_world("boats on the river", Dice(0)) == "sea"
    assert len({choose_world("nothing known", Dice(number)) for number in range(40)}) == 6
