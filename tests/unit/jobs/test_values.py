"""The small rules: prices, deadlines, cursors, names, money, leases of keys."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.jobs_bench import JOB, USER, make_job, make_order, make_request, make_storyboard, make_wish

from omnigen_jobs.domain.cursors import LONGEST_CURSOR, Cursors, PageMark
from omnigen_jobs.domain.idempotency import KEPT, LEASE, Entry, KeyedRequest, decide
from omnigen_jobs.domain.ordering import draft_job, place_order
from omnigen_jobs.domain.pricing import time_to_finish
from omnigen_jobs.domain.problems import IdempotencyInProgressError
from omnigen_jobs.schemas.receipts import name_call
from omnigen_jobs.service.reading import file_name
from omnigen_jobs.store.keys import SHARDS, shard_of
from omnigen_shared.contracts.base import IntentId, JobId, UserId
from omnigen_shared.contracts.catalogue import SEEDANCE_PRO_FAST
from omnigen_shared.contracts.job import Used
from omnigen_shared.contracts.media import AspectRatio
from omnigen_shared.contracts.storyboard import Category, Continuity
from omnigen_shared.errors import InvalidRequestError
from omnigen_shared.money import format_usd, to_microusd
from omnigen_shared.testing.clock import FrozenClock

CLOCK = FrozenClock()
MARGIN = timedelta(seconds=600)


@pytest.mark.parametrize(
    ("duration_s", "paid_s", "held_s"),
    [(5, 5, 10), (12, 13, 18), (13, 14, 19), (15, 16, 22), (30, 33, 41.25), (60, 65, 81.25)],
)
def test_a_price_counts_paid_seconds(duration_s: int, paid_s: int, held_s: float) -> None:
    """720p costs 25000 a second; the planner's ceiling is 10000, music 30000. A short video holds one clip more."""
    estimate = make_order(duration_s=duration_s).estimate
    assert estimate.estimate_microusd == paid_s * 25_000 + 40_000
    assert estimate.ceiling_microusd == held_s * 25_000 + 50_000


def test_a_silent_video_costs_no_music() -> None:
    costs = [make_order(music=music).estimate for music in (True, False)]
    assert costs[0].estimate_microusd - costs[1].estimate_microusd == 30_000


@pytest.mark.parametrize("category", Category)
def test_a_thirty_second_video_on_the_default_model_stays_below_its_target(category: Category) -> None:
    assert make_order(duration_s=30, category=category).max_microusd <= 1_320_000


def test_narration_is_priced_by_what_could_be_said_until_it_is_known() -> None:
    """Three scenes of 150, 150 and 180 frames without two transitions and the quiet at each end; 60 a character."""
    price = make_order(narration=True).estimate.narration_microusd
    rooms = [150 - 15 - 12, 150 - 30 - 12, 180 - 15 - 12]
    assert price == sum(room * 14 // 30 * 60 for room in rooms)


def test_a_chain_takes_as_long_as_all_of_its_clips() -> None:
    chained, side_by_side = (
        time_to_finish(make_request(continuity=continuity), SEEDANCE_PRO_FAST, 3, MARGIN)
        for continuity in (Continuity.CHAINED, Continuity.PARALLEL)
    )
    assert chained - side_by_side == timedelta(seconds=60)


def test_a_job_says_what_is_asked_for_and_what_is_used() -> None:
    model = "kwaivgi/kling-v2.5-turbo-pro"
    job = draft_job(make_order(duration_s=16, model=model), JOB, CLOCK.now(), LEASE, MARGIN)
    assert (job.request.model, job.request.resolution, job.request.duration_s) == (model, "720p", 16)
    assert job.used == Used(
        model=model, resolution="1080p", aspect_ratio=AspectRatio.LANDSCAPE, duration_s=16, paid_s=20
    )
    assert sum(cut.clip_duration_s for cut in job.cuts) == 20


@pytest.mark.parametrize(("music", "expected_s"), [(True, 670), (False, 640)])
def test_a_deadline_is_the_models_latencies_and_a_margin(music: bool, expected_s: int) -> None:
    allowed = time_to_finish(make_request(music=music), SEEDANCE_PRO_FAST, 3, MARGIN)
    assert allowed == timedelta(seconds=expected_s)


def test_a_digest_names_what_was_ordered() -> None:
    assert make_order().digest == make_order(music=True).digest
    different = [make_order(), make_order(seed=1), make_order(max_cost_usd="1"), make_order(max_cost_usd="2")]
    assert len({order.digest for order in different}) == 4


def test_a_maximum_in_the_same_money_is_the_same_order() -> None:
    request = make_request()
    orders = [place_order(USER, "free", make_wish(request), Decimal(text)) for text in ("0.5", "0.500000")]
    assert orders[0].digest == orders[1].digest


CURSORS = Cursors.of_secret("a secret")


@given(st.datetimes(), st.integers(0, 2**128 - 1))
def test_a_cursor_is_the_inverse_of_itself(created_at: object, number: int) -> None:
    mark = PageMark(f"{created_at:%Y-%m-%dT%H:%M:%S.%fZ}".rjust(27, "0"), JobId(f"job_{number:032x}"))
    cursor = CURSORS.write(mark, USER)
    assert len(cursor) <= LONGEST_CURSOR
    assert CURSORS.read(cursor, USER) == mark
    others = ((Cursors.of_secret("another"), USER), (CURSORS, UserId("somebody")))
    for cursors, user_id in others:
        with pytest.raises(InvalidRequestError):
            cursors.read(cursor, user_id)


@given(st.text())
def test_a_cursor_that_nobody_gave_out_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequestError):
        CURSORS.read(text, USER)


def test_a_cursor_that_was_changed_is_refused() -> None:
    cursor = CURSORS.write(PageMark("2026-11-24T12:00:00.000000Z", JOB), USER)
    for place in range(len(cursor)):
        changed = "A" if cursor[place] != "A" else "B"
        with pytest.raises(InvalidRequestError):
            CURSORS.read(cursor[:place] + changed + cursor[place + 1 :], USER)


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "0.00"), (1, "0.000001"), (425_000, "0.425"), (1_100_000, "1.10"), (15 * 10**6, "15.00")]
)
def test_money_is_read_and_written(amount: int, text: str) -> None:
    assert format_usd(amount) == text
    assert to_microusd(Decimal(text)) == amount


@given(st.integers(0, 10**12))
def test_money_keeps_its_value(amount: int) -> None:
    assert to_microusd(Decimal(format_usd(amount))) == amount


@pytest.mark.parametrize(
    ("intent_id", "name"),
    [
        ("plan.1", "storyboard"),
        ("scene-02.1", "clip of scene 2"),
        ("music.2", "music"),
        ("voice-03.1", "narration of scene 3"),
        ("scene-x.1", "scene"),
    ],
)
def test_calls_have_names(intent_id: str, name: str) -> None:
    assert name_call(IntentId(intent_id)) == name


def test_a_download_is_named_after_its_video() -> None:
    job = make_job(CLOCK)
    assert file_name(job) == f"omnigen-{JOB}"
    named = make_job(CLOCK, storyboard=make_storyboard().model_copy(update={"title": "x/../" + "Y" * 99 + '"\r\n'}))
    assert file_name(named) == "omnigen-x-" + "y" * 58
    assert file_name(make_job(CLOCK, storyboard=make_storyboard().model_copy(update={"title": "夜明け"}))) == (
        f"omnigen-{JOB}"
    )


def test_jobs_spread_over_all_shards() -> None:
    assert {shard_of(JobId(f"job_{number:032x}")) for number in range(500)} == set(range(SHARDS))


def asked(digest: str = "d") -> KeyedRequest:
    return KeyedRequest(user_id=USER, key="k", digest=digest, job_id=JobId("job_" + "9" * 32))


def stored(**changes: object) -> Entry:
    now = CLOCK.now()
    given = {"user_id": USER, "key": "k", "job_id": JOB, "digest": "d", "version": 4}
    return Entry(**{**given, "lease_until": now + LEASE, "kept_until": now + KEPT, **changes})  # type: ignore[arg-type]


def test_a_fresh_key_gets_a_lease() -> None:
    entry = decide(None, asked(), CLOCK.now())
    assert (entry.job_id, entry.lease_until, entry.version) == (asked().job_id, CLOCK.now() + LEASE, 0)


def test_a_live_lease_says_how_long() -> None:
    with pytest.raises(IdempotencyInProgressError) as refused:
        decide(stored(lease_until=CLOCK.now() + timedelta(seconds=1.2)), asked(), CLOCK.now())
    assert refused.value.retry_after_s == 2


def test_a_dead_lease_is_taken_over_on_top_of_what_was_read() -> None:
    entry = decide(stored(lease_until=CLOCK.now()), asked(), CLOCK.now())
    assert (entry.job_id, entry.version, entry.lease_until) == (JOB, 4, CLOCK.now() + LEASE)


def test_an_answer_outlives_its_lease() -> None:
    answered = stored(answer="{}", lease_until=CLOCK.now() - LEASE)
    assert decide(answered, asked(), CLOCK.now()) == answered


def test_an_expired_key_is_as_good_as_new() -> None:
    entry = decide(stored(kept_until=CLOCK.now(), answer="{}"), asked("other"), CLOCK.now())
    assert (entry.job_id, entry.answer, entry.version) == (asked().job_id, None, 4)
