import re
from pathlib import Path

import pytest

from omnigen_local import simulator
from omnigen_local.simulator.faults import (
    FAULTS,
    SERVICE_FAULTS,
    Marker,
    Rule,
    UnknownFaultError,
    find_markers,
    parse_faults,
    strip_markers,
)


def test_a_marker_is_found_with_its_default_number() -> None:
    assert find_markers("a lake [[sim:slow]] at dawn") == [Marker("slow", 30)]


def test_a_marker_may_hold_several_faults_with_numbers_times_and_targets() -> None:
    found = find_markers("x [[sim:reply_lost, listed_late=90]] [[sim:truncated=0.3*2@3]]")
    assert found == [Marker("reply_lost", 0), Marker("listed_late", 90), Marker("truncated", 0.3, 2, "3")]


def test_text_without_markers_has_none() -> None:
    assert find_markers("a [[link]] and a [sim:failed]") == []


@pytest.mark.parametrize("text", ["[[sim:explode]]", "[[sim:slow=soon]]", "[[sim:failed!]]"])
def test_a_marker_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(UnknownFaultError, match="there are: server_error"):
        find_markers(text)


def test_stripping_leaves_the_words() -> None:
    assert strip_markers("a lake [[sim:failed]] at dawn [[sim:slow=3]]") == "a lake at dawn"


def test_a_marker_reaches_its_target_without_the_address() -> None:
    marker = Marker("slow", 7.5, 2, "3")
    assert find_markers(marker.retargeted()) == [Marker("slow", 7.5, 2)]


def test_a_rule_fits_by_model_prompt_and_chance() -> None:
    rule = Rule.parse({"faults": "failed", "model": "a/b", "prompt_contains": "lake", "probability": 0.5})
    assert rule.fits("a/b", "a lake", 0.49)
    assert not rule.fits("a/b", "a lake", 0.5)
    assert not rule.fits("a/c", "a lake", 0)
    assert not rule.fits("a/b", "a sea", 0)


def test_a_rule_for_everything_fits_everything() -> None:
    assert Rule.parse({"faults": "failed"}).fits("any/model", "any text", 0.999)


def test_rules_with_unknown_faults_or_fields_are_refused() -> None:
    with pytest.raises(UnknownFaultError):
        Rule.parse({"faults": "explode"})
    with pytest.raises(TypeError):
        Rule.parse({"faults": "failed", "when": "always"})


def test_only_service_faults_are_for_the_service() -> None:
    assert Rule("down").is_for_service
    assert not Rule("failed, slow").is_for_service


def test_every_fault_has_a_name_that_a_marker_can_hold() -> None:
    names = [*FAULTS, *SERVICE_FAULTS]
    assert [marker.name for marker in parse_faults(", ".join(names))] == names


def test_the_readme_lists_every_fault() -> None:
    readme = (Path(simulator.__file__).parent / "README.md").read_text()
    listed = re.findall(r"^\| ([a-z_]+) \|", readme.split("## Faults")[1], re.MULTILINE)
    assert listed == ["fault", *FAULTS, *SERVICE_FAULTS]
