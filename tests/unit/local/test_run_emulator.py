"""What the emulator makes cheaper is what it would have made."""

import copy
from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnigen_local.run_emulator import by_name, by_pause, by_prefix, copy_plainly, knowing_again, rework

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@dataclass
class Part:
    parts: list[int]


@given(st.dictionaries(st.text(max_size=5), plain, max_size=4))
def test_a_copy_is_equal_in_all_its_parts(value: dict[str, Any]) -> None:
    assert repr(copy_plainly(value)) == repr(copy.deepcopy(value))


def test_a_copy_shares_nothing() -> None:
    value = {"map": {"M": {"list": [1]}}}
    copy_plainly(value)["map"]["M"]["list"].append(2)
    assert value == {"map": {"M": {"list": [1]}}}


@pytest.mark.parametrize("inside", [Part([1]), defaultdict(list, a=[1]), OrderedDict(a=[1]), (Part([1]),)])
def test_what_is_more_than_its_parts_is_copied_as_ever(inside: Any) -> None:
    value = {"inside": inside}
    found = copy_plainly(value)
    assert found == value
    assert type(found["inside"]) is type(inside)
    assert found["inside"] is not inside


def test_what_is_one_thing_stays_one() -> None:
    both: list[int] = []
    found = copy_plainly({"a": both, "b": both})
    assert found["a"] is found["b"]


def test_a_function_of_a_module_is_reworked_in_its_place() -> None:
    module = ModuleType("reader")
    module.__dict__.update(read=str.split, write=str.lower)
    rework(module, ("read",), lambda read: lambda text: ["so", *read(text)])
    assert (module.read("a b"), module.write("A")) == (["so", "a", "b"], "a")


NAMES = {"#pk": "pk", "#sk": "sk"}
PREFIX = "#pk = :pk AND begins_with(#sk, :prefix)"


@pytest.mark.parametrize(
    ("pk", "sk", "is_found"), [("a", "job1", True), ("a", "job", True), ("a", "jo", False), ("b", "job1", False)]
)
def test_a_query_by_prefix_is_weighed_quickly(pk: str, sk: str, *, is_found: bool) -> None:
    quick = by_prefix(lambda *_: pytest.fail("not that way"))
    item, values = {"pk": {"S": pk}, "sk": {"S": sk}}, {":pk": {"S": "a"}, ":prefix": {"S": "job"}}
    assert quick(PREFIX, item, values, NAMES, "KeyConditionExpression") is is_found


@pytest.mark.parametrize(
    ("text", "slot", "prefix"),
    [
        (PREFIX, "ConditionExpression", {"S": "job"}),
        (f"{PREFIX} AND #sk = :pk", "KeyConditionExpression", {"S": "job"}),
        (PREFIX, "KeyConditionExpression", {"N": "1"}),
    ],
)
def test_whatever_else_is_weighed_as_ever(text: str, slot: str, prefix: dict[str, str]) -> None:
    asked: list[tuple[object, ...]] = []

    def evaluate(*given: object) -> bool:
        asked.append(given)
        return True

    given = text, {"pk": {"S": "a"}, "sk": {"S": "job1"}}, {":pk": {"S": "a"}, ":prefix": prefix}, NAMES, slot
    assert by_prefix(evaluate)(*given)
    assert asked == [given]


def test_a_transaction_that_is_sent_again_is_known() -> None:
    kept: dict[str, dict[str, Any]] = {}

    def write(data: dict[str, Any]) -> str:
        """As the emulator: it keeps what it was sent by reference, and changes it."""
        token, rest = data["ClientRequestToken"], {key: value for key, value in data.items() if key[0] != "C"}
        if token in kept:
            return "known" if kept[token]["signature"] == rest else "another"
        kept[token] = {"signature": rest}
        data["TransactItems"][0]["n"] += 1
        return "written"

    knowing = knowing_again(write, lambda token: kept.get(token))  # noqa: PLW0108 - its overloads fit nobody
    sent = [{"ClientRequestToken": "1", "TransactItems": [{"n": n}]} for n in (1, 1, 1, 2)]
    assert [knowing(copy.deepcopy(data)) for data in sent] == ["written", "known", "known", "another"]


def test_a_transaction_without_a_token_is_written() -> None:
    assert knowing_again(len, lambda _: None)({"TransactItems": []}) == 1


def test_a_busy_lambda_has_the_name_that_it_has_in_aws() -> None:
    refused = by_name(lambda **told: {"throttle": True, "body": {"message": told["msg"]}, "error": True})(msg="no")
    assert refused == {
        "throttle": True,
        "body": {"message": "no", "errorType": "Lambda.TooManyRequestsException"},
        "error": True,
    }


RETRIER = {"IntervalSeconds": 1, "BackoffRate": 2.0, "MaxDelaySeconds": 10, "MaxAttempts": 60}


@pytest.mark.parametrize(("times", "pause_s"), [(0, 1), (2, 4), (5, 10), (50, 10)])
def test_a_pause_grows_to_the_longest_that_the_definition_allows(times: int, pause_s: float) -> None:
    found, index = by_pause(lambda *_: (RETRIER, 3))([RETRIER], "Busy", {3: times})
    assert index == 3
    assert found["IntervalSeconds"] * found["BackoffRate"] ** times == pause_s
    assert found["MaxAttempts"] == 60


def test_a_pause_with_full_jitter_is_any_up_to_that() -> None:
    find = by_pause(lambda *_: ({**RETRIER, "JitterStrategy": "FULL"}, 0))
    pauses_s = {find([], "Busy", {0: 9})[0]["IntervalSeconds"] for _ in range(50)}
    assert len(pauses_s) == 50
    assert 0 <= min(pauses_s) <= max(pauses_s) <= 10


def test_who_is_not_to_ask_again_does_not() -> None:
    assert by_pause(lambda *_: (None, -1))([], "Busy", {}) == (None, -1)
