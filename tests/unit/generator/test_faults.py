"""What the provider may do to one clip, to the music or to the plan, and what becomes of the job and the money."""

import pytest
from tests.fakes.generator_provider import NEVER_S, Fault
from tests.fakes.generator_world import CLIPS, MUSIC, PLANNER, World

from omnigen_shared.contracts.job import IntentStatus, JobProblem, JobSnapshot, JobStatus, SceneState
from omnigen_shared.contracts.storyboard import PlannedBy

CLIP_PRICE = 5 * 25_000


def run_with_clip_fault(world: World, *faults: Fault) -> JobSnapshot:
    world.provider.script(CLIPS, *faults)
    world.order()
    return world.run()


def get_problem(job: JobSnapshot) -> JobProblem:
    assert job.status is JobStatus.FAILED
    assert job.problem is not None
    return job.problem


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.UNREACHABLE])
def test_a_call_that_was_not_accepted_is_made_again(fault: Fault) -> None:
    world = World()
    assert run_with_clip_fault(world, fault).status is JobStatus.COMPLETED
    assert world.provider.creates.count(CLIPS) == 4
    assert set(world.provider.bill().values()) == {1}


def test_a_throttled_scene_says_so() -> None:
    world = World()
    run_with_clip_fault(world, Fault.THROTTLED)
    assert (1, SceneState.THROTTLED) in world.jobs.scene_states


@pytest.mark.parametrize("listed_after_s", [0, 5, 90])
def test_a_lost_reply_is_found_in_the_list_and_never_sent_again(listed_after_s: int) -> None:
    world = World()
    world.provider.listed_after_s = listed_after_s
    assert run_with_clip_fault(world, Fault.REPLY_LOST).status is JobStatus.COMPLETED
    assert world.provider.creates.count(CLIPS) == 3
    assert set(world.provider.bill().values()) == {1}
    assert world.quota.held_microusd("job_1") == 0


@pytest.mark.parametrize("fault", [Fault.REPLY_LOST, Fault.REQUEST_LOST])
def test_a_call_whose_fate_stays_unknown_fails_the_scene_and_keeps_its_hold(fault: Fault) -> None:
    world = World()
    world.provider.listed_after_s = NEVER_S
    problem = get_problem(run_with_clip_fault(world, fault))
    assert (problem.code, problem.stage, problem.scene) == ("outcome_unknown", "generating", 1)
    assert world.intent("scene-01.1").status is IntentStatus.UNKNOWN
    assert world.quota.held_microusd("job_1") == CLIP_PRICE
    assert world.provider.creates.count(CLIPS) == 3


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault.FAILED, "generation_failed"),
        (Fault.ABORTED, "generation_failed"),
        (Fault.MODERATED, "content_moderated"),
    ],
)
def test_a_failed_prediction_is_given_back_and_named(fault: Fault, code: str) -> None:
    world = World()
    problem = get_problem(run_with_clip_fault(world, fault))
    assert (problem.code, problem.stage, problem.scene) == (code, "generating", 1)
    assert problem.provider_id == world.intent("scene-01.1").provider_id is not None
    assert problem.remedy
    assert world.quota.state("job_1", "scene-01.1") == "refunded"
    assert world.intent("scene-01.1").status is IntentStatus.REFUNDED
    assert world.quota.held_microusd("job_1") == 0


@pytest.mark.parametrize(
    ("fault", "code"), [(Fault.CANCELED, "generation_canceled"), (Fault.OUTPUT_GONE, "output_unavailable")]
)
def test_what_the_provider_charges_without_an_output_is_settled(fault: Fault, code: str) -> None:
    world = World()
    problem = get_problem(run_with_clip_fault(world, fault))
    assert problem.code == code
    assert world.quota.state("job_1", "scene-01.1") == "settled"
    assert world.intent("scene-01.1").actual_microusd == CLIP_PRICE
    assert world.quota.held_microusd("job_1") == 0


@pytest.mark.parametrize(
    ("fault", "code"), [(Fault.REFUSED, "provider_refused"), (Fault.MODERATED_AT_CREATE, "content_moderated")]
)
def test_a_refused_call_is_given_back(fault: Fault, code: str) -> None:
    world = World()
    problem = get_problem(run_with_clip_fault(world, fault))
    assert (problem.code, problem.scene, problem.provider_id) == (code, 1, None)
    assert world.quota.state("job_1", "scene-01.1") == "refunded"


@pytest.mark.parametrize("fault", [Fault.MODERATED, Fault.MODERATED_AT_CREATE])
def test_moderation_names_the_place_of_the_words(fault: Fault) -> None:
    world = World()
    problem = get_problem(run_with_clip_fault(world, fault))
    assert world.snapshot.storyboard is not None
    assert "storyboard.scenes.0.prompt" in problem.detail
    assert world.snapshot.storyboard.scenes[0].prompt[:100] in problem.detail
    assert "storyboard" in problem.remedy
    assert "reference image" not in problem.detail


def test_one_failed_scene_leaves_its_siblings_clips_paid_and_kept() -> None:
    world = World()
    job = run_with_clip_fault(world, Fault.FAILED)
    states = [scene.state for scene in job.scenes]
    assert states == [SceneState.FAILED, SceneState.PREPARED, SceneState.PREPARED]
    for number in (2, 3):
        assert job.scenes[number - 1].clip_key in world.assets.objects
        assert world.intent(f"scene-0{number}.1").status is IntentStatus.SETTLED


def test_a_scene_that_the_budget_does_not_allow_is_not_ordered() -> None:
    world = World()
    world.quota.budget_microusd = 10_000 + 2 * CLIP_PRICE
    problem = get_problem(run_with_clip_fault(world))
    assert problem.code == "budget_exceeded"
    assert sum(world.provider.bill().values()) <= 3
    assert world.quota.used_microusd("job_1") <= world.quota.budget_microusd
    assert world.quota.held_microusd("job_1") == 0


def test_with_the_provider_down_the_job_fails_within_its_deadline_and_gives_all_back() -> None:
    world = World()
    world.provider.is_down = True
    world.order(time_s=200)
    job = world.run()
    problem = get_problem(job)
    assert (problem.code, problem.stage, problem.scene) == ("provider_unreachable", "generating", 1)
    assert "connection refused" in problem.detail
    assert problem.remedy
    assert job.storyboard is not None
    assert job.storyboard.planned_by is PlannedBy.TEMPLATE
    assert world.quota.used_microusd("job_1") == 0
    assert job.scenes[0].updated_at < job.deadline_at


def test_a_clip_that_is_never_ready_fails_within_the_deadline_by_its_provider_id() -> None:
    world = World()
    world.provider.latency_s = 10_000
    world.order(time_s=200)
    job = world.run()
    problem = get_problem(job)
    assert problem.code == "deadline_exceeded"
    assert problem.provider_id is not None
    assert job.scenes[0].updated_at < job.deadline_at


@pytest.mark.parametrize("fault", [Fault.FAILED, Fault.REFUSED, Fault.MODERATED, Fault.CANCELED, Fault.OUTPUT_GONE])
def test_without_its_music_the_video_is_finished_silently(fault: Fault) -> None:
    world = World()
    world.provider.script(MUSIC, fault)
    world.order()
    job = world.run()
    assert job.status is JobStatus.COMPLETED
    assert job.music_key is None
    assert world.quota.held_microusd("job_1") == 0
    is_charged = fault in {Fault.CANCELED, Fault.OUTPUT_GONE}
    assert world.quota.state("job_1", "music.1") == ("settled" if is_charged else "refunded")


def test_music_that_the_composer_cannot_use_is_left_out() -> None:
    world = World()
    world.composer.is_music_bad = True
    world.order()
    job = world.run()
    assert job.status is JobStatus.COMPLETED
    (render,) = world.composer.renders.values()
    assert render.music_key is None
    assert job.output is not None
    assert job.output.video_key in world.composer.renders


@pytest.mark.parametrize("fault", [Fault.BAD_PLAN, Fault.FAILED, Fault.REFUSED, Fault.UNREACHABLE])
def test_planning_never_fails_a_job(fault: Fault) -> None:
    world = World()
    world.provider.script(PLANNER, *[fault] * 50)
    world.order()
    job = world.run()
    assert job.status is JobStatus.COMPLETED
    assert job.storyboard is not None
    assert job.storyboard.planned_by is PlannedBy.TEMPLATE
    assert world.quota.state("job_1", "plan.1") == ("settled" if fault is Fault.BAD_PLAN else "refunded")


def test_a_slow_planner_is_not_waited_for_but_accounted_for() -> None:
    world = World()
    world.provider.latency_s = 60
    world.order()
    job = world.run()
    assert job.storyboard is not None
    assert job.storyboard.planned_by is PlannedBy.TEMPLATE
    assert world.quota.state("job_1", "plan.1") == "settled"


def test_a_job_without_budget_for_a_planner_is_planned_by_the_template() -> None:
    world = World()
    world.quota.budget_microusd = 9_999
    world.order()
    job = world.run()
    assert get_problem(job).code == "budget_exceeded"
    assert job.storyboard is not None
    assert world.provider.creates == []
