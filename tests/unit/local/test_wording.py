from omnigen_local.demo.wording import count, printable


def test_one_of_a_kind_has_no_plural() -> None:
    assert [count(number, "scene") for number in (0, 1, 2)] == ["0 scenes", "1 scene", "2 scenes"]


def test_texts_carry_nothing_that_a_terminal_acts_on() -> None:
    assert printable("a\x1b[2J\u202egnp\x00\r\n") == "a [2J gnp   "
