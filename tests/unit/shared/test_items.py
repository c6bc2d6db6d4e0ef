import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnigen_shared.aws.items import from_item, to_item

scalars = st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(max_size=20)
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner), max_leaves=8
)


@given(st.dictionaries(st.text(min_size=1, max_size=8), values))
def test_an_item_comes_back_as_it_went(item: dict[str, object]) -> None:
    assert from_item(to_item(item)) == {key: value for key, value in item.items() if value is not None}


def test_floats_travel_as_decimals() -> None:
    assert to_item({"x": 0.25}) == {"x": {"N": "0.25"}}
    assert from_item({"x": {"N": "0.25"}}) == {"x": 0.25}


def test_whole_numbers_come_back_as_int() -> None:
    assert isinstance(from_item({"x": {"N": "3"}})["x"], int)


def test_a_set_of_text_is_a_set() -> None:
    assert from_item({"x": {"SS": ["a", "b"]}}) == {"x": {"a", "b"}}


def test_what_no_item_of_ours_holds_is_not_read_as_something_else() -> None:
    with pytest.raises(TypeError, match="type B"):
        from_item({"x": {"B": "AAAA"}})


def test_what_dynamodb_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError):
        to_item({"x": object()})
