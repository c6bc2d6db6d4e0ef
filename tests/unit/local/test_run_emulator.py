"""What the emulator makes cheaper is what it would have made."""

import copy
from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnigen_local.run_emulator import copy_plainly, remember

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


def test_the_same_question_is_answered_once() -> None:
    module, asked = ModuleType("reader"), list[str]()

    def read(text: str) -> list[str]:
        asked.append(text)
        return text.split()

    module.__dict__["read"] = read
    remember(module, ("read",))
    assert [module.read("a = b"), module.read("a = b"), module.read("c")] == [["a", "=", "b"], ["a", "=", "b"], ["c"]]
    assert asked == ["a = b", "c"]
