"""Which listed prediction is ours."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from omnigen_generator.domain.matching import list_candidates, owner_may_live_until, reconcile_until
from omnigen_generator.domain.predictions import Prediction, PredictionStatus
from omnigen_shared.contracts.base import IntentId
from omnigen_shared.contracts.job import IntentRecord, IntentStatus

SENT_AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CLOSED_AT = SENT_AT + timedelta(seconds=20)
INPUT = {"prompt": "a cup", "seed": 7, "image": "https://s3/b/u/ada/x.png?X-Amz-Signature=1"}


def an_intent(call_input: dict[str, Any] = INPUT) -> IntentRecord:
    return IntentRecord(
        intent_id=IntentId("scene-01.1"),
        status=IntentStatus.SENDING,
        model="a/video",
        fingerprint="f" * 64,
        price_microusd=1,
        input=call_input,
        sent_at=SENT_AT,
    )


def a_prediction(call_input: dict[str, Any] = INPUT, after_s: float = 1, **news: Any) -> Prediction:
    plain = {"id": "p1", "model": "a/video", "status": PredictionStatus.STARTING}
    return Prediction(input=call_input, created_at=SENT_AT + timedelta(seconds=after_s), **{**plain, **news})


def find(*listed: Prediction) -> list[str]:
    return [prediction.id for prediction in list_candidates(an_intent(), SENT_AT, CLOSED_AT, listed)]


def test_the_same_model_and_input_around_the_sending_match() -> None:
    assert find(a_prediction()) == ["p1"]


def test_signatures_in_addresses_do_not_count() -> None:
    other = {**INPUT, "image": "https://s3/b/u/ada/x.png?X-Amz-Signature=2#top"}
    assert find(a_prediction(other)) == ["p1"]


def test_defaults_that_the_provider_adds_do_not_count() -> None:
    assert find(a_prediction({**INPUT, "fps": 24})) == ["p1"]


@pytest.mark.parametrize(
    "other",
    [
        {**INPUT, "seed": 8},
        {**INPUT, "prompt": "a mug"},
        {**INPUT, "image": "https://s3/b/u/ada/y.png"},
        {"prompt": "a cup", "seed": 7},
        {},
    ],
)
def test_another_input_does_not_match(other: dict[str, Any]) -> None:
    assert find(a_prediction(other)) == []


def test_another_model_or_an_older_prediction_does_not_match() -> None:
    assert find(a_prediction(model="a/other"), a_prediction(after_s=-61)) == []


def test_clocks_may_differ_by_a_minute() -> None:
    assert find(a_prediction(after_s=-59)) == ["p1"]


def test_the_oldest_comes_first_whatever_the_lists_order() -> None:
    assert find(a_prediction(id="p3", after_s=3), a_prediction(id="p2", after_s=2)) == ["p2", "p3"]


def test_nested_inputs_are_compared_in_depth() -> None:
    intent = an_intent({"refs": [{"url": "https://x/1?sig=1"}, 2]})
    same = a_prediction({"refs": [{"url": "https://x/1?sig=9"}, 2]})
    other = a_prediction({"refs": [{"url": "https://x/2"}, 2]}, id="p2")
    assert [found.id for found in list_candidates(intent, SENT_AT, CLOSED_AT, [same, other])] == ["p1"]


def test_reconciling_lasts_two_minutes_after_the_socket_closed() -> None:
    assert reconcile_until(SENT_AT, 120) == SENT_AT + timedelta(seconds=120)
    assert owner_may_live_until(SENT_AT, 20) == SENT_AT + timedelta(seconds=20)


def test_what_was_made_after_the_socket_had_closed_is_another_calls() -> None:
    assert find(a_prediction(after_s=79)) == ["p1"]
    assert find(a_prediction(after_s=81)) == []
