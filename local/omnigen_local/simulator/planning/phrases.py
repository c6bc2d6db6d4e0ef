"""What the simulated language model has to say, by category. `{subject}` is what the user's words are about."""

from typing import Final

Beat = tuple[tuple[str, ...], tuple[str, ...]]
"""What is seen, and what may be said over it (short ones last: they fit short scenes)."""

BEATS: Final[dict[str, dict[str, Beat]]] = {
    "ad-creative": {
        "hook": (
            ("the world wakes up, a first hint of {subject}", "stillness before the day, a promise of {subject}"),
            ("Some mornings ask for more than the usual.", "It starts with a feeling.", "Ready?"),
        ),
        "product": (
            (
                "{subject} at the centre of the picture, every detail clear",
                "hands at work on {subject}, close and calm",
            ),
            ("Meet your {subject}, made with care from the first step to the last.", "This is the one.", "Here it is."),
        ),
        "benefit": (
            ("people at ease, their day made better by {subject}", "a small moment made bright by {subject}"),
            ("Less hurry, more of what you love, every single day.", "Feel the difference.", "Better."),
        ),
        "proof": (
            ("friends share {subject} with a smile", "the place and the people that {subject} comes from"),
            ("Loved by those who know what good means.", "Good people, good work.", "Trusted."),
        ),
        "call-to-action": (
            ("{subject} in a wide closing view, room for a logo", "the road goes on, {subject} comes along"),
            ("Find your {subject}, and begin today.", "Begin today.", "Try it."),
        ),
    },
    "music-video": {
        "intro": (
            ("the first notes of {subject} hang in the air", "an empty place listens to {subject}"),
            ("", "", ""),
        ),
        "verse": (("a traveller carries {subject} along", "shadows move to the rhythm of {subject}"), ("", "", "")),
        "chorus": (("everything glows and dances with {subject}", "light bursts open to {subject}"), ("", "", "")),
        "bridge": (("time slows down around {subject}", "a memory of {subject}, half seen"), ("", "", "")),
        "outro": (("{subject} fades into the distance", "the last light of {subject} goes out"), ("", "", "")),
    },
    "explainer": {
        "question": (
            ("a wide view that asks about {subject}", "a curious look at {subject} from far away"),
            ("Have you ever wondered about {subject}?", "So what is it?", "Why?"),
        ),
        "idea": (
            ("{subject} taken apart into simple shapes", "the one idea behind {subject}, drawn large"),
            ("The idea behind it is simpler than it looks.", "One simple idea.", "Simple."),
        ),
        "step": (
            ("one step of {subject} shown slowly", "{subject} at work, part by part"),
            ("Step by step, each part does one small job.", "One step at a time.", "Next."),
        ),
        "example": (
            ("{subject} in everyday life", "an example of {subject} that everyone knows"),
            ("You have seen it more often than you think.", "You know this one.", "Look."),
        ),
        "summary": (
            ("{subject} seen whole, calm and clear", "back to the wide view, now {subject} makes sense"),
            ("And that is {subject}, from start to finish.", "Now you know.", "Done."),
        ),
    },
}
ORDER: Final[dict[str, tuple[str, tuple[str, ...], str]]] = {
    "ad-creative": ("hook", ("product", "benefit", "proof"), "call-to-action"),
    "music-video": ("intro", ("verse", "chorus", "bridge", "chorus"), "outro"),
    "explainer": ("question", ("idea", "step", "example"), "summary"),
}
"""First beat, the middle ones in turn, last beat."""

PLACES: Final[dict[str, tuple[str, ...]]] = {
    "mountains": ("High mountain ridges", "A summit above the clouds", "Alpine slopes"),
    "forest": ("A quiet pine forest", "The edge of the woods", "Tall trees"),
    "sea": ("A calm lake", "The open sea with a small boat", "A wide harbour"),
    "hills": ("Rolling hills", "A village road between meadows", "Open fields"),
    "city": ("A city skyline", "Rooftops and lit streets", "A busy urban street"),
    "dunes": ("Desert dunes", "Sand dunes without an end", "A dry canyon"),
}
NEIGHBOURS: Final[dict[str, tuple[str, ...]]] = {
    "mountains": ("forest", "hills", "sea"),
    "forest": ("hills", "mountains", "sea"),
    "sea": ("mountains", "hills", "sea"),
    "hills": ("forest", "mountains", "sea"),
    "city": ("city", "sea", "city"),
    "dunes": ("mountains", "dunes", "hills"),
}
"""Where else a story may go that is at home in a world."""

LIGHTS: Final[tuple[tuple[str, ...], ...]] = (
    ("in golden dawn light", "on a bright clear day", "in violet dusk", "on a starry night"),
    ("in soft morning mist", "in golden warm light", "with an ember sky", "at blue moonlit hour"),
    ("in rose spring light", "at teal noon", "in golden sunset", "under violet evening skies"),
    ("at blue moonlit hour", "in rose first light", "in golden morning sun", "on a bright clear day"),
    ("with an ember autumn sky", "in violet twilight", "under the northern lights", "in golden dawn light"),
)
"""Each is the course of one day: a story moves along it."""

CAMERAS: Final = ("slow pan left", "slow pan right", "aerial rise", "wide and still", "gentle drift to the right")
STYLES: Final = (
    "flat layered illustration, soft gradients, calm and cinematic",
    "cinematic wide shots, soft light, gentle grain",
    "minimal poster style, clean silhouettes, long shadows",
)
TITLES: Final[dict[str, tuple[str, ...]]] = {
    "ad-creative": ("{subject}, from the first light", "Made for mornings: {subject}", "{subject}. Begin today"),
    "music-video": ("{subject} (official video)", "All night with {subject}", "{subject}, slowly"),
    "explainer": ("{subject}, explained", "Understanding {subject}", "A short look at {subject}"),
}
MUSIC: Final[dict[str, tuple[str, ...]]] = {
    "ad-creative": ("warm acoustic guitar and soft piano, hopeful, light percussion, no vocals",),
    "music-video": (
        "dreamy electronic pop, driving beat, wide synth pads",
        "slow cinematic indie, deep bass, airy pads",
    ),
    "explainer": ("curious marimba and light strings, gentle and friendly, no vocals",),
}
PROSE: Final = (
    "That is a good question, and the short answer is: it depends on what matters most to you.",
    "Start small, look at what works, and keep only that.",
    "If you tell me a little more about the goal, I can be more precise.",
    "One thing people often miss is that the simplest version usually teaches the most.",
    "Try it once with real input before you plan the next step.",
)
