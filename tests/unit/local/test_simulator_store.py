from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.fakes.simulator import a_prediction

from omnigen_local.simulator.database import Database
from omnigen_local.simulator.models import Charge, Unit
from omnigen_local.simulator.predictions import Output, Status
from omnigen_local.simulator.store import Message, MessageStore, PredictionStore

NOW = 2_000.0
CHARGE = Charge(Unit.SECOND, 5, 25_000)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "state" / "simulator.sqlite3")
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database) -> PredictionStore:
    return PredictionStore(database)


def a_message(message_id: str = "msg_1") -> Message:
    return Message(message_id, "p1", "https://hooks.test", "{}", NOW, {"webhook_twice": 0})


def test_a_prediction_comes_back_as_it_was(store: PredictionStore) -> None:
    prediction = a_prediction(
        faults={"slow": 3.5},
        deadline_at=1_060.0,
        webhook="https://hooks.test",
        webhook_events=("start", "completed"),
        output=Output(file="a.mp4", name="output.mp4"),
    )
    store.add(prediction)
    assert store.find("p1") == prediction
    assert store.find("p2") is None


def test_unfinished_ones_are_found_again(store: PredictionStore) -> None:
    for name in ("p1", "p2", "p3"):
        store.add(a_prediction(name))
    store.change(a_prediction("p2", status=Status.FAILED, completed_at=NOW), None, [])
    assert [prediction.id for prediction in store.unfinished()] == ["p1", "p3"]


def test_the_first_end_is_the_only_one(store: PredictionStore, database: Database) -> None:
    store.add(a_prediction())
    ended = a_prediction(status=Status.CANCELED, started_at=1_001.0, completed_at=NOW)
    assert store.change(ended, CHARGE, [a_message()])
    assert not store.change(replace(ended, status=Status.SUCCEEDED), CHARGE, [a_message("msg_2")])
    assert store.find("p1") == ended
    assert len(store.bill()) == 1
    assert [message.id for message in MessageStore(database).waiting()] == ["msg_1"]


def test_the_bill_names_model_status_and_amount(store: PredictionStore) -> None:
    store.add(a_prediction())
    store.change(a_prediction(status=Status.SUCCEEDED, completed_at=NOW), CHARGE, [])
    assert store.bill() == [
        {
            "prediction_id": "p1",
            "model": "omnigen/tiny",
            "status": "succeeded",
            "unit": "second",
            "quantity": 5,
            "price_microusd": 25_000,
            "amount_microusd": 125_000,
            "billed_at": NOW,
        }
    ]


def test_a_change_is_all_or_nothing(store: PredictionStore) -> None:
    store.add(a_prediction())
    twice = [a_message(), a_message()]
    ended = a_prediction(status=Status.SUCCEEDED, completed_at=NOW)
    with pytest.raises(Exception, match="UNIQUE"):
        store.change(ended, CHARGE, twice)
    assert store.bill() == []
    assert [prediction.id for prediction in store.unfinished()] == ["p1"]


def test_everything_is_there_after_the_file_is_opened_again(store: PredictionStore, tmp_path: Path) -> None:
    """The first connection is not closed: a killed process closes nothing."""
    store.add(a_prediction())
    store.change(a_prediction(status=Status.SUCCEEDED, completed_at=NOW), CHARGE, [a_message()])
    reopened = Database(tmp_path / "state" / "simulator.sqlite3")
    assert [row["amount_microusd"] for row in PredictionStore(reopened).bill()] == [125_000]
    assert MessageStore(reopened).waiting() == [a_message()]
    reopened.close()


def test_a_finished_message_waits_no_longer(store: PredictionStore, database: Database) -> None:
    store.add(a_prediction())
    store.change(a_prediction(), None, [a_message("msg_1"), a_message("msg_2")])
    MessageStore(database).finish("msg_1")
    assert [message.id for message in MessageStore(database).waiting()] == ["msg_2"]


@pytest.mark.parametrize(("age_s", "is_listed"), [(0, False), (89, False), (90, True)])
def test_a_late_one_is_listed_late(store: PredictionStore, age_s: float, is_listed: bool) -> None:
    store.add(a_prediction(faults={"listed_late": 90}))
    assert bool(store.list_page(1_000 + age_s, "").predictions) is is_listed


def test_one_that_is_never_listed_is_found_by_its_id(store: PredictionStore) -> None:
    store.add(a_prediction(faults={"never_listed": 0}))
    assert store.list_page(NOW * 1e6, "").predictions == []
    assert store.find("p1") is not None


def test_pages_are_newest_first_and_lead_there_and_back(store: PredictionStore) -> None:
    for number in range(7):
        store.add(a_prediction(f"p{number}"))
    seen, cursor = [], ""
    pages = []
    while True:
        page = store.list_page(NOW, cursor, size=3)
        pages.append([prediction.id for prediction in page.predictions])
        seen.append(page)
        if page.older is None:
            break
        cursor = page.older
    assert pages == [["p6", "p5", "p4"], ["p3", "p2", "p1"], ["p0"]]
    assert seen[0].newer is None
    back = store.list_page(NOW, seen[2].newer or "", size=3)
    assert [prediction.id for prediction in back.predictions] == pages[1]
    assert back.older is not None
    first = store.list_page(NOW, back.newer or "", size=3)
    assert [prediction.id for prediction in first.predictions] == pages[0]
    assert first.newer is None


def test_an_empty_list_has_one_page(store: PredictionStore) -> None:
    page = store.list_page(NOW, "")
    assert (page.predictions, page.older, page.newer) == ([], None, None)


def test_a_full_last_page_has_no_next(store: PredictionStore) -> None:
    for number in range(3):
        store.add(a_prediction(f"p{number}"))
    assert store.list_page(NOW, "", size=3).older is None
