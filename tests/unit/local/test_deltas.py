from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from omnigen_local.deltas import Deltas, UnusedDeltaError

TEMPLATE: dict[str, Any] = {
    "Resources": {"Function": {"Properties": {"Code": "build/aws", "VpcConfig": {"SubnetIds": ["a"]}}}}
}
REASON = "because of the emulator"


def new_deltas(**sections: Any) -> Deltas:
    return Deltas.model_validate({"left_out": [], "properties": [], "parameters": {}, "ignored": [], **sections})


def change(path: str, value: str = "build/local") -> Deltas:
    return new_deltas(properties=[{"path": path, "value": value, "reason": REASON}])


def test_a_property_is_changed_in_a_copy() -> None:
    changed = change("Resources/Function/Properties/Code").apply(TEMPLATE)
    assert changed["Resources"]["Function"]["Properties"]["Code"] == "build/local"
    assert TEMPLATE["Resources"]["Function"]["Properties"]["Code"] == "build/aws"


@pytest.mark.parametrize(
    "path",
    ["Resources/Gone", "Resources/Function/Properties/Code/S3Key", "Resources/Function/Gone/Code", "Gone/Function"],
)
def test_a_path_that_the_addons_do_not_have_is_unused(path: str) -> None:
    with pytest.raises(UnusedDeltaError, match=path):
        change(path).apply(TEMPLATE)


def test_a_value_that_the_addons_have_already_is_unused() -> None:
    with pytest.raises(UnusedDeltaError, match="already"):
        change("Resources/Function/Properties/Code", "build/aws").apply(TEMPLATE)


def test_an_ignored_path_changes_nothing_but_must_exist() -> None:
    path = "Resources/Function/Properties/VpcConfig"
    assert new_deltas(ignored=[{"path": path, "reason": REASON}]).apply(TEMPLATE) == TEMPLATE
    with pytest.raises(UnusedDeltaError, match="Layers"):
        new_deltas(ignored=[{"path": "Resources/Function/Properties/Layers", "reason": REASON}]).apply(TEMPLATE)


def test_only_parameters_with_a_value_are_fixed() -> None:
    deltas = new_deltas(parameters={"Runtime": {"value": "x", "reason": REASON}, "JobsUrl": {"reason": REASON}})
    assert deltas.fixed_parameters() == {"Runtime": "x"}


def test_every_delta_needs_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "deltas.yml"
    path.write_text("{properties: [], ignored: [], parameters: {Runtime: {value: x}}}")
    with pytest.raises(ValidationError, match="reason"):
        Deltas.load(path)


def test_a_misspelt_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deltas.yml"
    path.write_text("{properties: [], ignored: [], parameters: {}, resources: []}")
    with pytest.raises(ValidationError, match="resources"):
        Deltas.load(path)


def test_a_resource_is_left_out_and_a_list_is_reached_into() -> None:
    template = {"Resources": {"Key": {}, "Function": {"Properties": {"Layers": [{"Key": "Key"}, "other"]}}}}
    path = "Resources/Function/Properties/Layers/0/Key"
    deltas = new_deltas(
        left_out=[{"path": "Resources/Key", "reason": REASON}],
        properties=[{"path": path, "value": "none", "reason": REASON}],
    )
    changed = deltas.apply(template)
    assert changed == {"Resources": {"Function": {"Properties": {"Layers": [{"Key": "none"}, "other"]}}}}
    with pytest.raises(UnusedDeltaError):
        deltas.apply(changed)
    with pytest.raises(UnusedDeltaError):
        change("Resources/Function/Properties/Layers/2").apply(template)
