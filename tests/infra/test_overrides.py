"""The overrides hit what Copilot's templates have, in every environment, and hand the addons what they ask for."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.infra.copilot import ENVIRONMENTS, SERVICES, environment_table, handed_to_addons, patches

from omnigen_local.addons import Template

SKELETONS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "copilot_templates.yml").read_text())
"""The paths of Copilot's own templates that we rely on."""
END_OF_COPILOTS_RUNTIME = "nodejs24.x"


def skeleton_of(folder: str) -> dict[str, Any]:
    kind = {"environments": "environment", "gateway": "load balanced web service"}.get(folder, "backend service")
    copy: dict[str, Any] = yaml.safe_load(yaml.safe_dump(SKELETONS[kind]))
    return copy


def apply(template: dict[str, Any], patch: dict[str, Any]) -> None:
    """As Copilot does: `replace` needs the place, `add` what it stands in. KeyError or IndexError without."""
    *parents, key = patch["path"].removeprefix("/").split("/")
    node: Any = template
    for name in parents:
        node = node[int(name) if isinstance(node, list) else name]
    if isinstance(node, list):
        assert (patch["op"], key) == ("add", "-")
        node.append(patch["value"])
    elif patch["op"] == "replace":
        node[key] = (node[key], patch["value"])[1]
    else:
        assert patch["op"] == "add"
        assert key not in node
        node[key] = patch["value"]


def patched(folder: str) -> dict[str, Any]:
    template = skeleton_of(folder)
    for patch in patches(folder):
        apply(template, patch)
    return template


def names_in(value: Any) -> set[str]:
    """What a template's value refers to: resources, parameters, mappings, conditions."""
    if isinstance(value, list):
        return set().union(*map(names_in, value))
    if not isinstance(value, dict):
        return set()
    found = set().union(*map(names_in, value.values()))
    if "Ref" in value and not value["Ref"].startswith("AWS::"):
        found.add(value["Ref"])
    if "Fn::GetAtt" in value:
        found.add(value["Fn::GetAtt"][0])
    if "Fn::If" in value:
        found.add(value["Fn::If"][0])
    if "Fn::FindInMap" in value:
        found.add(value["Fn::FindInMap"][0])
    return found


def known_names(template: dict[str, Any]) -> set[str]:
    return set().union(
        *(template.get(section, {}) for section in ("Parameters", "Conditions", "Mappings", "Resources"))
    )


@pytest.mark.parametrize("folder", ["environments", *SERVICES])
def test_every_patch_hits_and_refers_to_what_is_there(folder: str) -> None:
    template = patched(folder)
    for patch in patches(folder):
        assert names_in(patch["value"]) <= known_names(template), patch["path"]


@pytest.mark.parametrize("folder", ["environments", *SERVICES])
def test_a_patch_that_misses_is_noticed(folder: str) -> None:
    first = next(patch for patch in patches(folder) if patch["op"] == "replace")
    with pytest.raises(KeyError):
        apply(skeleton_of(folder), {**first, "path": first["path"].replace("Runtime", "Runtimes")})


@pytest.mark.parametrize("folder", ["environments", *SERVICES])
def test_no_function_of_copilots_is_left_on_a_runtime_that_ends(folder: str) -> None:
    functions = {
        name: entry["Properties"]["Runtime"]
        for name, entry in patched(folder)["Resources"].items()
        if "Runtime" in ((entry or {}).get("Properties") or {})
    }
    assert functions
    assert set(functions.values()) == {END_OF_COPILOTS_RUNTIME}


def test_the_addons_are_handed_what_the_environment_has(addons: Template) -> None:
    template, given = patched("environments"), handed_to_addons()
    assert names_in(given) <= known_names(template)
    assert set(given) <= set(addons["Parameters"])


def test_every_environment_has_a_whole_row() -> None:
    table = environment_table()
    assert set(table) == set(ENVIRONMENTS)
    assert len({frozenset(row) for row in table.values()}) == 1
    used = {
        value["Fn::FindInMap"][2]
        for value in walk([handed_to_addons(), *(patch["value"] for patch in patches("environments"))])
        if "Fn::FindInMap" in value and value["Fn::FindInMap"][0] == "Environments"
    }
    assert used == set(table["dev"])


def walk(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [found for entry in value for found in walk(entry)]
    if isinstance(value, dict):
        return [value, *(found for entry in value.values() for found in walk(entry))]
    return []


def test_prod_is_protected_and_dev_is_cheap() -> None:
    table = environment_table()
    prod, dev = table["prod"], table["dev"]
    assert (prod["IsProtected"], prod["HasWaf"], prod["NatGateways"], prod["LogRetentionDays"]) == (
        "true",
        "true",
        "2",
        "90",
    )
    assert (dev["HasWaf"], dev["NatGateways"]) == ("false", "1")


def test_nothing_is_deployed_that_answers_over_plain_http() -> None:
    """The rule that is patched exists with a certificate only; the addons take the certificate and https names."""
    (patch,) = [patch for patch in patches("gateway") if "HTTPSListenerRule" in patch["path"]]
    assert patch["op"] == "replace"
    given = handed_to_addons()
    assert given["CertificateArn"]["Fn::If"][2] == {"Ref": "HTTPSCert"}
    texts = [value["Fn::Sub"] for value in walk(given["PublicBaseUrl"]) if "Fn::Sub" in value]
    assert len(texts) == 2
    assert all((text if isinstance(text, str) else text[0]).startswith("https://") for text in texts)


def test_nobody_but_cloudfront_reaches_the_load_balancer() -> None:
    resources = patched("environments")["Resources"]
    for name in ("PublicHTTPLoadBalancerSecurityGroup", "PublicHTTPSLoadBalancerSecurityGroup"):
        (rule,) = resources[name]["Properties"]["SecurityGroupIngress"]
        assert "CidrIp" not in rule
        assert rule["SourcePrefixListId"]["Fn::FindInMap"][0] == "CloudFront"


def test_load_balancer_and_ways_out_are_there_before_the_first_service() -> None:
    conditions = patched("environments")["Conditions"]
    for name in ("CreateALB", "CreateNATGateways"):
        left, right = conditions[name]["Fn::Equals"]
        assert left == right


def test_where_one_nat_gateway_has_to_do_there_is_no_second() -> None:
    template = patched("environments")
    wanted = {"Fn::FindInMap": ["Environments", {"Ref": "EnvironmentName"}, "NatGateways"]}
    assert template["Conditions"]["HasSecondNatGateway"] == {"Fn::Equals": [wanted, "2"]}
    for name in ("NatGateway2", "NatGateway2Attachment"):
        assert template["Resources"][name]["Condition"] == "HasSecondNatGateway"
    route = template["Resources"]["PrivateRoute2"]["Properties"]["NatGatewayId"]
    assert route == {"Fn::If": ["HasSecondNatGateway", {"Ref": "NatGateway2"}, {"Ref": "NatGateway1"}]}


def test_the_load_balancer_waits_for_longer_than_anything_keeps_silent(resources: dict[str, Any]) -> None:
    added = patched("environments")["Resources"]["PublicLoadBalancer"]["Properties"]["LoadBalancerAttributes"]
    attributes = {entry["Key"]: entry["Value"] for entry in added if isinstance(entry, dict)}
    (api,) = [
        origin["CustomOriginConfig"]
        for origin in resources["Distribution"]["Properties"]["DistributionConfig"]["Origins"]
        if "CustomOriginConfig" in origin
    ]
    # Else it closes connections that CloudFront is about to use.
    assert int(attributes["idle_timeout.timeout_seconds"]) > api["OriginKeepaliveTimeout"]
    assert attributes["routing.http.drop_invalid_header_fields.enabled"] == "true"


def test_the_collector_takes_what_we_send_and_its_end_ends_nothing() -> None:
    collectors = [patched(service)["Resources"]["TaskDefinition"] for service in SERVICES]
    containers = [definition["Properties"]["ContainerDefinitions"][1] for definition in collectors]
    assert {container["Essential"] for container in containers} == {False}
    (image,) = {container["Image"] for container in containers}
    assert image.startswith("public.ecr.aws/aws-observability/aws-otel-collector:v")
