"""What jobs says a video costs and what the generator buys: two units that do not import each other."""

from collections.abc import Sequence

import orjson
import pytest
from tests.fakes.jobs_bench import make_job, make_request, make_wish

from omnigen_generator.domain.calls import clip_call, music_call, plan_call, repair_call
from omnigen_generator.domain.prompting import Unusable
from omnigen_generator.domain.storyboards import build_storyboard
from omnigen_generator.domain.templates import write_plan
from omnigen_jobs.domain.ordering import place_order
from omnigen_jobs.domain.pins import PLANNED_FROM, digest_of
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.catalogue import VIDEO_MODELS
from omnigen_shared.contracts.composer import EndCard, Logo
from omnigen_shared.contracts.job import JobRequest
from omnigen_shared.contracts.media import AspectRatio, Resolution
from omnigen_shared.contracts.storyboard import Category, Continuity, Cut, PlannedBy
from omnigen_shared.testing.clock import FrozenClock

ANIMATED = {name for name, model in VIDEO_MODELS.items() if model.needs_start_frame}
OFFERS = [
    (name, resolution) for name in sorted(set(VIDEO_MODELS) - ANIMATED) for resolution in VIDEO_MODELS[name].offers
]


def test_a_plan_is_made_of_what_its_pin_says() -> None:
    """Whatever else of an order changes, planner and template are told the same."""
    plain = make_request()
    cuts = place_order(UserId("ada"), "enterprise", make_wish(plain), None).cuts
    others = {
        "duration_s": 20,
        "resolution": Resolution.P1080,
        "model": "bytedance/seedance-1-lite",
        "negative_prompt": "rain",
        "continuity": Continuity.CHAINED,
        "reference_image": "u/ada/uploads/a.jpg",
        "reference_upload": "upl_1",
        "music": False,
        "music_model": "google/lyria-3",
        "narration": True,
        "speech_model": "inworld/tts-1.5-max",
        "voice": "Andy",
        "captions": True,
        "burn_captions": True,
        "end_card": EndCard(text="Come up and see it", frames=60),
        "logo": Logo(image_key="u/ada/uploads/logo.png"),
        "logo_upload": "upl_2",
    }
    assert others.keys() | PLANNED_FROM | {"planned_for"} == JobRequest.model_fields.keys()
    told = {
        tell(request, cuts)
        for request in (plain, *(plain.model_copy(update={name: value}) for name, value in others.items()))
    }
    assert len(told) == 1


def test_another_shape_that_is_planned_for_the_first_has_its_plan() -> None:
    """Of a batch: planner and template are told the same, and so the pin is the same."""
    wide = make_request(aspect_ratio=AspectRatio.LANDSCAPE)
    tall = wide.model_copy(update={"aspect_ratio": AspectRatio.PORTRAIT})
    planned = tall.model_copy(update={"planned_for": AspectRatio.LANDSCAPE})
    cuts = place_order(UserId("ada"), "enterprise", make_wish(wide), None).cuts
    assert tell(planned, cuts) == tell(wide, cuts) != tell(tall, cuts)
    jobs = [make_job(FrozenClock(), request=request, cuts=cuts) for request in (wide, planned, tall)]
    assert digest_of(jobs[0]) == digest_of(jobs[1]) != digest_of(jobs[2])


def tell(request: JobRequest, cuts: Sequence[Cut]) -> bytes:
    """What the planner is told, and what the template makes."""
    template = build_storyboard(request, cuts, write_plan(request, len(cuts)), PlannedBy.TEMPLATE)
    return orjson.dumps(plan_call(request, cuts).input) + template.model_dump_json().encode()


def test_all_that_its_pin_says_makes_another_plan() -> None:
    """Orders that differ in it and had one plan would be two films of the same words."""
    plain = make_request()
    others = {
        "prompt": "an ad for a small bakery in the valley",
        "category": Category.EXPLAINER,
        "style": "noir",
        "aspect_ratio": AspectRatio.SQUARE,
        "seed": plain.seed + 1,
    }
    assert others.keys() == PLANNED_FROM
    cuts = place_order(UserId("ada"), "enterprise", make_wish(plain), None).cuts
    changed = [plain, *(plain.model_copy(update={name: value}) for name, value in others.items())]
    assert len({orjson.dumps(plan_call(request, cuts).input) for request in changed}) == len(changed)


@pytest.mark.parametrize("category", Category)
@pytest.mark.parametrize(("name", "resolution"), OFFERS)
def test_a_price_is_what_is_bought(name: str, resolution: Resolution, category: Category) -> None:
    for duration_s in range(5, 181, 7):
        request = make_request(
            duration_s=duration_s,
            model=name,
            resolution=resolution,
            category=category,
            aspect_ratio=AspectRatio.LANDSCAPE,
        )
        order = place_order(UserId("ada"), "enterprise", make_wish(request), None)
        storyboard = build_storyboard(request, order.cuts, write_plan(request, len(order.cuts)), PlannedBy.TEMPLATE)
        clips = [clip_call(request, storyboard, scene) for scene in storyboard.scenes]
        calls = [plan_call(request, order.cuts), music_call(request, storyboard), *clips]
        price = sum(call.price_microusd for call in calls)
        assert order.estimate.estimate_microusd == price
        again = repair_call(request, order.cuts, Unusable("", ()))
        assert order.max_microusd >= price + again.price_microusd + max(clip.price_microusd for clip in clips)
