"""The checker itself: what the real DynamoDB refuses it refuses, and what is fine it lets pass."""

from typing import Any

import pytest
from tests.fakes.dynamodb.effects import check_effect
from tests.fakes.dynamodb.requests import Schema, check_request
from tests.fakes.dynamodb.values import MAX_DEPTH, MAX_ITEM_BYTES, size_of_item
from tests.fakes.dynamodb.words import RESERVED, RefusedError

SCHEMA = Schema(
    indexes={"by_user": ("gsi_user", "created_at")},
    types={"pk": "S", "sk": "S", "gsi_user": "S", "created_at": "S"},
)
KEY = {"pk": {"S": "USER#1"}, "sk": {"S": "META"}}
ONE = {":v": {"N": "1"}}
TWO = {":v": {"N": "1"}, ":w": {"N": "2"}}
TEXT = {":v": {"S": "a"}}
MAP: Any = {":v": {"M": {}}}


def update(text: str, values: Any = None, names: Any = None, **rest: Any) -> dict[str, Any]:
    request = {"TableName": "t", "Key": KEY, "UpdateExpression": text, **rest}
    members = {"ExpressionAttributeValues": values, "ExpressionAttributeNames": names}
    return request | {name: given for name, given in members.items() if given is not None}


def condition(text: str, values: Any = None, names: Any = None) -> dict[str, Any]:
    return update("REMOVE spare", values, names, ConditionExpression=text)


def query(text: str, values: Any, **rest: Any) -> dict[str, Any]:
    return {"TableName": "t", "KeyConditionExpression": text, "ExpressionAttributeValues": values, **rest}


def nested(depth: int) -> Any:
    return {"M": {"x": nested(depth - 1)}} if depth else {"S": "x"}


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (condition("used + :v <= :w", TWO), "Syntax error"),
        (condition("used <= :v - :w", TWO), "Syntax error"),
        (condition("status = :v", ONE), "reserved keyword: status"),
        (condition("Attempt.Name = :v", ONE), "reserved keyword: Name"),
        (condition("used <= :v", TWO), "unused"),
        (condition("used <= :x", ONE), "not defined: :x"),
        (condition("#used <= :v", ONE), "not defined: #used"),
        (condition("used <= :v", ONE, {"#a": "b"}), "unused"),
        (condition("used <= :v", ONE, {}), "must not be empty"),
        (condition("attribute_exists(used)", {}), "must not be empty"),
        (condition("used <= :v", {"v": {"N": "1"}}), "invalid key"),
        (condition("used <= :v", ONE, {"#a-b": "c"}), "invalid key"),
        (condition("", None), "can not be empty"),
        (condition("used = :v AND", ONE), "Syntax error"),
        (condition("used = :v spare = :v", ONE), "Syntax error"),
        (condition("used == :v", ONE), "Syntax error"),
        (condition("used != :v", ONE), "Syntax error"),
        (condition("_used = :v", ONE), "Syntax error"),
        (condition("a-b = :v", ONE), "Syntax error"),
        (condition("((used = :v))", ONE), "redundant parentheses"),
        (condition("NOT ((used = :v) AND (spare <> :v)) AND ((used < :v))", ONE), "redundant parentheses"),
        (condition("used <= used"), "distinct"),
        (condition("used <= :v", MAP), "operand type: M"),
        (condition("used <= :v", {":v": {"BOOL": True}}), "operand type: BOOL"),
        (condition("begins_with(used, :v)", ONE), "operand type: N"),
        (condition("begins_with(:v, used)", TEXT), "requires a document path"),
        (condition("attribute_not_exists(:v)", ONE), "requires a document path"),
        (condition("attribute_exists(a, b)"), "number of operands"),
        (condition("Attribute_Exists(a)"), "Syntax error"),
        (condition("size(a)"), "Syntax error"),
        (condition("if_not_exists(a, :v) = :v", ONE), "Syntax error"),
        (condition("attribute_type(a, :v)", {":v": {"S": "NUMBER"}}), "attribute type name"),
        (condition("a BETWEEN :w AND :v", TWO), "upper bound"),
        (condition("a BETWEEN :v AND :w", {**ONE, ":w": {"S": "a"}}), "same data type"),
        (condition("a IN ()", None), "Syntax error"),
        (
            condition(f"a IN ({', '.join(f':v{n}' for n in range(101))})", {f":v{n}": {"N": "1"} for n in range(101)}),
            "IN",
        ),
        (condition(" AND ".join(["a = :v"] * 151), ONE), "too many operators"),
        (condition(f"a{'x' * 4096} = :v", ONE), "Expression size"),
        (condition(".".join(["a"] * (MAX_DEPTH + 1)) + " = :v", ONE), "nesting"),
        (update("SET used = :v, used = :w", TWO), "overlap"),
        (update("SET a.b = :v REMOVE a", ONE), "overlap"),
        (update("SET a.b = :v, #a.b.c = :v", ONE, {"#a": "a"}), "overlap"),
        (update("SET a.b = :v, a[0] = :v", ONE), "conflict"),
        (update("SET pk = :v", TEXT), "part of the key"),
        (update("REMOVE #k", None, {"#k": "sk"}), "part of the key"),
        (update("SET a = :v SET b = :v", ONE), "only be used once"),
        (update("SET a = b + c + :v", ONE), "Syntax error"),
        (update("SET a = b * :v", ONE), "Syntax error"),
        (update("SET a = a + :v", TEXT), "operand type: S"),
        (update("SET a = list_append(a, :v)", ONE), "operand type: N"),
        (update("SET a = if_not_exists(:v, a)", ONE), "requires a document path"),
        (update("SET a = begins_with(a, :v)", TEXT), "Syntax error"),
        (update("SET a = size(b)"), "reserved"),
        (update("ADD a if_not_exists(a, :v)", ONE), "Syntax error"),
        (update("ADD a :v", TEXT), "operand type"),
        (update("ADD a b"), "Syntax error"),
        (update("ADD a.b :v", ONE), "top-level"),
        (update("DELETE a :v", ONE), "operand type"),
        (update("REMOVE a = :v", ONE), "Syntax error"),
        (update("a = :v", ONE), "Syntax error"),
        (update("SET a = :v,", ONE), "Syntax error"),
        (update("SET a[b] = :v", ONE), "Syntax error"),
        (update("SET a = :v", {":v": {"SS": []}}), "may not be empty"),
        (update("SET a = :v", {":v": {"M": {"x": {"NS": []}}}}), "may not be empty"),
        (update("SET a = :v", {":v": {"SS": ["x", "x"]}}), "duplicates"),
        (update("SET a = :v", {":v": {"N": "NaN"}}), "number"),
        (update("SET a = :v", {":v": {"N": "1" * 39}}), "digits"),
        (update("SET a = :v", {":v": {"N": "1E126"}}), "overflow"),
        (update("SET a = :v", {":v": {"NULL": False}}), "Null"),
        (update("SET a = :v", {":v": {"S": "a", "N": "1"}}), "exactly one"),
        (update("SET a = :v", {":v": {"M": {"": {"S": "a"}}}}), "1 byte"),
        (update("SET a = :v", {":v": nested(MAX_DEPTH)}), "Nesting"),
        (update("SET gsi_user = :v", ONE), "Type mismatch for key gsi_user"),
        (update("SET a = :v", ONE, ReturnValues="ALL"), "ReturnValues"),
        (update("SET a = :v", ONE, Key={"pk": {"S": "1"}}), "does not match the schema"),
        (update("SET a = :v", ONE, Key={"pk": {"N": "1"}, "sk": {"S": "1"}}), "Type mismatch"),
        (update("SET a = :v", ONE, Key={"pk": {"S": ""}, "sk": {"S": "1"}}), "empty"),
    ],
)
def test_an_update_is_refused(request_: dict[str, Any], why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        check_request("UpdateItem", request_, SCHEMA)


@pytest.mark.parametrize(
    "request_",
    [
        condition("attribute_not_exists(#a.b[0].c) OR NOT (used <= :v AND size(a) > :v)", ONE, {"#a": "status"}),
        condition("used between :v and :w or spare in (:v, :w)", TWO),
        condition("(used = :v) AND (spare = :v)", ONE),
        condition("((used = :v) OR (spare = :v)) AND contains(tags, :v)", ONE),
        condition("a = :v AND :v <> b", MAP),
        condition("attribute_type(a, :v) AND begins_with(b, :v)", {":v": {"S": "SS"}}),
        update(
            "SET a = a + :v, b.c = if_not_exists(b.d, :v) - :w remove #r[1] ADD n :v DELETE s :s",
            {**TWO, ":s": {"SS": ["x"]}},
            {"#r": "year"},
        ),
        update("SET a = list_append(if_not_exists(a, :v), :v)", {":v": {"L": []}}),
        update("SET created_at = :v", TEXT, ReturnValues="ALL_NEW"),
        {"TableName": "t", "Key": KEY},
    ],
)
def test_an_update_passes(request_: dict[str, Any]) -> None:
    check_request("UpdateItem", request_, SCHEMA)


USER = {":u": {"S": "USER#1"}, ":s": {"S": "A"}}


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (query("sk = :s", {":s": {"S": "A"}}), "missed key schema element: pk"),
        (query("pk > :u", {":u": {"S": "A"}}), "missed key schema element: pk"),
        (query("pk = :u AND contains(sk, :s)", USER), "not supported"),
        (query("pk = :u AND sk <> :s", USER), "not supported"),
        (query("pk = :u OR sk = :s", USER), "not supported"),
        (query("pk = :u AND spare = :s", USER), "not supported"),
        (query("pk = :u AND sk > :s AND sk < :s", USER), "not supported"),
        (query("pk = :u", USER), "unused"),
        (query("pk = :u AND sk = :s", USER, IndexName="by_user"), "not supported"),
        (query("gsi_user = :u", {":u": {"S": "1"}}, IndexName="by_user", ConsistentRead=True), "Consistent reads"),
        (query("gsi_user = :u", {":u": {"S": "1"}}, IndexName="by_time"), "specified index"),
        (query("pk = :u", USER, FilterExpression="begins_with(sk, :s)"), "non-primary key"),
        (query("pk = :u", {":u": {"S": "1"}}, Limit=0), "Limit"),
        (query("pk = :u", {":u": {"S": "1"}}, ExclusiveStartKey={"pk": {"S": "1"}}), "does not match the schema"),
        (query("pk = :u", {":u": {"S": "1"}}, ProjectionExpression="a, a.b"), "overlap"),
        (query("pk = :u", {":u": {"S": "1"}}, ProjectionExpression="a, name"), "reserved"),
        (query("", {":u": {"S": "1"}}), "can not be empty"),
    ],
)
def test_a_query_is_refused(request_: dict[str, Any], why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        check_request("Query", request_, SCHEMA)


def put(**item: Any) -> dict[str, Any]:
    return {"Put": {"TableName": "t", "Item": {**KEY, **item}}}


@pytest.mark.parametrize(
    ("operation", "request_", "why"),
    [
        ("PutItem", put(a={"S": "x" * MAX_ITEM_BYTES})["Put"], "Item size"),
        ("PutItem", put(gsi_user={"S": ""})["Put"], "empty"),
        ("PutItem", put(gsi_user={"N": "1"})["Put"], "Type mismatch"),
        ("PutItem", {"TableName": "t", "Item": {"pk": {"S": "1"}}}, "exactly one"),
        ("PutItem", {**put()["Put"], "ReturnValues": "ALL_NEW"}, "ReturnValues"),
        ("PutItem", {**put()["Put"], "ExpressionAttributeNames": {"#a": "b"}}, "only be specified"),
        ("GetItem", {"TableName": "t", "Key": {**KEY, "more": {"S": "1"}}}, "does not match the schema"),
        ("TransactWriteItems", {"TransactItems": []}, "1 to 100"),
        ("TransactWriteItems", {"TransactItems": [put()] * 101}, "1 to 100"),
        ("TransactWriteItems", {"TransactItems": [put(), put(a={"S": "b"})]}, "multiple operations on one item"),
        ("BatchGetItem", {"RequestItems": {"t": {"Keys": [KEY, KEY]}}}, "duplicates"),
        ("BatchGetItem", {"RequestItems": {"t": {"Keys": []}}}, "1 to 100"),
    ],
)
def test_other_requests_are_refused(operation: str, request_: dict[str, Any], why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        check_request(operation, request_, SCHEMA)


ITEM = {"jobs": {"M": {"a": {"M": {"n": {"N": "1"}}}}}, "n": {"N": "1"}, "s": {"S": "x"}}


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (update("SET jobs.b.n = :v", ONE), "invalid"),
        (update("SET spare.a = :v", ONE), "invalid"),
        (update("REMOVE s.a"), "invalid"),
        (update("SET jobs[0] = :v", ONE), "invalid"),
        (update("SET m = m + :v", ONE), "does not exist"),
        (update("SET s = s + :v", ONE), "incorrect data type"),
        (update("SET a = jobs.b"), "does not exist"),
    ],
)
def test_an_update_without_a_place_is_refused(request_: dict[str, Any], why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        check_effect(request_, ITEM)


def test_an_update_with_a_place_passes() -> None:
    check_effect(
        update("SET jobs.b = :v, jobs.a.n = jobs.a.n + :v, m = if_not_exists(m, :v) + n REMOVE gone", ONE), ITEM
    )


def test_the_words_are_those_of_the_developer_guide() -> None:
    assert len(RESERVED) == 573
    assert {"STATUS", "NAME", "ATTEMPT", "TTL", "ZONE"} - RESERVED == {"ATTEMPT"}


def test_sizes_are_counted_as_the_developer_guide_counts_them() -> None:
    assert size_of_item({"é": {"S": "ab"}, "n": {"N": "123.45"}}) == 2 + 2 + 1 + 4
    assert size_of_item({"m": {"M": {"k": {"BOOL": True}}}, "l": {"L": [{"NULL": True}]}}) == 1 + 3 + 3 + 1 + 3 + 2
