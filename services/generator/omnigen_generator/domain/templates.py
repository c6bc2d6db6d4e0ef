"""The planner that needs no model: a structure per category, filled with the customer's own words. Deterministic."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from omnigen_generator.domain.prompting import PlannedScene, PlannedVideo
from omnigen_shared.contracts.job import JobRequest
from omnigen_shared.contracts.storyboard import Category

TITLE_MAX: Final = 60
UNTITLED: Final = "Untitled"


@dataclass(frozen=True, slots=True)
class Beat:
    """What one scene does; `{wish}` stands for the customer's words."""

    picture: str
    camera: str
    narration: str = ""


@dataclass(frozen=True, slots=True)
class Structure:
    """How a category tells its story: an opening, any number of middles in turn, an ending."""

    opening: Beat
    middles: tuple[Beat, ...]
    ending: Beat
    style: str
    music: str


STRUCTURES: Final = {
    Category.AD_CREATIVE: Structure(
        Beat("An arresting first moment that makes one curious about {wish}", "slow push in", "Look closer."),
        (
            Beat("The hero of {wish} in its best light, close and tactile", "macro orbit", "Made with care."),
            Beat("A person enjoying what {wish} promises, candid and warm", "handheld follow", "Made for you."),
            Beat("The place where {wish} belongs, wide and inviting", "gliding crane shot", "At home anywhere."),
        ),
        Beat("A final, iconic still life of {wish} with calm space around it", "slow pull back", "Try it today."),
        "polished commercial cinematography, soft key light, shallow depth of field",
        "confident modern instrumental with a warm pulse and a clear ending",
    ),
    Category.MUSIC_VIDEO: Structure(
        Beat("Stillness before the first beat: {wish}, half in shadow", "slow dolly in"),
        (
            Beat("Movement builds around {wish}, light in rhythm", "tracking shot"),
            Beat("The chorus: {wish} at full energy, colour everywhere", "sweeping arc"),
            Beat("A quiet breath within {wish}, one detail only", "locked close-up"),
        ),
        Beat("The last echo of {wish}, light fading", "slow rise"),
        "stylised music video, bold colour contrast, rhythmic light",
        "driving instrumental with a build, a chorus and a fading last bar",
    ),
    Category.EXPLAINER: Structure(
        Beat("A simple picture of the question behind {wish}", "static frame", "Have you ever wondered?"),
        (
            Beat("The first principle of {wish}, shown with one clear object", "gentle push in", "It starts simply."),
            Beat("The next step of {wish}, cause and effect side by side", "slow pan", "Then one thing leads on."),
            Beat("An everyday example of {wish}", "steady follow", "You can see it every day."),
        ),
        Beat("The whole of {wish} at one glance, orderly and calm", "slow pull back", "And that is how it works."),
        "clean editorial look, even light, uncluttered composition",
        "light curious instrumental, unobtrusive, steady tempo",
    ),
}
PALETTES: Final = (
    ("warm amber", "deep brown", "soft cream"),
    ("teal", "burnt orange", "off-white"),
    ("midnight blue", "silver", "rose"),
    ("forest green", "sand", "copper"),
)


def write_plan(request: JobRequest, scene_count: int) -> PlannedVideo:
    """The same plan for the same request, whatever the weather."""
    structure = STRUCTURES[request.category]
    wish = " ".join(request.prompt.split())
    return PlannedVideo(
        title=_title(wish) or UNTITLED,
        style=request.style or structure.style,
        subject=wish,
        palette=_pick(PALETTES, f"{request.seed}:{wish}"),
        music_prompt=f"{structure.music}; it goes with: {wish}",
        scenes=tuple(_write_scene(beat, wish) for beat in _list_beats(structure, scene_count)),
    )


def _list_beats(structure: Structure, count: int) -> list[Beat]:
    if count == 1:
        return [structure.middles[0]]
    inner = [structure.middles[index % len(structure.middles)] for index in range(count - 2)]
    return [structure.opening, *inner, structure.ending]


def _write_scene(beat: Beat, wish: str) -> PlannedScene:
    return PlannedScene(prompt=beat.picture.replace("{wish}", wish), camera=beat.camera, narration=beat.narration)


def _title(wish: str) -> str:
    if len(wish) <= TITLE_MAX:
        return wish[:1].upper() + wish[1:]
    return wish[:1].upper() + wish[1:TITLE_MAX].rpartition(" ")[0].rstrip(",;:.") + "…"


def _pick(choices: Sequence[tuple[str, ...]], salt: str) -> tuple[str, ...]:
    return choices[hashlib.sha256(salt.encode()).digest()[0] % len(choices)]
