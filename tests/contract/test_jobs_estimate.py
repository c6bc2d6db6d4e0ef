"""What jobs says a video costs and what the generator buys: two units that do not import each other."""

import pytest
from tests.fakes.jobs_bench import make_request, make_wish

from omnigen_generator.domain.calls import clip_call, music_call, plan_call, repair_call
from omnigen_generator.domain.prompting import Unusable
from omnigen_generator.domain.storyboards import build_storyboard
from omnigen_generator.domain.templates import write_plan
from omnigen_jobs.domain.ordering import place_order
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.catalogue import VIDEO_MODELS
from omnigen_shared.contracts.media import AspectRatio, Resolution
from omnigen_shared.contracts.storyboard import Category, PlannedBy

ANIMATED = {name for name, model in VIDEO_MODELS.items() if model.needs_start_frame}
OFFERS = [
    (name, resolution) for name in sorted(set(VIDEO_MODELS) - ANIMATED) for resolution in VIDEO_MODELS[name].offers
]


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
