"""The one public name: what goes where, and what nobody may get around."""

from typing import Any

import pytest

from omnigen_gateway.domain.policies import studio_policy
from omnigen_local.addons import Template

SIGN_IN = "https://${UserPoolDomain}.auth.${AWS::Region}.amazoncognito.com"
BUCKET = "https://${AssetsBucket.RegionalDomainName}"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
LONGEST_SILENCE_S = 30
"""Of the gateway, before it answers deadline_exceeded."""


@pytest.fixture(scope="module")
def config(resources: dict[str, Any]) -> dict[str, Any]:
    entries: dict[str, Any] = resources["Distribution"]["Properties"]["DistributionConfig"]
    return entries


@pytest.fixture(scope="module")
def origins(config: dict[str, Any]) -> dict[str, Any]:
    return {origin["Id"]: origin for origin in config["Origins"]}


def behaviour(config: dict[str, Any], pattern: str) -> dict[str, Any]:
    (found,) = [entry for entry in config["CacheBehaviors"] if entry["PathPattern"] == pattern]
    return dict(found)


def headers(resources: dict[str, Any], name: str) -> dict[str, Any]:
    entries: dict[str, Any] = resources[name]["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    return entries


def test_no_answer_of_the_api_is_ever_replaced_by_a_page(config: dict[str, Any]) -> None:
    assert "CustomErrorResponses" not in config
    assert behaviour(config, "/api/*")["CachePolicyId"] == CACHING_DISABLED
    assert "FunctionAssociations" not in behaviour(config, "/api/*")


def test_the_api_is_asked_over_https_only_and_with_the_secret(config: dict[str, Any], origins: dict[str, Any]) -> None:
    assert behaviour(config, "/api/*")["TargetOriginId"] == "api"
    custom = origins["api"]["CustomOriginConfig"]
    assert custom["OriginProtocolPolicy"] == "https-only"
    assert custom["OriginReadTimeout"] > LONGEST_SILENCE_S
    (header,) = origins["api"]["OriginCustomHeaders"]
    assert header["HeaderName"].lower() == "x-origin-verify"
    assert header["HeaderValue"]["Fn::Sub"].startswith("{{resolve:secretsmanager:${OriginSecret}:SecretString:")


def test_the_secret_that_cloudfront_sends_is_one_of_those_that_are_made(
    resources: dict[str, Any], origins: Any
) -> None:
    (header,) = origins["api"]["OriginCustomHeaders"]
    member = header["HeaderValue"]["Fn::Sub"].removesuffix("}}").rpartition(":")[2]
    assert resources["OriginSecret"]["Properties"]["GenerateSecretString"]["GenerateStringKey"] == member


def test_streams_are_not_held_back_and_callers_are_told_apart(
    config: dict[str, Any], resources: dict[str, Any]
) -> None:
    api = behaviour(config, "/api/*")
    assert api["Compress"] is False
    assert set(api["AllowedMethods"]) == {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"}
    assert api["OriginRequestPolicyId"] == {"Ref": "ApiRequests"}
    sent = resources["ApiRequests"]["Properties"]["OriginRequestPolicyConfig"]
    assert sent["HeadersConfig"]["Headers"] == ["CloudFront-Viewer-Address"]
    assert sent["HeadersConfig"]["HeaderBehavior"] == "allViewerAndWhitelistCloudFront"


def test_media_are_for_those_who_have_a_signed_link(config: dict[str, Any], origins: dict[str, Any]) -> None:
    media = behaviour(config, "/media/*")
    assert media["TrustedKeyGroups"] == [{"Ref": "MediaKeys"}]
    assert origins["media"]["DomainName"] == {"Fn::GetAtt": ["AssetsBucket", "RegionalDomainName"]}


def test_the_address_that_jobs_signs_leads_to_the_bucket(resources: dict[str, Any], addons: Template) -> None:
    assert addons["Outputs"]["MediaBaseUrl"]["Value"] == {"Fn::Sub": "https://${PublicHost}/media"}
    assert "replace(/^\\/media\\//, '/')" in resources["MediaPaths"]["Properties"]["FunctionCode"]


@pytest.mark.parametrize(("bucket", "path"), [("WebBucket", "/*"), ("AssetsBucket", "/u/*")])
def test_a_bucket_shows_its_objects_to_this_distribution_only(resources: Any, bucket: str, path: str) -> None:
    statements = resources[f"{bucket}Policy"]["Properties"]["PolicyDocument"]["Statement"]
    (allowed,) = [statement for statement in statements if statement["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert allowed["Action"] == "s3:GetObject"
    assert allowed["Resource"] == {"Fn::Sub": f"${{{bucket}.Arn}}{path}"}
    assert allowed["Condition"]["StringEquals"]["aws:SourceArn"]["Fn::Sub"].endswith(":distribution/${Distribution}")


def test_the_studio_is_told_what_the_gateway_would_tell_it(resources: dict[str, Any]) -> None:
    policy = headers(resources, "StudioHeaders")["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"]
    assert " ".join(policy.split()) == studio_policy(SIGN_IN, [], [BUCKET])


@pytest.mark.parametrize("name", ["StudioHeaders", "MediaHeaders"])
def test_browsers_are_told_to_stay_on_https(resources: dict[str, Any], name: str) -> None:
    told = headers(resources, name)
    assert told["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31_536_000
    assert told["ContentTypeOptions"] == {"Override": True}


def test_whoever_comes_by_plain_http_is_sent_on_or_refused(config: dict[str, Any]) -> None:
    policies = {entry["ViewerProtocolPolicy"] for entry in (config["DefaultCacheBehavior"], *config["CacheBehaviors"])}
    assert policies == {"redirect-to-https", "https-only"}
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"


def test_a_page_of_the_studio_is_found_under_every_address(config: dict[str, Any], resources: dict[str, Any]) -> None:
    default = config["DefaultCacheBehavior"]
    assert default["TargetOriginId"] == "studio"
    (function,) = default["FunctionAssociations"]
    assert function == {"EventType": "viewer-request", "FunctionARN": {"Fn::GetAtt": ["StudioPages", "FunctionARN"]}}
    assert "'/index.html'" in resources["StudioPages"]["Properties"]["FunctionCode"]


def test_buckets_are_asked_with_signatures_of_the_distribution(resources: dict[str, Any], origins: Any) -> None:
    access = resources["BucketAccess"]["Properties"]["OriginAccessControlConfig"]
    assert (access["SigningBehavior"], access["SigningProtocol"]) == ("always", "sigv4")
    for name in ("studio", "media"):
        assert origins[name]["OriginAccessControlId"] == {"Fn::GetAtt": ["BucketAccess", "Id"]}


def test_the_firewall_stands_in_front_and_refuses(config: dict[str, Any], resources: dict[str, Any]) -> None:
    assert config["WebACLId"]["Fn::If"][:2] == ["IsFirewalled", {"Fn::GetAtt": ["Firewall", "Arn"]}]
    for rule in resources["Firewall"]["Properties"]["Rules"]:
        if "ManagedRuleGroupStatement" in rule["Statement"]:
            assert rule["OverrideAction"] == {"None": {}}
        else:
            assert rule["Action"] == {"Block": {}}
