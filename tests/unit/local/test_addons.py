from pathlib import Path

import pytest

from omnigen_local.addons import AddonConflictError, merge_addons, read_template

STORE = """
Parameters:
  Env: {Type: String}
Resources:
  Store: {Type: 'AWS::S3::Bucket'}
"""
READER = """
Parameters:
  Env: {Type: String}
Resources:
  Reader:
    Type: AWS::IAM::Policy
    Properties: {Bucket: !Ref Store}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "reader.yml").write_text(READER)
    (tmp_path / "store.yaml").write_text(STORE)
    return tmp_path


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("!Ref Store", {"Ref": "Store"}),
        ("!GetAtt Store.Outputs.Arn", {"Fn::GetAtt": ["Store", "Outputs.Arn"]}),
        ("!Condition HasUrl", {"Condition": "HasUrl"}),
        ("!Sub 'a-${Env}'", {"Fn::Sub": "a-${Env}"}),
        ("!Not [!Equals [!Ref Url, '']]", {"Fn::Not": [{"Fn::Equals": [{"Ref": "Url"}, ""]}]}),
        ("!Transform {Name: Include, Parameters: {At: !Ref Url}}", None),
    ],
)
def test_short_forms_mean_their_long_ones(tmp_path: Path, short: str, long: object) -> None:
    path = tmp_path / "one.yml"
    path.write_text(f"Resources: {short}")
    expected = long or {"Fn::Transform": {"Name": "Include", "Parameters": {"At": {"Ref": "Url"}}}}
    assert read_template(path) == {"Resources": expected}


def test_files_become_one_template_in_which_references_cross_files(folder: Path) -> None:
    merged = merge_addons(folder)
    assert list(merged) == ["Parameters", "Resources"]
    assert list(merged["Resources"]) == ["Reader", "Store"]
    assert merged["Parameters"] == {"Env": {"Type": "String"}}


def test_the_file_of_parameters_is_not_merged(folder: Path) -> None:
    (folder / "addons.parameters.yml").write_text("Parameters: {Subnets: !Ref PrivateSubnets}")
    assert "Subnets" not in merge_addons(folder)["Parameters"]


def test_a_description_in_one_file_alone_is_a_conflict(folder: Path) -> None:
    (folder / "third.yml").write_text("Parameters: {Env: {Type: String, Description: Which.}}")
    with pytest.raises(AddonConflictError, match=r"third\.yml: Parameters\.Env"):
        merge_addons(folder)


def test_two_resources_of_one_name_are_a_conflict(folder: Path) -> None:
    (folder / "third.yml").write_text("Resources: {Store: {Type: 'AWS::SQS::Queue'}}")
    with pytest.raises(AddonConflictError, match=r"Resources\.Store"):
        merge_addons(folder)


def test_a_section_that_copilot_drops_is_refused(folder: Path) -> None:
    (folder / "third.yml").write_text("Rules: {}")
    with pytest.raises(AddonConflictError, match="Rules"):
        merge_addons(folder)


def test_a_file_that_holds_no_mapping_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.yml").write_text("- Resources")
    with pytest.raises(TypeError, match=r"list\.yml"):
        merge_addons(tmp_path)
