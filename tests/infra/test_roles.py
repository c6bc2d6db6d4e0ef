"""No role may more than it needs."""

from collections.abc import Iterator
from typing import Any

import pytest

ON_EVERYTHING = {
    "AttachToVpc": "the Lambda service checks these on every resource",
    "NotFromTheCode": "it denies",
    "Logs of StateMachineRole": "a log delivery has no ARN",
}
"""The statements that may name every resource, and why."""


def statements(resources: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for role_name, entry in resources.items():
        if entry["Type"] == "AWS::IAM::Role":
            for policy in entry["Properties"]["Policies"]:
                for statement in policy["PolicyDocument"]["Statement"]:
                    yield role_name, statement


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_only_listed_statements_name_every_resource(resources: dict[str, Any]) -> None:
    found = {
        statement["Sid"] if statement["Sid"] != "Logs" else f"Logs of {role}"
        for role, statement in statements(resources)
        if "*" in as_list(statement["Resource"])
    }
    assert found == set(ON_EVERYTHING)


def test_nothing_is_allowed_by_wildcard(resources: dict[str, Any]) -> None:
    allowed = [
        action
        for _, statement in statements(resources)
        if statement["Effect"] == "Allow"
        for action in as_list(statement["Action"])
    ]
    assert allowed
    assert not [action for action in allowed if "*" in action]


def test_no_managed_policy_adds_to_them(resources: dict[str, Any]) -> None:
    roles = [entry["Properties"] for entry in resources.values() if entry["Type"] == "AWS::IAM::Role"]
    assert not [role for role in roles if "ManagedPolicyArns" in role]


@pytest.mark.parametrize(("role", "service"), [("GeneratorRole", "lambda"), ("StateMachineRole", "states")])
def test_a_role_trusts_one_service(resources: dict[str, Any], role: str, service: str) -> None:
    (statement,) = resources[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": f"{service}.amazonaws.com"}


def test_the_generator_reads_and_writes_users_objects_and_deletes_none(resources: dict[str, Any]) -> None:
    granted = {
        action: statement["Resource"]
        for role, statement in statements(resources)
        if role == "GeneratorRole"
        for action in as_list(statement["Action"])
        if action.startswith("s3:")
    }
    assert granted["s3:PutObject"] == {"Fn::Sub": "${AssetsBucket.Arn}/u/*"}
    assert not [action for action in granted if "Delete" in action and "Multipart" not in action]


def test_the_functions_own_code_may_not_use_its_network_rights(resources: dict[str, Any]) -> None:
    (denial,) = [statement for _, statement in statements(resources) if statement["Effect"] == "Deny"]
    (arn,) = denial["Condition"]["ArnEquals"]["lambda:SourceFunctionArn"]
    name = resources["GeneratorFunction"]["Properties"]["FunctionName"]["Fn::Sub"]
    assert denial["Action"] == "ec2:*"
    assert arn["Fn::Sub"].endswith(f":function:{name}")
