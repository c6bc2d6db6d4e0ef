"""Links, limits and the shape in which a prediction is shown."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.fakes.simulator import a_prediction

from omnigen_local.simulator.delivery import LinkSigner, derive_key
from omnigen_local.simulator.limits import MinuteLimiter
from omnigen_local.simulator.predictions import Output, Status
from omnigen_local.simulator.presentation import Presenter

LINKS = LinkSigner("http://provider.test", derive_key("whsec_x"))
PRESENTER = Presenter(LINKS, 3600)
DONE = a_prediction(
    status=Status.SUCCEEDED,
    started_at=1_000.2,
    completed_at=1_002.0,
    output=Output(file="abc.mp4", name="output.mp4"),
    logs="done",
)


def parts_of(link: str) -> tuple[str, str, int, str]:
    address = urlsplit(link)
    _, _, prediction_id, name = address.path.split("/")
    query = parse_qs(address.query)
    return prediction_id, name, int(query["expires"][0]), query["signature"][0]


def test_a_link_is_good_until_it_expires() -> None:
    prediction_id, name, expires_at, signature = parts_of(LINKS.link("p1", "output.mp4", 4_600))
    assert expires_at == 4_600
    assert LINKS.is_good(prediction_id, name, expires_at, signature, 4_599.9)
    assert not LINKS.is_good(prediction_id, name, expires_at, signature, 4_600)


def test_a_link_cannot_be_changed() -> None:
    prediction_id, name, expires_at, signature = parts_of(LINKS.link("p1", "output.mp4", 4_600))
    assert not LINKS.is_good(prediction_id, name, expires_at + 60, signature, 4_000)
    assert not LINKS.is_good("p2", name, expires_at, signature, 4_000)
    assert not LINKS.is_good(prediction_id, "other.mp4", expires_at, signature, 4_000)
    assert not LINKS.is_good(prediction_id, name, expires_at, "é", 4_000)


def test_another_secret_signs_differently() -> None:
    assert (
        LinkSigner("x", derive_key("whsec_y")).link("p1", "a", 1)[1:]
        != LinkSigner("x", LINKS.key).link("p1", "a", 1)[1:]
    )


def test_a_new_prediction_shows_no_result() -> None:
    shown = PRESENTER.show(a_prediction(), 1_000)
    assert (shown["status"], shown["output"], shown["started_at"], shown["completed_at"]) == (
        "starting",
        None,
        None,
        None,
    )
    assert shown["metrics"] == {}
    assert shown["input"] == {"prompt": "a lake"}


def test_a_finished_clip_is_one_link_that_stays_the_same() -> None:
    first, later = PRESENTER.show(DONE, 1_003), PRESENTER.show(DONE, 2_000)
    assert first["output"] == later["output"]
    assert parts_of(first["output"])[:3] == ("p1", "output.mp4", 4_602)
    assert first["metrics"] == {"predict_time": 1.8, "total_time": 2.0}


def test_text_is_a_list_of_pieces() -> None:
    prediction = replace(DONE, output=Output(pieces=("a", " b")))
    assert PRESENTER.show(prediction, 1_003)["output"] == ["a", " b"]


def test_after_an_hour_input_output_and_logs_are_gone() -> None:
    before, after = PRESENTER.show(DONE, 4_601), PRESENTER.show(DONE, 4_602)
    assert (before["data_removed"], before["logs"]) == (False, "done")
    assert (after["data_removed"], after["input"], after["output"], after["logs"]) == (True, {}, None, "")
    assert after["status"] == "succeeded"


def test_a_fault_lets_the_link_expire_early() -> None:
    shown = PRESENTER.show(replace(DONE, faults={"expires": 5}), 1_003)
    assert parts_of(shown["output"])[2] == 1_007


def test_what_never_started_has_run_for_no_time() -> None:
    shown = PRESENTER.show(a_prediction(status=Status.CANCELED, completed_at=1_001.0), 1_002)
    assert shown["metrics"] == {"predict_time": 0.0, "total_time": 1.0}


def test_urls_lead_back_to_the_prediction() -> None:
    urls = PRESENTER.show(DONE, 1_003)["urls"]
    assert urls["get"] == "http://provider.test/v1/predictions/p1"
    assert urls["cancel"] == "http://provider.test/v1/predictions/p1/cancel"


def test_a_limiter_counts_within_its_minute() -> None:
    now = 100.0
    limiter = MinuteLimiter(2, clock=lambda: now)
    assert [limiter.take(), limiter.take()] == [None, None]
    now = 130.0
    assert limiter.take() == pytest.approx(30)
    now = 160.0
    assert limiter.take() is None
