"""copilot/ as data: manifests, their environments, policies, and overrides."""

from typing import Any, Final

import yaml

from omnigen_local.addons import ADDONS, PARAMETERS_FILE, Template, read_intrinsics, read_template
from omnigen_local.artefacts import ROOT

COPILOT: Final = ROOT / "copilot"
SERVICES: Final = ("gateway", "jobs", "quota", "composer")
ENVIRONMENTS: Final = ("dev", "staging", "prod")
RESOURCE_DEPTH: Final = 2
"""Slashes in the path of a resource."""
APP_AND_ENV: Final = "${COPILOT_APPLICATION_NAME}-${COPILOT_ENVIRONMENT_NAME}-"


def manifest(service: str) -> dict[str, Any]:
    """As it is written; what an environment changes is below `environments`."""
    written: dict[str, Any] = yaml.safe_load((COPILOT / service / "manifest.yml").read_text())
    return written


def environment_manifest(name: str) -> dict[str, Any]:
    written: dict[str, Any] = yaml.safe_load((COPILOT / "environments" / name / "manifest.yml").read_text())
    return written


def manifest_in(service: str, environment: str) -> dict[str, Any]:
    """What Copilot makes of it there: mappings are merged, everything else is replaced."""
    written = manifest(service)
    changes = written.pop("environments", {}).get(environment, {})
    return _merge(written, changes)


def policy(service: str) -> Template:
    return read_template(COPILOT / service / "addons" / "policy.yml")


def statements(service: str) -> list[dict[str, Any]]:
    """Of the policy that its tasks get."""
    found: list[dict[str, Any]] = policy(service)["Resources"]["AccessPolicy"]["Properties"]["PolicyDocument"][
        "Statement"
    ]
    return found


def patches(folder: str) -> list[dict[str, Any]]:
    """The overrides of a service or of `environments`, intrinsic functions in their long form."""
    found: list[dict[str, Any]] = read_intrinsics(COPILOT / folder / "overrides" / "cfn.patches.yml")
    return found


def additions(service: str) -> list[dict[str, Any]]:
    """The patches that add a whole resource."""
    return [patch for patch in patches(service) if patch["op"] == "add" and patch["path"].count("/") == RESOURCE_DEPTH]


def environment_table() -> dict[str, dict[str, str]]:
    """What differs between the environments."""
    (table,) = [patch["value"] for patch in patches("environments") if patch["path"] == "/Mappings/Environments"]
    return dict(table)


def handed_to_addons() -> dict[str, Any]:
    """The parameters of addons.parameters.yml."""
    given: dict[str, Any] = read_template(ADDONS / PARAMETERS_FILE)["Parameters"]
    return given


def imports_of(value: Any) -> set[str]:
    """The names, after application and environment, of all exports that a template imports."""
    if isinstance(value, list):
        return set().union(*map(imports_of, value))
    if not isinstance(value, dict):
        return set()
    if "Fn::ImportValue" in value:
        return {value["Fn::ImportValue"]["Fn::Sub"].rpartition("-")[2]}
    return set().union(*map(imports_of, value.values()))


def exports_of(service: str) -> dict[str, str]:
    """Variable -> the export that its manifest takes it from."""
    written = manifest(service)
    found = {}
    for name, value in [*written["variables"].items(), *written["secrets"].items()]:
        if isinstance(value, dict):
            found[name] = value["from_cfn"].removeprefix(APP_AND_ENV)
    return found


def _merge(left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    merged = dict(left)
    for name, value in right.items():
        both = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _merge(merged[name], value) if both else value
    return merged
