"""The tables' keys and the bucket's walls."""

from typing import Any

import pytest

TABLES = ("JobsTable", "UsageTable", "IdentityTable")
BUCKETS = ("AssetsBucket", "WebBucket")


def key_names(entry: dict[str, Any]) -> list[tuple[str, str]]:
    return [(key["AttributeName"], key["KeyType"]) for key in entry["KeySchema"]]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_keyed_recoverable_and_billed_by_request(resources: dict[str, Any], name: str) -> None:
    table = resources[name]["Properties"]
    assert key_names(table) == [("pk", "HASH"), ("sk", "RANGE")]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["DeletionProtectionEnabled"] == {"Fn::If": ["HasProtection", True, False]}


def test_jobs_can_be_listed_by_user_and_found_when_due(resources: dict[str, Any]) -> None:
    table = resources["JobsTable"]["Properties"]
    indexes = {index["IndexName"]: key_names(index) for index in table["GlobalSecondaryIndexes"]}
    assert indexes == {
        "by_user": [("gsi_user", "HASH"), ("created_at", "RANGE")],
        "due": [("open_shard", "HASH"), ("lease_until", "RANGE")],
    }
    assert {index["Projection"]["ProjectionType"] for index in table["GlobalSecondaryIndexes"]} == {"ALL"}
    types = {entry["AttributeName"]: entry["AttributeType"] for entry in table["AttributeDefinitions"]}
    assert types.pop("open_shard") == "N"
    assert set(types.values()) == {"S"}


def test_only_jobs_has_indexes(resources: dict[str, Any]) -> None:
    assert [name for name in TABLES if "GlobalSecondaryIndexes" in resources[name]["Properties"]] == ["JobsTable"]


@pytest.mark.parametrize("name", BUCKETS)
def test_nothing_of_a_bucket_is_public(resources: dict[str, Any], name: str) -> None:
    bucket = resources[name]["Properties"]
    walls = bucket["PublicAccessBlockConfiguration"]
    assert walls == dict.fromkeys(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
    )
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] in {"AES256", "aws:kms"}


@pytest.mark.parametrize("name", BUCKETS)
def test_plain_http_is_denied_to_everybody_for_everything(resources: dict[str, Any], name: str) -> None:
    policy = resources[f"{name}Policy"]["Properties"]
    assert policy["Bucket"] == {"Ref": name}
    (statement,) = [entry for entry in policy["PolicyDocument"]["Statement"] if entry["Effect"] == "Deny"]
    assert (statement["Principal"], statement["Action"]) == ("*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [{"Fn::GetAtt": [name, "Arn"]}, {"Fn::Sub": f"${{{name}.Arn}}/*"}]


def test_unfinished_uploads_go_and_finished_ones_stay(resources: dict[str, Any]) -> None:
    rules = resources["AssetsBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    enabled = {rule["Id"]: rule for rule in rules if rule["Status"] == "Enabled"}
    assert enabled["abort-unfinished-uploads"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert not [rule for rule in rules if "ExpirationInDays" in rule]


def test_the_studio_of_yesterday_can_be_had_again(resources: dict[str, Any]) -> None:
    bucket = resources["WebBucket"]["Properties"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
