"""What a unit's code asks of AWS, read from its source, and which IAM actions that needs."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from botocore import xform_name
from botocore.session import get_session

CLIENTS: Final = {
    "CognitoIdentityProviderClient": "cognito-idp",
    "DynamoDBClient": "dynamodb",
    "S3Client": "s3",
    "SecretsManagerClient": "secretsmanager",
    "SFNClient": "stepfunctions",
}
"""A module that calls one of these says so in an annotation."""
SIGNED: Final = "signed "
"""Before an operation that somebody else carries out with a link of ours."""
SIGNERS: Final = {"generate_presigned_url": "generate_presigned_url", "generate_presigned_post": "put_object"}
"""What makes such a link, and for which operation; the first is told that as its argument."""
S3_ACTIONS: Final = {
    # A missing key answers 404 only to whoever may list.
    "HeadObject": {"s3:GetObject", "s3:ListBucket"},
    "GetObject": {"s3:GetObject", "s3:ListBucket"},
    "ListObjectsV2": {"s3:ListBucket"},
    "DeleteObjects": {"s3:DeleteObject"},
    "HeadBucket": {"s3:ListBucket"},
    "CreateMultipartUpload": {"s3:PutObject"},
    "UploadPart": {"s3:PutObject"},
    "CompleteMultipartUpload": {"s3:PutObject"},
}
UNSIGNED: Final = frozenset(
    {"SignUp", "ConfirmSignUp", "ForgotPassword", "ConfirmForgotPassword", "ResendConfirmationCode", "RevokeToken"}
)
"""Cognito asks nobody for credentials here."""
TRANSACTION: Final = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
}
PREFIXES: Final = {"stepfunctions": "states"}


def actions_of(package: Path, leave_out: frozenset[str] = frozenset()) -> set[str]:
    """The IAM actions that the package's code needs; `leave_out` names calls that only an operator makes."""
    trees = [ast.parse(path.read_text()) for path in sorted(package.rglob("*.py"))]
    called = {call for tree in trees for call in _calls(tree)} - leave_out
    needed: set[str] = set()
    for call in called:
        service, _, operation = call.partition(":")
        needed |= _actions(service, operation)
    if "dynamodb:TransactWriteItems" in called:
        words = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        needed |= {action for kind, action in TRANSACTION.items() if kind in words}
    return needed


def _actions(service: str, operation: str) -> set[str]:
    if operation in UNSIGNED or operation == "TransactWriteItems":
        return set()
    if operation.startswith(SIGNED):
        return {f"{service}:{operation.removeprefix(SIGNED)}"}
    if service == "s3":
        return S3_ACTIONS.get(operation, {f"s3:{operation}"})
    return {f"{PREFIXES.get(service, service)}:{operation}"}


def _calls(tree: ast.Module) -> Iterator[str]:
    """`service:Operation` for each call of a client in this module."""
    services = {CLIENTS[name] for name in _names(tree) if name in CLIENTS}
    services |= set(_opened(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            signs = node.func.attr in SIGNERS
            method = _method(node, SIGNERS.get(node.func.attr, node.func.attr))
            for service in services:
                if operation := _operations(service).get(method):
                    yield f"{service}:{SIGNED if signs else ''}{operation}"


def _method(call: ast.Call, name: str) -> str:
    """Some take the operation's name as their first argument."""
    is_indirect = name in {"get_paginator", "generate_presigned_url"} and bool(call.args)
    return str(call.args[0].value) if is_indirect and isinstance(call.args[0], ast.Constant) else name


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)


def _opened(tree: ast.Module) -> Iterator[str]:
    """Services whose client this module opens by `open_client("s3", …)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open_client":
            first: Any = node.args[0]
            if isinstance(first, ast.Constant):
                yield str(first.value)


@cache
def _operations(service: str) -> dict[str, str]:
    """Python's name of each operation of an AWS service -> AWS's own."""
    model = get_session().get_service_model(service)
    return {xform_name(name): name for name in model.operation_names}
