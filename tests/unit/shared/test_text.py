"""What a text may hold, where it is refused and where it is cleaned."""

import re
import unicodedata
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import PydanticCustomError

from omnigen_shared.contracts.text import (
    ALLOWED,
    CLEAN_LINE,
    CLEAN_TEXT,
    FIT_LINE,
    FIT_TEXT,
    LONGEST,
    PATTERN,
    check_line,
    check_text,
    clean_line,
    clean_text,
)

ANY = st.text(st.characters(exclude_categories=()))
UNFIT = [*map(chr, range(9)), "\x0b", "\x0c", "\x0e", "\x1f", "\x7f", "\x80", "\x9f", "\ud800", "\udfff", "\ufdd0"]
UNFIT += ["\ufdef", "\ufffe", "\uffff", "\U0001fffe", "\U0010ffff", *"\u202a\u202b\u202c\u202d\u202e\u2066\u2069"]
FIT = ["\t", "\n", "é", "مرحبا\u200f", "👩\u200d🚀", "🏴\U000e0067\U000e007f", "नि\u200d", "\ue000", "\ufeff", "\u061c"]


class Film(BaseModel):
    told: Annotated[str, Field(max_length=5), FIT_TEXT] = ""
    line: Annotated[str, Field(max_length=5), FIT_LINE] | None = None
    made: Annotated[str, Field(min_length=1, max_length=5), CLEAN_TEXT] = "x"
    name: Annotated[str, Field(min_length=1, max_length=5), CLEAN_LINE] = "x"


@pytest.mark.parametrize("unfit", UNFIT)
def test_what_cannot_be_shown_is_refused_from_people_and_left_out_of_models_words(unfit: str) -> None:
    text = f"one{unfit}two"
    with pytest.raises(PydanticCustomError) as caught:
        check_text(text)
    assert str(caught.value) == f"Text should not have U+{ord(unfit):04X} (character 4): allowed are {ALLOWED}"
    assert clean_text(text) == clean_line(text) == "onetwo"


@pytest.mark.parametrize("fit", FIT)
def test_what_languages_need_stays(fit: str) -> None:
    assert check_text(f"a{fit}b") == clean_text(f"a{fit}b") == unicodedata.normalize("NFC", f"a{fit}b")


def test_one_spelling_for_what_looks_the_same() -> None:
    assert check_text("e\u0301\r\none\rtwo\u2028three\u2029") == "é\none\ntwo\nthree\n"
    assert check_line(" e\u0301\r\n one\t two ") == "é one two"
    assert clean_text(" \n e\u0301 \n") == "é"


@given(ANY)
def test_cleaned_text_is_fit_and_stays_as_it_is(text: str) -> None:
    for cleaned in (clean_text(text), clean_line(text)):
        assert check_text(cleaned) == cleaned
        cleaned.encode()
        assert "\r" not in cleaned
    assert clean_text(clean_text(text)) == clean_text(text)
    assert clean_line(clean_line(text)) == clean_line(text)
    assert "\n" not in clean_line(text)


@given(ANY)
def test_checked_text_is_refused_or_as_good_as_cleaned(text: str) -> None:
    try:
        checked = check_text(text)
    except PydanticCustomError:
        assert any(not text_is_fit(char) for char in text)
        return
    assert checked.strip() == clean_text(text)


def text_is_fit(char: str) -> bool:
    try:
        check_text(char)
    except PydanticCustomError:
        return False
    return True


def test_lengths_are_those_of_the_normal_form() -> None:
    film = Film(told="e\u0301" * 5, line=" a \n b ", made="\x00abc\x00de ", name="a\nb")
    assert (film.told, film.line, film.made, film.name) == ("é" * 5, "a b", "abcde", "a b")
    for wrong in ({"told": "abcdef"}, {"line": "a\x00"}, {"made": "\x00\x01 "}, {"name": "\u202e"}, {"told": 7}):
        with pytest.raises(ValidationError):
            Film.model_validate(wrong)


def test_what_is_longer_than_any_text_may_be_is_not_even_normalised() -> None:
    text = "e\u0301" * LONGEST
    assert check_text(text) == text
    assert clean_text(text) == "é" * (LONGEST // 2)
    with pytest.raises(ValidationError):
        Film(told=text)


def test_what_is_allowed_stands_in_the_schema() -> None:
    properties = Film.model_json_schema()["properties"]
    told = {"maxLength": 5, "type": "string", "pattern": PATTERN, "x-limits": {"characters": ALLOWED}}
    assert properties["line"]["anyOf"][0] == told
    assert "pattern" not in properties["made"]


@given(st.characters(max_codepoint=0xFFFF, codec="utf-8"))
def test_the_schemas_pattern_is_the_same_rule(char: str) -> None:
    assert (re.search(PATTERN, char.replace("\r", "\n")) is not None) == text_is_fit(char)
