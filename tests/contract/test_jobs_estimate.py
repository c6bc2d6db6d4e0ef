"""What jobs estimates and what the generator's planner buys: two units that do not import each other."""

import pytest
from tests.fakes.jobs_bench import make_request

from omnigen_generator.domain.calls import clip_call, music_call, plan_call
from omnigen_generator.domain.cuts import plan_cuts
from omnigen_generator.domain.storyboards import build_storyboard
from omnigen_generator.domain.templates import write_plan
from omnigen_jobs.domain.pricing import estimate_cost
from omnigen_shared.contracts.catalogue import VIDEO_MODELS
from omnigen_shared.contracts.media import Resolution
from omnigen_shared.contracts.storyboard import PlannedBy


@pytest.mark.parametrize("resolution", Resolution)
@pytest.mark.parametrize("name", VIDEO_MODELS)
def test_an_estimate_covers_every_plan_and_is_near_it(name: str, resolution: Resolution) -> None:
    model = VIDEO_MODELS[name]
    for duration_s in range(5, 181):
        request = make_request(duration_s=duration_s, model=name, resolution=resolution)
        cuts = plan_cuts(duration_s, model.min_duration_s, model.max_duration_s)
        storyboard = build_storyboard(request, cuts, write_plan(request, len(cuts)), PlannedBy.TEMPLATE)
        calls = [plan_call(request, []), music_call(storyboard), *(clip_call(request, s) for s in storyboard.scenes)]
        price = sum(call.price_microusd for call in calls)
        estimate = estimate_cost(request, model)
        assert estimate.certain_microusd <= price <= estimate.estimate_microusd
        assert estimate.estimate_microusd <= price * 1.15
